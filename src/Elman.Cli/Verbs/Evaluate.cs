using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman evaluate: scores a model of any task on data that its training has not seen.</summary>
internal sealed class Evaluate(IReadOnlyList<CommandTask> tasks)
{
    private readonly Argument<string> _model = CommonArguments.Model();
    private readonly Argument<string> _data = CommonArguments.Data();
    private readonly Option<int> _threads = CommonArguments.Threads();

    public static Verb Create(IReadOnlyList<CommandTask> tasks, Terminal terminal)
    {
        var options = new Evaluate(tasks);
        var verb = new Verb("evaluate", $"Score a model on data that its training has not seen: {string.Join("; ", tasks.Select(task => task.EvaluateHelp))}.", [.. tasks.SelectMany(task => task.EvaluateExamples)])
        {
            options._model, options._data,
        };
        CommandTasks.AddOptions(verb, tasks.SelectMany(task => task.EvaluateOptions));
        verb.Options.Add(options._threads);
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string path = given.GetRequiredValue(_model);
        CommonArguments.UseThreads(given.GetValue(_threads));
        var (task, model) = CommandTasks.Open(path, tasks, given, one => one.EvaluateOptions);
        return task.Evaluate(model, new TaskCall(given, path, given.GetRequiredValue(_data), Output: null, terminal));
    }
}
