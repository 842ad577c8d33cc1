namespace Elman.Cli;

/// <summary>Forecasts of a backtest over what came.</summary>
internal static class BacktestPicture
{
    private const double Width = 960, PanelHeight = 300;
    private const int MostRows = 400, MostForecasts = 30, PlacesOnAxis = 12;

    /// <summary>The series that are worth a look: the first ones, and those that were worst against their baselines.</summary>
    /// <param name="groups">All groups, in order.</param>
    /// <param name="scores">Their scores, the worst first.</param>
    /// <param name="each">How many of either.</param>
    public static string[] Chosen(IEnumerable<string> groups, IReadOnlyList<SeriesScore> scores, int each) =>
        [.. groups.Take(each).Concat(scores.Where(score => score.Ratio > 0).Take(each).Select(score => score.Group)).Distinct()];

    /// <summary>A picture as the content of a file.</summary>
    public static string File(Measured measured, Forecaster model, SeriesSet data)
    {
        string[] chosen = Chosen(data.Series.Select(one => one.Group).Where(group => measured.Result.All.Any(one => one.Forecast.Group == group)), measured.PerSeries, each: 2);
        var parts = chosen.Select(group => Part(measured.Result, model, data, group)).ToArray();
        DateTime first = parts.Min(part => part.First), last = parts.Max(part => part.Last);
        Plot plot = new($"{model.Target}: forecasts of the backtest over what came", SvgChart.Axis(parts[0].Rows, first, last, PlacesOnAxis), [.. parts.Select(part => part.Panel)]);
        return SvgPlot.File(plot, Width, PanelHeight / Math.Sqrt(parts.Length));
    }

    /// <summary>A picture of one series.</summary>
    public static Plot Of(BacktestResult result, Forecaster model, SeriesSet data, string group)
    {
        var (panel, rows, first, last) = Part(result, model, data, group);
        return new Plot("", SvgChart.Axis(rows, first, last, PlacesOnAxis), [panel]);
    }

    private static (PlotPanel Panel, ForecastPicture Rows, DateTime First, DateTime Last) Part(BacktestResult result, Forecaster model, SeriesSet data, string group)
    {
        var series = data.Series.First(one => one.Group == group);
        BacktestForecast[] chosen = [.. Apart(result.All.Where(one => one.Forecast.Group == group), MostRows)];
        int end = chosen[^1].Origin + result.Horizon, from = Math.Max(0, chosen[0].Origin - Math.Max(result.Horizon, Math.Min(model.Report.Season, 2 * result.Horizon)));
        DateTime[] times = ForecastPicture.TimesOf(series);
        double[] places = Array.ConvertAll(times[from..end], SvgChart.PlaceOf);
        List<PlotMark> marks = [];
        for (int i = 0; i < chosen.Length; i++)
        {
            double[] own = Array.ConvertAll(times[chosen[i].Origin..(chosen[i].Origin + result.Horizon)], SvgChart.PlaceOf);
            marks.Add(new PlotMark(PlotStyle.Interval, i == 0 ? ForecastPicture.NameOf(chosen[i].Forecast.NominalCoverage) : null, own, chosen[i].Forecast.Lower, chosen[i].Forecast.Upper));
        }

        marks.Add(new PlotMark(PlotStyle.History, "what came", places, series.Target.Values[from..end]));
        for (int i = 0; i < chosen.Length; i++)
        {
            double[] own = Array.ConvertAll(times[chosen[i].Origin..(chosen[i].Origin + result.Horizon)], SvgChart.PlaceOf);
            marks.Add(new PlotMark(PlotStyle.Forecast, i == 0 ? "forecasts (median)" : null, own, chosen[i].Forecast.Median));
        }

        var rows = ForecastPicture.Of(series, chosen[^1].Forecast, 1, data);
        return (new PlotPanel(ForecastPicture.NameOf(series), marks), rows, times[from], times[end - 1]);
    }

    /// <summary>Forecasts that do not cover each other, from the last one back.</summary>
    private static List<BacktestForecast> Apart(IEnumerable<BacktestForecast> forecasts, int rows)
    {
        List<BacktestForecast> chosen = [];
        foreach (var one in forecasts.OrderByDescending(forecast => forecast.Origin))
        {
            if (chosen.Count > 0 && (one.Origin + one.Forecast.Horizon > chosen[^1].Origin || one.Origin < chosen[0].Origin - rows || chosen.Count == MostForecasts)) continue;
            chosen.Add(one);
        }

        chosen.Reverse();
        return chosen;
    }
}
