using System.Globalization;

namespace Elman;

/// <summary>Multiplies the learning rate by a factor at regular intervals, as PyTorch's StepLR: rate · factor^⌊t / interval⌋. Counts epochs.</summary>
/// <param name="rate">The initial learning rate.</param>
/// <param name="interval">The number of epochs (or steps, see <see cref="LearningRateSchedule.Unit"/>) between two multiplications.</param>
/// <param name="factor">The factor.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="interval"/> is not positive.</exception>
public sealed class StepDecay(double rate, int interval, double factor = 0.1) : LearningRateSchedule(ScheduleUnit.Epoch)
{
    private readonly int _interval = interval > 0 ? interval : throw new ArgumentOutOfRangeException(nameof(interval), interval, "the interval must be positive");

    /// <inheritdoc/>
    protected override double ScheduledRate => rate * Math.Pow(factor, Time / _interval);

    /// <inheritdoc/>
    protected override string Description => string.Create(CultureInfo.InvariantCulture, $"step {rate}, times {factor} every {_interval}");
}
