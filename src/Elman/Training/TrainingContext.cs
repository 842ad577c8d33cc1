namespace Elman;

/// <summary>What surrounds a training and does not change its result: who looks on, where checkpoints go, who may stop it.</summary>
public sealed record TrainingContext
{
    /// <summary>Told after every optimizer step and every epoch, on the training thread: <see cref="Progress{T}"/> hands it on to where it was made.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Called when a part of the work begins, with its name in a word or two: "simple methods", "nets", "refit".</summary>
    public Action<string>? Phase { get; init; }

    /// <summary>What of the time limit was used before the training, such as for reading the data.</summary>
    public TimeSpan Spent { get; init; }

    /// <summary>Called with what the user should know of the data, a line each.</summary>
    public Action<string>? Remark { get; init; }

    /// <summary>Where to keep what an interrupted training needs to go on; null for nowhere.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Goes on from the checkpoint, if there is one, to the same bits as without the interruption.</summary>
    public bool Resume { get; init; }

    /// <summary>
    /// Ends the training after the running step: the checkpoint is written, the record says <see cref="TrainingOutcome.Interrupted"/>. Where no net is trained, as in a forecaster's
    /// simple methods, there is nothing to give back: an <see cref="OperationCanceledException"/> is thrown, and a checkpoint of before stays.
    /// </summary>
    public CancellationToken Cancellation { get; init; }
}
