namespace Elman;

/// <summary>Lays series on the grid of a spacing: rows that their times leave out come in as missing values.</summary>
internal static class TimeGrid
{
    /// <summary>A series of which less than one row in so many is there has another spacing.</summary>
    private const int Sparsest = 3;

    /// <summary>How far an irregular spacing may be from another that counts as the same.</summary>
    private const double Tolerance = 0.1;

    /// <summary>The spacing of the longest series; null if they have no times, or too few to tell and surely too few to train on.</summary>
    /// <exception cref="ArgumentException">Some series have times, others have none.</exception>
    public static Frequency? StepOf(IReadOnlyList<Series> series)
    {
        if (series.FirstOrDefault(one => one.Times is null) is { } untimed)
            return series.All(one => one.Times is null) ? null
                : throw new ArgumentException($"series '{untimed.Group}' has no times, others have; give them to all or to none", nameof(series));
        DateTime[] longest = series.MaxBy(one => one.Length)!.Times!;
        return longest.Length < 2 ? null : Frequency.Infer(longest);
    }

    /// <summary>Fills the gaps of a series. Times that lie off the grid, such as those of a sensor that jitters, are taken as one row after the other.</summary>
    /// <param name="series">The series, with at least one row.</param>
    /// <param name="step">The spacing; null to leave the series as it is.</param>
    /// <exception cref="ElmanException">The rows are spaced otherwise.</exception>
    public static Series Fill(Series series, Frequency? step)
    {
        if (step is null || series.Times is not { } times) return series;
        int limit = (int)Math.Min((long)times.Length * Sparsest, int.MaxValue / 2);
        int[] rows = new int[times.Length];
        int row = 0;
        for (int i = 1; i < times.Length; i++)
        {
            row = (int)Math.Min(step.Steps(times[0], times[i]), int.MaxValue);
            if (row > limit) throw Similar(series, step) ? MostlyLeftOut(series, step) : OtherSpacing(series, step);
            if (step.Add(times[0], row) != times[i]) return Similar(series, step) ? series : throw OtherSpacing(series, step);
            rows[i] = row;
        }
        if (row == times.Length - 1) return series;

        DateTime[] grid = [times[0], .. step.Next(times[0], row)];
        return new Series(series.Group, grid, Spread(series.Target), [.. series.Covariates.Select(Spread)]) { Known = [.. series.Known.Select(Planned)], Static = series.Static };

        // What follows the last row is the plan: it has no gaps.
        Column Planned(Column column) => column with { Values = [.. Spread(column).Values, .. column.Values.AsSpan(times.Length)] };

        Column Spread(Column column)
        {
            double[] values = new double[grid.Length];
            Array.Fill(values, double.NaN);
            for (int i = 0; i < rows.Length; i++) values[rows[i]] = column.Values[i];
            return column with { Values = values };
        }
    }

    /// <summary>Whether a filled series lies on the grid; if not, its times are taken as one row after the other.</summary>
    public static bool IsEven(Series series, Frequency? step)
    {
        if (step is null || series.Times is not { Length: > 1 } times) return true;
        long rows = step.Steps(times[0], times[^1]);
        return rows == times.Length - 1 && Enumerable.Range(0, times.Length).All(i => step.Add(times[0], i) == times[i]);
    }

    private static bool Similar(Series series, Frequency step)
    {
        double ratio = Frequency.Infer(series.Times!).Span / step.Span;
        return ratio is > 1 - Tolerance and < 1 + Tolerance;
    }

    private static ElmanException MostlyLeftOut(Series series, Frequency step)
    {
        DateTime[] times = series.Times!;
        int gap = Enumerable.Range(1, times.Length - 1).MaxBy(i => times[i] - times[i - 1]);
        return new ElmanException($"the rows{(series.Group.Length == 0 ? "" : $" of group '{series.Group}'")} are {step} apart, but most of them are left out, "
            + $"the longest run between {Frequency.Format(times[gap - 1])} and {Frequency.Format(times[gap])}; correct the times, or use the rows of one side");
    }

    private static ElmanException OtherSpacing(Series series, Frequency step) => new(
        $"expected rows {step} apart, those{(series.Group.Length == 0 ? "" : $" of group '{series.Group}'")} are {Frequency.Infer(series.Times!)} apart; bring them to that spacing");
}
