namespace Elman;

/// <summary>The seasons that rows may have: how many rows a day, a week, a year take.</summary>
internal static class Seasons
{
    /// <summary>The longest season of which a method keeps a place for each row.</summary>
    private const int Longest = 2100;

    /// <summary>The rows of the seasons that suit a frequency, ascending; none for yearly rows.</summary>
    /// <param name="frequency">The spacing of the rows; null if they are only counted.</param>
    /// <param name="series">Where the frequency tells nothing, the season is looked for in the longest of them.</param>
    public static int[] Of(Frequency? frequency, IReadOnlyList<double[]> series)
    {
        if (frequency is null) return series.Count == 0 ? [] : Found(series.MaxBy(values => values.Length)!);
        if (frequency.Months > 0) return frequency.Months < 12 && 12 % frequency.Months == 0 ? [12 / frequency.Months] : [];
        if (frequency.Weekdays.Count is > 1 and < 7) return [frequency.Weekdays.Count];
        TimeSpan span = frequency.Span;
        if (span == TimeSpan.FromDays(7)) return [52];
        return [.. new[] { TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(7) }
            .Where(season => season.Ticks % span.Ticks == 0 && season.Ticks / span.Ticks is > 1 and <= Longest)
            .Select(season => (int)(season.Ticks / span.Ticks)).TakeLast(2)];
    }

    /// <summary>The first clear peak of the autocorrelation of the changes from row to row, if it is significant.</summary>
    private static int[] Found(double[] values)
    {
        double[] rows = MissingValues.CarryForward(values.AsSpan(Math.Max(0, values.Length - 4000)));
        int most = Math.Min(400, rows.Length / 3);
        if (most < 2) return [];
        double[] changes = [.. rows.Zip(rows.Skip(1), (before, after) => after - before).Where(change => !double.IsNaN(change))];
        double mean = changes.Length == 0 ? 0 : changes.Average(), variance = changes.Sum(change => (change - mean) * (change - mean));
        if (!(variance > 0)) return [];
        double[] correlation = new double[most + 1];
        for (int lag = 1; lag <= most; lag++)
        {
            double sum = 0;
            for (int i = lag; i < changes.Length; i++) sum += (changes[i] - mean) * (changes[i - lag] - mean);
            correlation[lag] = sum / variance;
        }
        double clear = Math.Max(0.25, 3 / Math.Sqrt(changes.Length));
        int best = Enumerable.Range(2, Math.Max(0, most - 2)).Where(lag => correlation[lag] > clear && correlation[lag] >= correlation[lag - 1]
            && correlation[lag] >= correlation[lag + 1]).DefaultIfEmpty(0).MaxBy(lag => correlation[lag]);
        if (best == 0) return [];
        // A multiple of the season correlates about as well: take the shortest that does.
        int first = Enumerable.Range(2, best - 1).First(lag => best % lag == 0 && correlation[lag] > 0.8 * correlation[best]);
        return [first];
    }
}
