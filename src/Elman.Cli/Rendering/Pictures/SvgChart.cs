using System.Text;

namespace Elman.Cli;

/// <summary>Draws forecasts as SVG, one panel per series above a common time axis. The same input gives the same bytes.</summary>
internal static class SvgChart
{
    private const double Width = 960, PanelHeight = 300;
    private const int PlacesOnAxis = 12;

    /// <summary>Writes the picture as a file.</summary>
    /// <param name="title">What stands above it.</param>
    /// <param name="pictures">One panel each, from the top down.</param>
    /// <param name="stream">Where the file goes.</param>
    public static void Write(string title, IReadOnlyList<ForecastPicture> pictures, Stream stream) =>
        stream.Write(Encoding.UTF8.GetBytes(SvgPlot.File(Of(title, pictures), Width, PanelHeight / Math.Sqrt(pictures.Count))));

    /// <summary>Pictures of forecasts as a plot.</summary>
    public static Plot Of(string title, IReadOnlyList<ForecastPicture> pictures)
    {
        DateTime first = pictures.Min(picture => picture.Span.First), last = pictures.Max(picture => picture.Span.Last);
        return new Plot(title, Axis(pictures[0], first, last, PlacesOnAxis), [.. pictures.Select(Panel)]);
    }

    /// <summary>The axis of some pictures.</summary>
    public static PlotAxis Axis(ForecastPicture picture, DateTime first, DateTime last, int count)
    {
        var (places, names) = picture.Places(first, last, count);
        return new PlotAxis(PlaceOf(first), PlaceOf(last), Array.ConvertAll(places, PlaceOf), names);
    }

    /// <summary>Where a time lies on an axis.</summary>
    public static double PlaceOf(DateTime time) => time.Ticks;

    private static PlotPanel Panel(ForecastPicture picture)
    {
        double[] past = Array.ConvertAll(picture.HistoryTimes, PlaceOf), future = Array.ConvertAll(picture.Times, PlaceOf);
        return new PlotPanel(picture.Name,
        [
            new PlotMark(PlotStyle.Interval, picture.IntervalName, future, picture.Lower, picture.Upper),
            .. picture.Inner.Select(inner => new PlotMark(PlotStyle.Inner, ForecastPicture.NameOf(inner.Coverage), future, inner.Lower, inner.Upper)),
            new PlotMark(PlotStyle.History, "history", past, picture.History),
            new PlotMark(PlotStyle.Forecast, "forecast (median)", future, picture.Median),
        ]);
    }
}
