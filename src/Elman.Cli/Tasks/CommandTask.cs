using System.CommandLine;

namespace Elman.Cli;

/// <summary>What the command does with one task: a file in this folder, and a line in <see cref="CommandTasks"/>. The verbs know no task.</summary>
internal abstract class CommandTask
{
    /// <summary>What <c>elman train</c> calls it: <c>forecast</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What model files call it, as in <see cref="TaskRegistry"/>.</summary>
    public abstract string Task { get; }

    /// <summary>What a model of it does in <c>elman predict</c>, as part of a sentence.</summary>
    public abstract string PredictHelp { get; }

    /// <summary>What happens to a model of it in <c>elman evaluate</c>, as part of a sentence.</summary>
    public abstract string EvaluateHelp { get; }

    /// <summary>Options of <c>elman predict</c> that only some tasks have; tasks that share a name mean the same.</summary>
    public virtual IReadOnlyList<Option> PredictOptions => [];

    /// <summary>Options of <c>elman evaluate</c> that only some tasks have.</summary>
    public virtual IReadOnlyList<Option> EvaluateOptions => [];

    /// <summary>Command lines that <c>elman predict --help</c> shows.</summary>
    public virtual IReadOnlyList<string> PredictExamples => [];

    /// <summary>Command lines that <c>elman evaluate --help</c> shows.</summary>
    public virtual IReadOnlyList<string> EvaluateExamples => [];

    /// <summary>Verbs of its own, beside those that all tasks have.</summary>
    public virtual IReadOnlyList<Verb> Verbs(Terminal terminal) => [];

    /// <summary>The command under <c>elman demo</c>; null if the task has none of its own.</summary>
    public virtual Verb? Demo(Terminal terminal) => null;

    /// <summary>The command under <c>elman train</c>.</summary>
    public abstract Verb Train(Terminal terminal);

    /// <summary>elman predict MODEL DATA.</summary>
    /// <returns>The exit code.</returns>
    public abstract int Predict(TaskModel model, TaskCall call);

    /// <summary>elman evaluate MODEL DATA.</summary>
    /// <returns>The exit code.</returns>
    public abstract int Evaluate(TaskModel model, TaskCall call);

    /// <summary>elman inspect MODEL.</summary>
    public abstract void Inspect(TaskModel model, Terminal terminal);
}

/// <summary>A call of a verb for a model of some task.</summary>
/// <param name="Given">The options: ask for them by name.</param>
/// <param name="Model">The path of the model.</param>
/// <param name="Data">The path of the data, or - for standard input.</param>
/// <param name="Output">Where the result goes; null for standard output.</param>
/// <param name="Terminal">Where the command reads and writes.</param>
internal sealed record TaskCall(ParseResult Given, string Model, string Data, string? Output, Terminal Terminal);
