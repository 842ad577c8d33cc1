namespace Elman.Cli;

/// <summary>The files that a forecast ends in; each is written in one piece.</summary>
internal static class ForecastOutput
{
    private const int PanelsAtMost = 6;

    /// <summary>Writes forecasts as CSV.</summary>
    public static void Write(string path, IReadOnlyList<WrittenForecasts> forecasts) => CsvFile.WriteText(path, writer => ForecastCsv.Write(forecasts, writer));

    /// <summary>Draws forecasts as SVG, one panel per series up to a number that still can be seen.</summary>
    public static void Draw(string path, Forecaster model, SeriesSet data, IReadOnlyList<Forecast> forecasts, Terminal terminal)
    {
        if (forecasts.Count > PanelsAtMost)
            terminal.Remark($"{path} shows the first {PanelsAtMost} of {forecasts.Count} series");
        var pictures = data.Series.Zip(forecasts, (one, forecast) => ForecastPicture.Of(one, forecast, ForecastPicture.RowsShown(model), data)).Take(PanelsAtMost).ToArray();
        AtomicFile.Write(path, stream => SvgChart.Write(Title(model, forecasts[0].Horizon), pictures, stream));
    }

    /// <summary>What stands above a picture of forecasts.</summary>
    public static string Title(Forecaster model, int horizon) =>
        $"{model.Target}: forecast of the next {Names.Count(horizon, model.Frequency?.ToString() is ['1', ' ', .. var unit] ? unit : "step")}";
}
