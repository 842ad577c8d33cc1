namespace Elman;

/// <summary>What may come: the middle, and how far off it was on rows that training had not seen.</summary>
internal sealed class CalibratedDistribution : ForecastDistribution
{
    private readonly double[] _middle, _unit;
    private readonly Calibration _calibration;
    private readonly double _dispersion;
    private readonly bool _isCount, _notNegative, _conformal;
    private readonly (double Below, double Above)[]? _factors;

    /// <param name="middle">The middle of each row [P].</param>
    /// <param name="unit">What an offset of the calibration is multiplied with [P].</param>
    /// <param name="calibration">How far errors go.</param>
    /// <param name="conformal">Whether the calibration gives the quantiles; otherwise a normal distribution with the unit as its deviation.</param>
    /// <param name="notNegative">Whether no value may be below zero.</param>
    /// <param name="dispersion">α of counts; null for other numbers.</param>
    /// <param name="tracker">What offsets are multiplied with, as it stands now; null for nothing.</param>
    public CalibratedDistribution(double[] middle, double[] unit, Calibration calibration, bool conformal, bool notNegative, double? dispersion, IntervalTracker? tracker = null)
    {
        (_middle, _unit, _calibration, _conformal, _notNegative, _isCount, _dispersion) = (middle, unit, calibration, conformal, notNegative, dispersion is not null, dispersion ?? 0);
        _factors = tracker is null ? null : [.. Enumerable.Range(0, middle.Length).Select(tracker.FactorsOf)];
    }

    /// <inheritdoc/>
    public override int Horizon => _middle.Length;

    /// <inheritdoc/>
    public override double Quantile(int row, double level)
    {
        if (_isCount) return CountDistribution.Quantile(_middle[row], _dispersion, level);
        double offset = level == 0.5 ? 0 : _conformal ? _calibration.Offset(row, level) : Calibration.NormalQuantile(level) * (_calibration.Unit == ErrorUnit.Spread ? 1 : _calibration.Growth(row) * 1.2533);
        if (_factors is not null) offset *= level < 0.5 ? _factors[row].Below : _factors[row].Above;
        double value = _middle[row] + _unit[row] * offset;
        return _notNegative ? Math.Max(value, 0) : value;
    }

    /// <inheritdoc/>
    public override double Mean(int row)
    {
        if (_isCount) return Math.Max(_middle[row], 0);
        double value = _middle[row] + _unit[row] * _calibration.Growth(row) * _calibration.Mean;
        return _notNegative ? Math.Max(value, 0) : value;
    }

    /// <inheritdoc/>
    public override double[] Sample(RandomStream random) => [.. _calibration.SampleLevels(random, Horizon).Select((level, row) => Quantile(row, level))];
}
