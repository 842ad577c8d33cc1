using System.Collections.Immutable;

namespace Elman;

/// <summary>What may come where only some quantiles of each row are known: between and beyond them, normal quantiles are a straight line.</summary>
internal sealed class QuantileDistribution : ForecastDistribution
{
    private readonly double[] _normal, _values;

    /// <param name="levels">The levels [Q], ascending.</param>
    /// <param name="values">The quantiles [P, Q]; sorted here.</param>
    public QuantileDistribution(ImmutableArray<double> levels, double[] values)
    {
        (_normal, _values) = ([.. levels.Select(Calibration.NormalQuantile)], values);
        for (int row = 0; row < Horizon; row++) values.AsSpan(row * levels.Length, levels.Length).Sort();
    }

    /// <inheritdoc/>
    public override int Horizon => _values.Length / _normal.Length;

    /// <inheritdoc/>
    public override double Quantile(int row, double level)
    {
        ReadOnlySpan<double> own = _values.AsSpan(row * _normal.Length, _normal.Length);
        double normal = Calibration.NormalQuantile(level);
        int above = Array.BinarySearch(_normal, normal);
        if (above >= 0) return own[above];
        if (own.Length == 1) return own[0];
        above = Math.Clamp(~above, 1, own.Length - 1);
        double share = (normal - _normal[above - 1]) / (_normal[above] - _normal[above - 1]);
        return own[above - 1] + share * (own[above] - own[above - 1]);
    }

    /// <inheritdoc/>
    public override double Mean(int row)
    {
        const int parts = 200;
        return Enumerable.Range(0, parts).Average(part => Quantile(row, (part + 0.5) / parts));
    }

    /// <summary>One future [P]; how its rows hang together is not known, so they do as errors usually do.</summary>
    public override double[] Sample(RandomStream random) =>
        [.. Calibration.Normal(Horizon).SampleLevels(random, Horizon).Select((level, row) => Quantile(row, level))];
}
