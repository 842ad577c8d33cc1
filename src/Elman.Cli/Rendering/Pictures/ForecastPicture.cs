using System.Globalization;

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
    /// <summary>Rows that are only counted are shown as days from this one: their distances are alike.</summary>
    private static readonly DateTime FirstDay = new(2000, 1, 1);

    /// <summary>Intervals within the interval, from the widest on.</summary>
    public IReadOnlyList<(double Coverage, double[] Lower, double[] Upper)> Inner { get; init; } = [];

    /// <summary>What names a row where rows are only counted: its number less this is the days since 2000. Null where there are times.</summary>
    public long? FirstRow { get; init; }

    /// <summary>From one number of a row to the next.</summary>
    public long RowStep { get; init; } = 1;

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
    public string IntervalName => NameOf(Coverage);

    /// <summary>What an interval is called.</summary>
    public static string NameOf(double coverage) => string.Create(CultureInfo.InvariantCulture, $"{coverage * 100:0.#} % interval");

    /// <summary>How much of the history a picture shows: some horizons, and no less than a season.</summary>
    public static int RowsShown(Forecaster model) => Math.Max(3 * model.Options.Horizon, 2 * model.Report.Season);

    /// <summary>Round places on the axis of some pictures, and their names.</summary>
    public (DateTime[] Places, string[] Names) Places(DateTime first, DateTime last, int count)
    {
        if (FirstRow is not { } row)
        {
            var times = Ticks.Times(first, last, count);
            return (times, [.. times.Select(time => Ticks.Label(time, times))]);
        }

        double Number(DateTime time) => row + ((time - FirstDay).TotalDays * RowStep);
        double[] numbers = [.. Ticks.Values(Number(first), Number(last), count).Where(double.IsInteger)];
        return ([.. numbers.Select(number => FirstDay.AddDays((number - row) / RowStep))], [.. numbers.Select(number => number.ToString("0", CultureInfo.InvariantCulture))]);
    }

    /// <summary>A forecast behind the last steps of the series that it continues.</summary>
    /// <param name="series">The series.</param>
    /// <param name="forecast">Its forecast.</param>
    /// <param name="steps">How much of the history is shown, at most.</param>
    /// <param name="data">The set of the series, which knows how rows are counted.</param>
    public static ForecastPicture Of(Series series, Forecast forecast, int steps, SeriesSet data)
    {
        int from = Math.Max(0, series.Length - steps), levels = forecast.Levels.Length;
        return new ForecastPicture(
            NameOf(series), TimesOf(series)[from..], series.Target.Values[from..],
            [.. forecast.Times ?? Enumerable.Range(series.Length, forecast.Horizon).Select(row => FirstDay.AddDays(row))], forecast.Lower, forecast.Median, forecast.Upper, forecast.NominalCoverage)
        {
            Inner = [.. Enumerable.Range(1, Math.Max(0, (levels / 2) - 1))
                .Select(i => (Math.Round(forecast.Levels[^(i + 1)] - forecast.Levels[i], 6), forecast.Quantile(i), forecast.Quantile(levels - 1 - i)))],
            FirstRow = series.Times is null ? series.FirstIndex ?? 1 : null,
            RowStep = series.FirstIndex is null ? 1 : data.Schema.IndexStep,
        };
    }

    /// <summary>The group's name where there is one, and the values'.</summary>
    public static string NameOf(Series series) => series.Group.Length == 0 ? series.Target.Name : $"{series.Group}: {series.Target.Name}";

    /// <summary>The times of all rows.</summary>
    public static DateTime[] TimesOf(Series series) => series.Times ?? [.. Enumerable.Range(0, series.Length).Select(row => FirstDay.AddDays(row))];
}
