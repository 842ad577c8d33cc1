using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman predict: what a model of any task says to data.</summary>
internal sealed class Predict(IReadOnlyList<CommandTask> tasks)
{
    private readonly Argument<string> _model = CommonArguments.Model();
    private readonly Argument<string> _data = CommonArguments.Data();
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Where the predictions go, as CSV. [default: standard output]", HelpName = "out.csv" };
    private readonly Option<int> _threads = CommonArguments.Threads();

    public static Verb Create(IReadOnlyList<CommandTask> tasks, Terminal terminal)
    {
        var options = new Predict(tasks);
        var verb = new Verb("predict", $"Apply a model to data: {string.Join("; ", tasks.Select(task => task.PredictHelp))}.", [.. tasks.SelectMany(task => task.PredictExamples)])
        {
            options._model, options._data, options._output,
        };
        CommandTasks.AddOptions(verb, tasks.SelectMany(task => task.PredictOptions));
        verb.Options.Add(options._threads);
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string? output = given.GetValue(_output) is "-" ? null : given.GetValue(_output);
        string path = given.GetRequiredValue(_model), data = given.GetRequiredValue(_data);
        if (output is not null)
        {
            OutputPlace.CheckApart(output, path, data);
            OutputPlace.Check(output);
        }

        CommonArguments.UseThreads(given.GetValue(_threads));
        var (task, model) = CommandTasks.Open(path, tasks, given, one => one.PredictOptions);
        return task.Predict(model, new TaskCall(given, path, data, output, terminal));
    }
}
