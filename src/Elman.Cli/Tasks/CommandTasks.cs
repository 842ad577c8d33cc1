using System.CommandLine;

namespace Elman.Cli;

/// <summary>The tasks of the command, one line each.</summary>
internal static class CommandTasks
{
    /// <summary>New ones for one command line: options hold what was parsed.</summary>
    public static IReadOnlyList<CommandTask> BuiltIn()
    {
        // One object for each option that tasks share: a command line is asked for its values by these.
        var columns = DataArguments.OfModel();
        var labels = new LabelArguments();
        return [new ForecastTask(columns), new ClassifyTask(columns, labels), new RegressTask(columns, labels), new TagTask(columns, labels), new GenerateTask(labels),
            new DetectTask(columns, labels)];
    }

    /// <summary>The task of a model file, or null if it is none of the command's.</summary>
    public static CommandTask? Of(ModelFile file, IReadOnlyList<CommandTask> tasks) => tasks.FirstOrDefault(task => task.Task == file.Task);

    /// <summary>Gives a verb the options of all tasks, each name once.</summary>
    public static void AddOptions(Command verb, IEnumerable<Option> options)
    {
        foreach (var option in options.DistinctBy(option => option.Name))
            verb.Options.Add(option);
    }

    /// <summary>Reads the model, and finds who knows what to do with it.</summary>
    /// <param name="path">The model file.</param>
    /// <param name="tasks">The tasks.</param>
    /// <param name="given">The command line.</param>
    /// <param name="optionsOf">The options that the verb has for a task.</param>
    /// <exception cref="ElmanException">There is no such file, it is of no task, or an option is given that its task does not have.</exception>
    public static (CommandTask Task, TaskModel Model) Open(string path, IReadOnlyList<CommandTask> tasks, ParseResult given, Func<CommandTask, IReadOnlyList<Option>> optionsOf)
    {
        var file = ModelPlace.Read(path);
        var task = Of(file, tasks)
            ?? throw new ElmanException($"{path}: a model of the task '{file.Task}', for which this verb has nothing to do; it takes models of {string.Join(", ", tasks.Select(known => known.Task))}");
        var own = optionsOf(task).Select(option => option.Name).ToHashSet();
        foreach (var option in tasks.SelectMany(optionsOf).Where(option => !own.Contains(option.Name)))
        {
            if (given.GetResult(option) is { Implicit: false })
                throw new ElmanException($"{option.Name} is not for models of the task '{file.Task}', as {path} is one; leave it out");
        }

        return (task, TaskRegistry.Load(file));
    }
}
