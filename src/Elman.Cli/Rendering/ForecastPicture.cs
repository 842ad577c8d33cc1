namespace Elman.Cli;

/// <summary>What a chart of one series shows: the end of its history, then the forecast with its interval.</summary>
/// <param name="Name">The name of the values, and of the group where there is one.</param>
/// <param name="HistoryTimes">The times of the history, ascending.</param>
/// <param name="History">One value per time; NaN leaves a gap.</param>
/// <param name="Times">The times of the forecast, after those of the history.</param>
/// <param name="Lower">The lower end of the interval.</param>
/// <param name="Median">The forecast itself.</param>
/// <param name="Upper">The upper end of the interval.</param>
/// <param name="Coverage">How much of what comes should fall into the interval, such as 0.8.</param>
internal sealed record ForecastPicture(
    string Name,
    DateTime[] HistoryTimes,
    double[] History,
    DateTime[] Times,
    double[] Lower,
    double[] Median,
    double[] Upper,
    double Coverage = 0.8)
{
    /// <summary>The first and the last time, a little apart even when there is only one.</summary>
    public (DateTime First, DateTime Last) Span
    {
        get
        {
            DateTime first = HistoryTimes.Concat(Times).Min(), last = HistoryTimes.Concat(Times).Max();
            return first < last ? (first, last) : (first, first.AddDays(1));
        }
    }

    /// <summary>The smallest and the largest value, a little apart even when all are the same.</summary>
    public (double Least, double Most) Range
    {
        get
        {
            var values = History.Concat(Lower).Concat(Median).Concat(Upper).Where(double.IsFinite).DefaultIfEmpty(0).ToArray();
            double least = values.Min(), most = values.Max();
            double room = Math.Max(Math.Abs(most), 1) * 1e-6;
            return most - least > room ? (least, most) : (least - 1, most + 1);
        }
    }

    /// <summary>What the interval is called: "80 % interval".</summary>
    public string IntervalName => $"{Coverage * 100:0.#} % interval";

    /// <summary>How much of the history a picture shows: some horizons, and no less than a season.</summary>
    public static int RowsShown(Forecaster model) => Math.Max(3 * model.Options.Horizon, 2 * model.Report.Season);

    /// <summary>A forecast behind the last steps of the series that it continues.</summary>
    /// <param name="series">The series.</param>
    /// <param name="forecast">Its forecast.</param>
    /// <param name="steps">How much of the history is shown, at most.</param>
    public static ForecastPicture Of(Series series, Forecast forecast, int steps)
    {
        int from = Math.Max(0, series.Length - steps);
        string name = series.Group.Length == 0 ? series.Target.Name : $"{series.Target.Name}, {series.Group}";
        // Rows that are only counted are shown as days: their distances are alike.
        var start = new DateTime(2000, 1, 1);
        var times = series.Times ?? [.. Enumerable.Range(0, series.Length).Select(row => start.AddDays(row))];
        return new ForecastPicture(
            name, times[from..], Doubles(series.Target.Values[from..]),
            [.. forecast.Times ?? Enumerable.Range(series.Length, forecast.Horizon).Select(row => start.AddDays(row))], Doubles(forecast.Lower), Doubles(forecast.Median), Doubles(forecast.Upper), forecast.NominalCoverage);

        static double[] Doubles(double[] values) => values;
    }
}
