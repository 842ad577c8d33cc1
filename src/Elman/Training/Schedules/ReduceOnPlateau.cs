using System.Globalization;

namespace Elman;

/// <summary>
/// Multiplies the learning rate by a factor when the loss has not improved for longer than the patience, as PyTorch's
/// ReduceLROnPlateau with a relative threshold. Counts epochs.
/// </summary>
/// <param name="rate">The initial learning rate.</param>
/// <param name="factor">The factor, below 1.</param>
/// <param name="patience">The number of epochs without improvement that are forgiven.</param>
/// <param name="threshold">An improvement is a loss below the best by more than the threshold times its magnitude; with <paramref name="maximize"/>, above it.</param>
/// <param name="cooldown">Epochs after a reduction in which none is counted as bad.</param>
/// <param name="floor">The lowest learning rate.</param>
/// <param name="maximize">Whether what is watched shall grow, as an accuracy does.</param>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="factor"/> is not between 0 and 1.</exception>
public sealed class ReduceOnPlateau(
    double rate, double factor = 0.1, int patience = 10, double threshold = 1e-4, int cooldown = 0, double floor = 0, bool maximize = false)
    : LearningRateSchedule(ScheduleUnit.Epoch)
{
    /// <summary>PyTorch's eps: smaller reductions are not made.</summary>
    private const double SmallestReduction = 1e-8;

    private readonly double _factor = factor is > 0 and < 1 ? factor : throw new ArgumentOutOfRangeException(nameof(factor), factor, "the factor must lie between 0 and 1");
    private readonly double _initial = rate;
    private double _rate = rate, _best = maximize ? double.NegativeInfinity : double.PositiveInfinity;
    private int _bad, _coolingDown;

    /// <inheritdoc/>
    public override bool? Maximizes => maximize;

    /// <inheritdoc/>
    protected override double ScheduledRate => _rate;

    /// <inheritdoc/>
    protected override string Description => string.Create(CultureInfo.InvariantCulture,
        $"plateau {_initial}, times {_factor} after {patience}, threshold {threshold}, cool-down {cooldown}, floor {floor}{(maximize ? ", maximizing" : "")}");

    /// <inheritdoc/>
    protected override double[] OwnState
    {
        get => [_rate, _best, _bad, _coolingDown];
        set => (_rate, _best, _bad, _coolingDown) = (value[0], value[1], (int)value[2], (int)value[3]);
    }

    /// <inheritdoc/>
    protected override void Watch(double loss)
    {
        // Relative to the magnitude: PyTorch multiplies a negative best by 1 − threshold, which asks for nothing, so that a constant loss is an improvement for ever.
        double margin = Math.CopySign(threshold, _best);
        bool better = maximize ? loss > _best * (1 + margin) : loss < _best * (1 - margin);
        if (better) (_best, _bad) = (loss, 0);
        else _bad++;
        if (_coolingDown > 0) (_coolingDown, _bad) = (_coolingDown - 1, 0);
        if (_bad <= patience) return;
        double reduced = Math.Max(_rate * _factor, floor);
        if (_rate - reduced > SmallestReduction) _rate = reduced;
        (_coolingDown, _bad) = (cooldown, 0);
    }
}
