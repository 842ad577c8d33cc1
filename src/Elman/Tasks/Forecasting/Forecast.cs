using System.Collections.Immutable;

namespace Elman;

/// <summary>The forecast of one series, in the target's unit. The quantiles of a row never cross.</summary>
public sealed class Forecast
{
    private readonly ForecastDistribution _distribution;
    private readonly double[] _values;

    internal Forecast(string group, DateTime[]? times, ImmutableArray<double> levels, ForecastDistribution distribution)
    {
        (Group, Times, Levels, _distribution) = (group, times, levels, distribution);
        _values = new double[distribution.Horizon * levels.Length];
        for (int row = 0; row < distribution.Horizon; row++)
        {
            Span<double> quantiles = _values.AsSpan(row * levels.Length, levels.Length);
            double middle = distribution.Quantile(row, 0.5);
            for (int level = 0; level < levels.Length; level++)
            {
                double value = distribution.Quantile(row, levels[level]);
                // Where errors were mostly to one side, a level near the middle would lie beyond it.
                quantiles[level] = levels[level] < 0.5 ? Math.Min(value, middle) : Math.Max(value, middle);
            }
            quantiles.Sort();
        }
    }

    /// <summary>The group's name; empty if the data have only one.</summary>
    public string Group { get; }

    /// <summary>The times of the P rows, which continue the series; null if it has none.</summary>
    public IReadOnlyList<DateTime>? Times { get; }

    /// <summary>The levels of the quantiles, ascending.</summary>
    public ImmutableArray<double> Levels { get; }

    /// <summary>P: the number of rows.</summary>
    public int Horizon => _distribution.Horizon;

    /// <summary>One quantile of one row.</summary>
    /// <param name="row">0 is the row after the last one seen.</param>
    /// <param name="level">The index of the quantile's level.</param>
    public double this[int row, int level] => _values[row * Levels.Length + level];

    /// <summary>The median of every row: the point forecast [P].</summary>
    public double[] Median => Quantile(Levels.IndexOf(0.5));

    /// <summary>The mean of every row [P]: where a sum is wanted, as of demand, and not the most usual value.</summary>
    public double[] Mean => [.. Enumerable.Range(0, Horizon).Select(_distribution.Mean)];

    /// <summary>The lowest quantile of every row [P].</summary>
    public double[] Lower => Quantile(0);

    /// <summary>The highest quantile of every row [P].</summary>
    public double[] Upper => Quantile(Levels.Length - 1);

    /// <summary>How much of what comes should lie between <see cref="Lower"/> and <see cref="Upper"/>, such as 0.8.</summary>
    public double NominalCoverage => IntervalOf(Levels);

    /// <summary>One quantile of every row [P].</summary>
    /// <param name="level">The index of the quantile's level.</param>
    public double[] Quantile(int level) => [.. Enumerable.Range(0, Horizon).Select(row => this[row, level])];

    /// <summary>
    /// Whole futures, each as likely as the others. Errors of neighbouring rows hang together in them as they did in the past, so that sums over rows have the
    /// right spread: of independent rows they would not.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same seed gives the same futures.</param>
    /// <returns>[count][P]</returns>
    public double[][] Sample(int count, ulong seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        RandomStream random = new(seed, 0x5041_5448);
        return [.. Enumerable.Range(0, count).Select(_ => _distribution.Sample(random))];
    }

    /// <summary>The part between the outermost levels, free of the rounding of sums.</summary>
    internal static double IntervalOf(ImmutableArray<double> levels) => Math.Round(levels[^1] - levels[0], 6);
}
