using System.Globalization;

namespace Elman;

/// <summary>The same learning rate throughout, after the warm-up if there is one.</summary>
/// <param name="rate">The learning rate.</param>
public sealed class ConstantRate(double rate) : LearningRateSchedule(ScheduleUnit.Step)
{
    /// <inheritdoc/>
    protected override double ScheduledRate => rate;

    /// <inheritdoc/>
    protected override string Description => string.Create(CultureInfo.InvariantCulture, $"constant {rate}");
}
