namespace Elman;

/// <summary>Where a run stands between two optimizer steps, besides the weights, the optimizer and the schedule: what a <see cref="Checkpoint"/> holds.</summary>
internal sealed class TrainingRun(TrainingRecord record)
{
    /// <summary>The record so far.</summary>
    public TrainingRecord Record { get; } = record;

    /// <summary>The running epoch, counted from 0.</summary>
    public int Epoch { get; set; }

    /// <summary>Batches done in the running epoch.</summary>
    public int Position { get; set; }

    /// <summary>Batches in the running epoch; 0 before it has begun.</summary>
    public int BatchesInEpoch { get; set; }

    /// <summary>Batches done in all: the number that keys the dropout masks.</summary>
    public long Batches { get; set; }

    /// <summary>Sum of the losses in the running epoch, each times its batch's sequences.</summary>
    public double LossSum { get; set; }

    /// <summary>Sequences seen in the running epoch.</summary>
    public long Sequences { get; set; }

    /// <summary>The learning rate of the last step.</summary>
    public double LearningRate { get; set; }

    /// <summary>Epochs since the best.</summary>
    public int EpochsWithoutImprovement { get; set; }

    /// <summary>The weights of the best epoch, once there is one and if they are wanted.</summary>
    public Dictionary<string, Tensor>? BestWeights { get; private set; }

    /// <summary>What the last window of a stream left.</summary>
    public CarriedState Carried { get; } = new();

    /// <summary>The mean loss of the running epoch.</summary>
    public double MeanLoss => Sequences == 0 ? 0 : LossSum / Sequences;

    /// <summary>Enters the result of the running epoch and begins the next.</summary>
    /// <param name="validationLoss">What the validation returned, if there is one.</param>
    /// <param name="minimumImprovement">By how much more an epoch must be better than the best.</param>
    /// <param name="maximizes">Whether more is better.</param>
    /// <returns>Whether it was the best so far.</returns>
    public bool EndEpoch(double? validationLoss, double minimumImprovement, bool maximizes)
    {
        EpochRecord epoch = new(Epoch + 1, MeanLoss, validationLoss, LearningRate, Record.Seconds);
        bool best = Record.Best is not { } before
            || (maximizes ? epoch.Watched > before.Watched + minimumImprovement : epoch.Watched < before.Watched - minimumImprovement);
        Record.Add(epoch);
        if (best) Record.BestEpoch = epoch.Epoch;
        EpochsWithoutImprovement = best ? 0 : EpochsWithoutImprovement + 1;
        (Epoch, Position, BatchesInEpoch, LossSum, Sequences) = (Epoch + 1, 0, 0, 0, 0);
        Carried.Reset();
        return best;
    }

    /// <summary>Keeps a copy of the weights.</summary>
    public void KeepBest(IEnumerable<(string Name, Tensor Value)> parameters)
    {
        BestWeights ??= [];
        foreach ((string name, Tensor value) in parameters)
        {
            if (BestWeights.TryGetValue(name, out Tensor? kept)) kept.CopyFrom(value.Span);
            else BestWeights.Add(name, value.Clone());
        }
    }
}
