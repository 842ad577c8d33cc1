using System.CommandLine;

namespace Elman.Cli;

/// <summary>A demo of a task: trains a model on a sample that the command carries or makes, writes all of it into a folder, and shows what came of it.</summary>
/// <typeparam name="TModel">The task's model.</typeparam>
internal abstract class TaskDemo<TModel>
    where TModel : TaskModel
{
    private readonly Option<string> _output = new("--output", "-o") { Description = "The folder for the model, the report and the sample.", HelpName = "folder", DefaultValueFactory = _ => "elman-demo" };
    private readonly Option<int> _threads = CommonArguments.Threads();

    /// <summary>What the model's file is called.</summary>
    protected abstract string ModelName { get; }

    /// <summary>The demo as a verb.</summary>
    public Verb Create(string name, string description, Terminal terminal)
    {
        var verb = new Verb(name, description, $"elman demo {name}") { _output, _threads };
        verb.SetAction(result => Run(result, terminal));
        return verb;
    }

    /// <summary>Trains the model.</summary>
    protected abstract TModel Train(TrainingContext context);

    /// <summary>Writes what belongs to the model beside it, and shows what the model can do.</summary>
    /// <returns>The names of the files and a command that goes on from there.</returns>
    protected abstract (string Files, string Next) Show(TModel model, Func<string, string> place, Terminal terminal);

    private int Run(ParseResult given, Terminal terminal)
    {
        CommonArguments.UseThreads(given.GetValue(_threads));
        string folder = given.GetRequiredValue(_output);
        string Place(string name) => Path.Combine(folder, name);
        OutputPlace.CreateFolder(folder, ModelName);
        using FileLock? held = OutputPlace.Hold(Place(ModelName));
        using var interruption = new Interruption(terminal);
        var model = TrainingView.Run(terminal, view =>
        {
            view.Watch(interruption.Token);
            var trained = Train(new TrainingContext { Progress = view, Phase = view.Phase, Remark = view.Remark, Cancellation = interruption.Token });
            if (trained.Record.Outcome == TrainingOutcome.Interrupted) return null;
            view.Remark(TrainingSummary.Of(trained, view.Elapsed));
            return trained;
        });
        if (model is null)
        {
            terminal.Remark("stopped; nothing was written");
            return ExitCode.Interrupted;
        }

        model.Save(Place(ModelName));
        var (files, next) = Show(model, Place, terminal);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"wrote into {folder}: {ModelName}, {files}");
        terminal.Out.WriteLine($"go on with: {next}");
        return ExitCode.Done;
    }
}
