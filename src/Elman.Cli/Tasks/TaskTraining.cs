using System.CommandLine;

namespace Elman.Cli;

/// <summary>
/// What every verb that trains does around the training: it takes the place of the model, shows the work, can be interrupted and resumed,
/// and writes the model in one piece.
/// </summary>
internal sealed class TaskTraining
{
    private readonly Option<int> _threads = CommonArguments.Threads();
    private readonly Option<long?> _memory = Checked.Size("--memory", "Memory for the backward pass, such as 256M; with less it computes more, and the result is the same. [default: no limit]");
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on where an interrupted training of the same model stopped." };

    /// <summary>The options, in order.</summary>
    public IReadOnlyList<Option> Options => [_threads, _memory, _resume];

    /// <summary>Trains and writes the model.</summary>
    /// <param name="given">The command line.</param>
    /// <param name="model">Where the model goes; its place has been checked.</param>
    /// <param name="terminal">Where the work is shown.</param>
    /// <param name="train">Reads the data and trains, when it has called <see cref="TrainingStart.Begin"/>.</param>
    /// <param name="modelOf">The model of what came out.</param>
    /// <param name="finish">Called with what came out, while the view is still there.</param>
    /// <param name="canResume">Whether what an interrupted training leaves can be resumed.</param>
    /// <returns>What <paramref name="finish"/> gives; null if the training was interrupted, which has been said.</returns>
    public TResult? Run<TTrained, TResult>(
        ParseResult given, string model, Terminal terminal, Func<TrainingStart, TTrained> train, Func<TTrained, TaskModel> modelOf, Func<TTrained, TrainingView, TResult> finish, bool canResume = true)
        where TResult : class
    {
        string checkpoint = model + ".checkpoint";
        bool resume = given.GetValue(_resume);
        using FileLock? held = OutputPlace.Hold(model);
        if (File.Exists(checkpoint) && !resume)
            throw new ElmanException($"{checkpoint} holds an interrupted training; go on with --resume, or delete it to begin anew");
        CommonArguments.UseThreads(given.GetValue(_threads));
        if (given.GetValue(_memory) is { } bytes) Compute.MemoryBudget = bytes;
        using var interruption = new Interruption(terminal) { AtOnce = true };
        try
        {
            var result = TrainingView.Run(terminal, view =>
            {
                if (resume && !File.Exists(checkpoint)) view.Remark($"there is no {checkpoint} to resume from; beginning anew");
                var trained = train(new TrainingStart(checkpoint, resume, interruption, view));
                var done = modelOf(trained);
                if (done.Record.Outcome == TrainingOutcome.Interrupted) return null;
                done.Save(model);
                File.Delete(checkpoint);
                File.Delete(checkpoint + TaskModel.RefitSuffix);
                return finish(trained, view);
            });
            if (result is null)
            {
                terminal.Remark(File.Exists(checkpoint) && canResume
                    ? $"stopped; the training so far is in {checkpoint}; to go on: {ShellLine.Of(given, "--resume")}" : "stopped; nothing was written");
            }

            return result;
        }
        catch (ElmanException failure) when (failure.InnerException is IOException && File.Exists(checkpoint))
        {
            throw new ElmanException($"{failure.Message}; the training so far is in {checkpoint}, --resume goes on from there", failure.InnerException);
        }
    }
}

/// <summary>A training that is about to begin.</summary>
internal sealed class TrainingStart(string checkpoint, bool resume, Interruption interruption, TrainingView view)
{
    /// <summary>Where the work is shown.</summary>
    public TrainingView View => view;

    /// <summary>The data are read: from here on an interruption leaves a checkpoint.</summary>
    public TrainingContext Begin()
    {
        interruption.AtOnce = false;
        view.Watch(interruption.Token);
        return new TrainingContext
        {
            Progress = view,
            Phase = view.Phase,
            Remark = view.Remark,
            Spent = view.Elapsed,
            CheckpointPath = checkpoint,
            Resume = resume,
            Cancellation = interruption.Token,
        };
    }
}
