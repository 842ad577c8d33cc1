namespace Elman;

/// <summary>The naive forecast from a season before, where the data go back so far.</summary>
internal sealed class SeasonalBaseline
{
    private readonly int? _period;

    private SeasonalBaseline(string name, int? period) => (Name, _period) = (name, period);

    /// <summary>The baseline in words, such as <c>same day last year</c>.</summary>
    public string Name { get; }

    /// <summary>Chooses the longest season, year, week or day, that suits the spacing and lies before the first forecast.</summary>
    /// <param name="step">The spacing of the rows; null if there are no times, and so no season.</param>
    /// <param name="history">The time that lies before the first forecast.</param>
    public static SeasonalBaseline? Choose(Frequency? step, TimeSpan history)
    {
        if (step is null) return null;
        bool daily = step.Months > 0 || step.Span >= TimeSpan.FromDays(1);
        string unit = step.Months > 0 ? "month" : step.Span == TimeSpan.FromDays(1) ? "day" : step.Span == TimeSpan.FromDays(7) ? "week" : "time";
        if (daily && step.Months != 12 && history >= TimeSpan.FromDays(366)) return new SeasonalBaseline($"same {unit} last year", null);
        return Periodic(7, "week") ?? Periodic(1, "day");

        SeasonalBaseline? Periodic(int days, string season)
        {
            TimeSpan length = TimeSpan.FromDays(days);
            bool suits = step.Months == 0 && length.Ticks % step.Span.Ticks == 0 && length > step.Span && history >= length;
            return suits ? new SeasonalBaseline($"same {unit} last {season}", (int)(length.Ticks / step.Span.Ticks)) : null;
        }
    }

    /// <summary>Forecasts the rows from one on.</summary>
    /// <param name="series">A series with times.</param>
    /// <param name="origin">The first row to forecast; only rows before it are looked at.</param>
    /// <param name="horizon">How many rows to forecast.</param>
    public double[] Forecast(Series series, int origin, int horizon)
    {
        ReadOnlySpan<double> history = series.Target.Values.AsSpan(0, origin);
        return _period is { } period ? Baselines.SeasonalNaive(history, period, horizon)
            : Baselines.SameTimeLastYear(series.Times.AsSpan(0, origin), history, series.Times.AsSpan(origin, horizon));
    }
}
