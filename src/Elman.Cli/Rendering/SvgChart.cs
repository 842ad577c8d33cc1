using System.Text;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Elman.Cli;

/// <summary>Draws forecasts as an SVG file, one panel per series above a common time axis. The same input gives the same bytes.</summary>
internal static class SvgChart
{
    private const double Width = 960, PanelHeight = 320, HeightBeside = 110;
    private const double PanelGap = 0.04;

    /// <summary>OxyPlot knows the widths of this font's letters; the file then asks for the likes of it.</summary>
    private const string MeasuredFont = "Arial", ShownFonts = "Helvetica, Arial, 'Liberation Sans', sans-serif";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly OxyColor Ink = OxyColor.FromRgb(0x1E, 0x29, 0x3B);
    private static readonly OxyColor Faint = OxyColor.FromRgb(0xE2, 0xE8, 0xF0);
    private static readonly OxyColor HistoryColour = OxyColor.FromRgb(0x47, 0x55, 0x69);
    private static readonly OxyColor ForecastColour = OxyColor.FromRgb(0xEA, 0x58, 0x0C);
    private static readonly OxyColor IntervalColour = OxyColor.FromAColor(0x40, ForecastColour);

    /// <summary>Writes the picture.</summary>
    /// <param name="title">What stands above it.</param>
    /// <param name="pictures">One panel each, from the top down.</param>
    /// <param name="stream">Where the file goes.</param>
    public static void Write(string title, IReadOnlyList<ForecastPicture> pictures, Stream stream)
    {
        // OxyPlot asks the current thread's culture for the names of months.
        var model = new PlotModel
        {
            Title = title,
            Culture = System.Globalization.CultureInfo.InvariantCulture,
            DefaultFont = MeasuredFont,
            TitleFontSize = 17,
            TitleFontWeight = 600,
            TitleColor = Ink,
            TextColor = Ink,
            Background = OxyColors.White,
            PlotAreaBorderThickness = new OxyThickness(0),
            Padding = new OxyThickness(12, 14, 24, 10),
            TitlePadding = 10,
        };
        model.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.BottomCenter,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendSymbolLength = 26,
            LegendItemSpacing = 28,
            LegendPadding = 4,
            LegendFontSize = 13,
        });

        model.Axes.Add(TimeAxis(pictures));
        for (int i = 0; i < pictures.Count; i++)
            AddPanel(model, pictures[i], i, pictures.Count);
        double height = (PanelHeight * Math.Sqrt(pictures.Count)) + HeightBeside;
        var exporter = new SvgExporter { Width = Width, Height = height, UseVerticalTextAlignmentWorkaround = true, TextMeasurer = new PixelMeasurer() };
        string svg = exporter.ExportToString(model);
        stream.Write(Encoding.UTF8.GetBytes(svg.Replace(MeasuredFont, ShownFonts, StringComparison.Ordinal)));
    }

    private static RoundTimeAxis TimeAxis(IReadOnlyList<ForecastPicture> pictures)
    {
        DateTime first = pictures.Min(p => p.Span.First), last = pictures.Max(p => p.Span.Last);
        var ticks = Ticks.Times(first, last, 12);
        return new RoundTimeAxis(ticks)
        {
            Position = AxisPosition.Bottom,
            Minimum = DateTimeAxis.ToDouble(first),
            Maximum = DateTimeAxis.ToDouble(last),
            MaximumPadding = 0.02,
            LabelFormatter = value => Ticks.Label(DateTimeAxis.ToDateTime(value, Second), ticks),
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = Faint,
            TicklineColor = Faint,
            AxislineStyle = LineStyle.Solid,
            AxislineColor = HistoryColour,
            FontSize = 13,
        };
    }

    private static void AddPanel(PlotModel model, ForecastPicture picture, int index, int count)
    {
        string key = $"value{index}";
        double height = (1 + PanelGap) / count;
        double bottom = 1 - (height * (index + 1)) + PanelGap;
        model.Axes.Add(new LinearAxis
        {
            Key = key,
            Position = AxisPosition.Left,
            Title = picture.Name,
            TitleFontSize = 13,
            AxisTitleDistance = 14,
            StartPosition = Math.Max(0, bottom),
            EndPosition = Math.Max(0, bottom) + height - PanelGap,
            MinimumPadding = 0.06,
            MaximumPadding = 0.06,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = Faint,
            TickStyle = TickStyle.None,
            FontSize = 13,
        });

        var interval = new IntervalSeries
        {
            Title = index == 0 ? picture.IntervalName : null,
            YAxisKey = key,
            Fill = IntervalColour,
            Color = OxyColors.Transparent,
            Color2 = OxyColors.Transparent,
            StrokeThickness = 0,
        };
        interval.Points.AddRange(Points(picture.Times, picture.Upper));
        interval.Points2.AddRange(Points(picture.Times, picture.Lower));

        var history = new LineSeries
        {
            Title = index == 0 ? "history" : null,
            YAxisKey = key,
            Color = HistoryColour,
            StrokeThickness = 1.8,
            LineJoin = LineJoin.Round,
        };
        history.Points.AddRange(Points(picture.HistoryTimes, picture.History));

        var forecast = new LineSeries
        {
            Title = index == 0 ? "forecast (median)" : null,
            YAxisKey = key,
            Color = ForecastColour,
            StrokeThickness = 2.6,
            LineJoin = LineJoin.Round,
        };
        forecast.Points.AddRange(Points(picture.Times, picture.Median));

        model.Series.Add(interval);
        model.Series.Add(history);
        model.Series.Add(forecast);
    }

    private static IEnumerable<DataPoint> Points(DateTime[] times, double[] values) =>
        times.Zip(values, (time, value) => new DataPoint(DateTimeAxis.ToDouble(time), value));

    /// <summary>OxyPlot's own steps may be halves of a day under labels that name the day.</summary>
    private sealed class RoundTimeAxis(DateTime[] ticks) : DateTimeAxis
    {
        public override void GetTickValues(out IList<double> majorLabelValues, out IList<double> majorTickValues, out IList<double> minorTickValues)
        {
            majorLabelValues = majorTickValues = Array.ConvertAll(ticks, ToDouble);
            minorTickValues = [];
        }
    }

    /// <summary>Shows itself in the legend as a plain swatch.</summary>
    private sealed class IntervalSeries : AreaSeries
    {
        public override void RenderLegend(IRenderContext rc, OxyRect legendBox)
        {
            var swatch = new OxyRect(legendBox.Left, legendBox.Center.Y - 5, legendBox.Width, 10);
            rc.DrawRectangle(swatch, ActualFill, OxyColors.Transparent, 0, EdgeRenderingMode.Automatic);
        }
    }

    /// <summary>OxyPlot's own widths count in points of 1/72 inch; the file's sizes are pixels of 1/96.</summary>
    private sealed class PixelMeasurer() : PdfRenderContext(Width, PanelHeight, OxyColors.White)
    {
        public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
        {
            var points = base.MeasureText(text, fontFamily, fontSize, fontWeight);
            return new OxySize(points.Width * 96 / 72, points.Height);
        }
    }
}
