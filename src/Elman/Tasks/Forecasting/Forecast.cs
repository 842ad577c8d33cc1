using System.Collections.Immutable;

namespace Elman;

/// <summary>The forecast of one series, in the target's unit. The quantiles of a row never cross: they are sorted if the net gives them in another order.</summary>
public sealed class Forecast
{
    private readonly double[] _values;

    internal Forecast(string group, DateTime[]? times, ImmutableArray<double> levels, double[] values) =>
        (Group, Times, Levels, _values) = (group, times, levels, values);

    /// <summary>The group's name; empty if the data have only one.</summary>
    public string Group { get; }

    /// <summary>The times of the P rows, which continue the series; null if it has none.</summary>
    public IReadOnlyList<DateTime>? Times { get; }

    /// <summary>The levels of the quantiles, ascending.</summary>
    public ImmutableArray<double> Levels { get; }

    /// <summary>P: the number of rows.</summary>
    public int Horizon => _values.Length / Levels.Length;

    /// <summary>One quantile of one row.</summary>
    /// <param name="row">0 is the row after the last one seen.</param>
    /// <param name="level">The index of the quantile's level.</param>
    public double this[int row, int level] => _values[row * Levels.Length + level];

    /// <summary>The median of every row: the point forecast [P].</summary>
    public double[] Median => Quantile(Levels.IndexOf(0.5));

    /// <summary>The lowest quantile of every row [P].</summary>
    public double[] Lower => Quantile(0);

    /// <summary>The highest quantile of every row [P].</summary>
    public double[] Upper => Quantile(Levels.Length - 1);

    /// <summary>How much of what comes should lie between <see cref="Lower"/> and <see cref="Upper"/>, such as 0.8.</summary>
    public double NominalCoverage => IntervalOf(Levels);

    /// <summary>One quantile of every row [P].</summary>
    /// <param name="level">The index of the quantile's level.</param>
    public double[] Quantile(int level) => [.. Enumerable.Range(0, Horizon).Select(row => this[row, level])];

    /// <summary>The part between the outermost levels, free of the rounding of double.</summary>
    internal static double IntervalOf(ImmutableArray<double> levels) => Math.Round(levels[^1] - levels[0], 6);
}
