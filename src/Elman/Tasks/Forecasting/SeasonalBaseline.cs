namespace Elman;

/// <summary>The naive forecasts that suit a frequency, with the words that people have for them.</summary>
internal static class SeasonalBaseline
{
    /// <summary>A name, and rows of the season; 0 for the same date a year before.</summary>
    public static IReadOnlyList<(string Name, int Period)> For(Frequency? frequency, int[] seasons, int history)
    {
        List<(string, int)> baselines = [.. seasons.Where(season => season > 1 && season < history).Select(season => (Name(frequency, season), season))];
        bool yearly = frequency is { Months: 0 } && frequency.Span >= TimeSpan.FromDays(1) && frequency.Span < TimeSpan.FromDays(7);
        if (yearly && frequency!.Span * history >= TimeSpan.FromDays(366)) baselines.Add(("same day last year", 0));
        return baselines;
    }

    /// <summary>Forecasts the rows from one on, looking at those before it only.</summary>
    public static double[] Forecast(FormedSeries series, int origin, int horizon, int period)
    {
        ReadOnlySpan<double> history = series.Target.AsSpan(0, origin);
        if (period > 0) return Baselines.SeasonalNaive(history, period, horizon);
        DateTime[] times = series.Series.Times!, future = [.. times[origin..Math.Min(times.Length, origin + horizon)], .. series.FutureTimes!.Take(Math.Max(0, origin + horizon - times.Length))];
        return Baselines.SameTimeLastYear(times.AsSpan(0, origin), history, future);
    }

    private static string Name(Frequency? frequency, int period)
    {
        if (frequency is null) return $"{period} rows before";
        if (frequency.Months > 0) return frequency.Months == 1 ? "same month last year" : frequency.Months == 3 ? "same quarter last year" : "same time last year";
        TimeSpan season = frequency.Span * period;
        string unit = frequency.Span == TimeSpan.FromHours(1) ? "hour" : frequency.Span >= TimeSpan.FromDays(1) ? "weekday" : "time";
        return frequency.Weekdays.Count == period || season == TimeSpan.FromDays(7) ? $"same {unit} last week"
            : season == TimeSpan.FromDays(1) ? $"same {unit} yesterday"
            : frequency.Span == TimeSpan.FromDays(7) ? "same week last year"
            : season == TimeSpan.FromHours(1) ? "same minute an hour before" : $"{period} rows before";
    }
}
