namespace Elman;

/// <summary>How a <see cref="Trainer"/> runs.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training data, at most.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Optimizer steps, at most; null for as many as the epochs have. An epoch that they cut short ends as a whole one does, with its validation.</summary>
    public long? Steps { get; init; }

    /// <summary>
    /// How long the run may take, pauses not counted; null for any time. The first steps are measured, and the limit becomes a number of steps,
    /// <see cref="TrainingRecord.PlannedSteps"/>: as <see cref="Steps"/> of another run that gives the same bits, however fast the machine. The number is fixed
    /// as late as the schedule allows, after its <see cref="LearningRateSchedule.StableShare"/> of the time; a machine that gets slower then takes longer. With
    /// <see cref="Steps"/> as well, the limit is ignored.
    /// </summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Keys the dropout masks; see <see cref="Module.Train"/>.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Batches whose gradients make one optimizer step, each weighted by its number of sequences: the gradient is that of the one
    /// large batch. The last step of an epoch takes the rest.
    /// </summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>The largest norm of all gradients together; see <see cref="GradientClipping.ByNorm"/>.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>The largest magnitude of an element of a gradient, applied before <see cref="ClipNorm"/>.</summary>
    public double? ClipValue { get; init; }

    /// <summary>The learning rate over time, a new schedule for each run: one that a run has had is refused. The optimizer's own rate throughout if null.</summary>
    public LearningRateSchedule? Schedule { get; init; }

    /// <summary>
    /// Stops after this many epochs in a row without improvement of the validation loss (of the training loss where there is no
    /// validation); null never stops early.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>An epoch improves on the best if its loss is lower by more than this; or higher, with <see cref="Maximize"/>.</summary>
    public double MinimumImprovement { get; init; }

    /// <summary>
    /// Whether what the validation returns shall grow, as an accuracy does. A schedule that watches it and maximizes, such as <see cref="ReduceOnPlateau"/> with
    /// <c>maximize: true</c>, says as much.
    /// </summary>
    public bool Maximize { get; init; }

    /// <summary>Told after every optimizer step and every epoch, on the training thread.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Where to write checkpoints: after each epoch, when interrupted, and at the intervals below; null for none.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Optimizer steps between two checkpoints within an epoch; null for none.</summary>
    public int? CheckpointSteps { get; init; }

    /// <summary>Time between two checkpoints within an epoch; null for none.</summary>
    public TimeSpan? CheckpointInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Goes on from the checkpoint, if there is one; the run ends with the same bits as one that never stopped. False begins
    /// anew and replaces it.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>
    /// What the caller's part of the run depends on: the architecture, the data's fingerprint, the batch size …. Stored in the
    /// record and the checkpoint; resuming with other settings is refused. <see cref="Epochs"/> may be raised where the schedule does not depend on the number of steps.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>What measures the time.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;
}
