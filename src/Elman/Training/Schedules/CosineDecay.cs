using System.Globalization;

namespace Elman;

/// <summary>
/// Half a cosine from the initial learning rate down to a floor (Loshchilov and Hutter 2017), as PyTorch's CosineAnnealingLR:
/// floor + ½ (rate − floor) (1 + cos(π t / length)). As there, the rate rises again past the length. Counts optimizer steps.
/// </summary>
/// <param name="rate">The initial learning rate.</param>
/// <param name="length">The number of steps (or epochs, see <see cref="LearningRateSchedule.Unit"/>) until the floor.</param>
/// <param name="floor">The lowest learning rate.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is not positive.</exception>
public sealed class CosineDecay(double rate, int length, double floor = 0) : LearningRateSchedule(ScheduleUnit.Step)
{
    private readonly int _length = length > 0 ? length : throw new ArgumentOutOfRangeException(nameof(length), length, "the length must be positive");

    /// <inheritdoc/>
    protected override double ScheduledRate => floor + 0.5 * (rate - floor) * (1 + Math.Cos(Math.PI * Time / _length));

    /// <inheritdoc/>
    protected override string Description => string.Create(CultureInfo.InvariantCulture, $"cosine {rate} to {floor} in {_length}");
}
