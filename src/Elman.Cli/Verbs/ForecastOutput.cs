namespace Elman.Cli;

/// <summary>The files that a forecast ends in; each is written in one piece.</summary>
internal static class ForecastOutput
{
    private const int PanelsAtMost = 6;

    /// <summary>Writes forecasts as CSV.</summary>
    public static void Write(string path, Forecaster model, SeriesSet data, IReadOnlyList<Forecast> forecasts)
    {
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            ForecastCsv.Write(forecasts, data, writer);
        });
    }

    /// <summary>Draws forecasts as SVG, one panel per series up to a number that still can be seen.</summary>
    public static void Draw(string path, Forecaster model, IReadOnlyList<Series> series, IReadOnlyList<Forecast> forecasts, Terminal terminal)
    {
        if (series.Count > PanelsAtMost)
            terminal.Remark($"{path} shows the first {PanelsAtMost} of {series.Count} series");
        var pictures = series.Zip(forecasts, (one, forecast) => ForecastPicture.Of(one, forecast, ForecastPicture.RowsShown(model))).Take(PanelsAtMost).ToArray();
        AtomicFile.Write(path, stream => SvgChart.Write(Title(model), pictures, stream));
    }

    private static string Title(Forecaster model) =>
        $"{model.Target}: forecast of the next {Names.Count(model.Options.Horizon, model.Frequency?.ToString() is ['1', ' ', .. var unit] ? unit : "step")}";
}
