using System.Globalization;

namespace Elman;

/// <summary>
/// One rise to a peak and one long fall far below the start, both along half a cosine (Smith and Topin 2019), as PyTorch's
/// OneCycleLR without its cycle of the momentum; past the length the last rate stays. Counts optimizer steps.
/// </summary>
/// <param name="peak">The highest learning rate.</param>
/// <param name="length">The number of steps (or epochs, see <see cref="LearningRateSchedule.Unit"/>) of the whole cycle.</param>
/// <param name="rise">The share of the cycle that rises.</param>
/// <param name="startDivisor">The first rate is the peak divided by this.</param>
/// <param name="endDivisor">The last rate is the first divided by this.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is not positive.</exception>
public sealed class OneCycle(double peak, int length, double rise = 0.3, double startDivisor = 25, double endDivisor = 1e4) : LearningRateSchedule(ScheduleUnit.Step)
{
    private readonly int _length = length > 0 ? length : throw new ArgumentOutOfRangeException(nameof(length), length, "the length must be positive");

    /// <inheritdoc/>
    protected override double ScheduledRate
    {
        get
        {
            double start = peak / startDivisor, end = start / endDivisor, top = rise * _length - 1, last = _length - 1;
            double time = Math.Min(Time, last);
            return time <= top ? Between(start, peak, top > 0 ? time / top : 1) : Between(peak, end, (time - top) / (last - top));
        }
    }

    /// <inheritdoc/>
    protected override string Description =>
        string.Create(CultureInfo.InvariantCulture, $"one cycle {peak / startDivisor} to {peak} to {peak / startDivisor / endDivisor} in {_length}, rising {rise}");

    private static double Between(double from, double to, double share) => to + 0.5 * (from - to) * (1 + Math.Cos(Math.PI * share));
}
