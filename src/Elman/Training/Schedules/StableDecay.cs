using System.Globalization;

namespace Elman;

/// <summary>
/// The learning rate stays for a share of the run's steps, then falls along half a cosine, near zero in the last step (warm-up, stable, decay: Hu
/// et al. 2024, arXiv 2404.06395). It is a function of step and number of steps, which need not be known before the share is over: so the schedule
/// fits a <see cref="TrainingOptions.TimeLimit"/>. Always counts optimizer steps.
/// </summary>
/// <param name="rate">The learning rate at first.</param>
/// <param name="stableShare">The share of the steps in which the rate stays.</param>
/// <exception cref="ArgumentOutOfRangeException">The share is not above 0 and at most 1.</exception>
public sealed class StableDecay(double rate, double stableShare = 0.8) : LearningRateSchedule(ScheduleUnit.Step)
{
    /// <inheritdoc/>
    public override double StableShare { get; } = stableShare is > 0 and <= 1 ? stableShare
        : throw new ArgumentOutOfRangeException(nameof(stableShare), stableShare, "the share must lie above 0 and be at most 1");

    /// <inheritdoc/>
    protected override double ScheduledRate
    {
        get
        {
            if (PlannedSteps is not { } steps) return rate;
            long first = (long)(StableShare * steps), falling = steps - first;
            return StepsDone < first ? rate : 0.5 * rate * (1 + Math.Cos(Math.PI * Math.Min(StepsDone - first + 1, falling) / (falling + 1)));
        }
    }

    /// <inheritdoc/>
    protected override string Description => string.Create(CultureInfo.InvariantCulture, $"stable {rate}, falling after {StableShare} of the steps");
}
