namespace Elman;

/// <summary>Where a run stands after an optimizer step or an epoch.</summary>
public readonly record struct TrainingProgress
{
    /// <summary>The epoch, counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>How many epochs there will be, if the run does not stop early.</summary>
    public required int Epochs { get; init; }

    /// <summary>Optimizer steps done in this epoch.</summary>
    public required int Step { get; init; }

    /// <summary>Optimizer steps of this epoch.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>The mean training loss of the epoch so far.</summary>
    public required double Loss { get; init; }

    /// <summary>The validation loss of the last epoch that has one.</summary>
    public required double? ValidationLoss { get; init; }

    /// <summary>The learning rate of the last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Training speed since the run began or was resumed.</summary>
    public required double SequencesPerSecond { get; init; }

    /// <summary>An estimate from the time that the steps took so far.</summary>
    public required TimeSpan TimeLeft { get; init; }

    /// <summary>Optimizer steps done since the run began.</summary>
    public required long StepsDone { get; init; }

    /// <summary>Optimizer steps that the run will have at most, if that is known: under a time limit it is not at first.</summary>
    public required long? StepsPlanned { get; init; }

    /// <summary>The part of the run that is done, 0 … 1, if it does not stop early.</summary>
    public required double Done { get; init; }

    /// <summary>Whether this is the report at an epoch's end, after the validation.</summary>
    public required bool EpochDone { get; init; }
}
