using System.Text;
using System.Xml.Linq;

namespace Elman.Cli.Tests;

public class ChartTests
{
    private static readonly DateTime Start = new(2024, 1, 1);

    private static ForecastPicture Wave(TimeSpan step, int history = 60, int horizon = 12)
    {
        double Value(int i) => Math.Round(10 + (8 * Math.Sin(i / 6.0)), 3);
        var times = Enumerable.Range(0, history + horizon).Select(i => Start + (i * step)).ToArray();
        var median = Enumerable.Range(history, horizon).Select(Value).ToArray();
        return new ForecastPicture(
            "temp_max", times[..history], Enumerable.Range(0, history).Select(Value).ToArray(), times[history..],
            median.Select((m, i) => m - 1 - (i / 4.0)).ToArray(), median, median.Select((m, i) => m + 1 + (i / 4.0)).ToArray());
    }

    private static Terminal Paper(int width, bool unicode = true, bool colour = false) =>
        new(TextWriter.Null, TextWriter.Null, Stream.Null) { Width = width, Unicode = unicode, ColourOut = colour };

    private static string Svg(params ForecastPicture[] pictures)
    {
        using var stream = new MemoryStream();
        SvgChart.Write("Forecast & <more>", pictures, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Theory]
    [InlineData("chart-80", 80, true, false)]
    [InlineData("chart-120", 120, true, false)]
    [InlineData("chart-colour", 80, true, true)]
    [InlineData("chart-ascii", 80, false, false)]
    public void The_terminal_chart_looks_as_it_did_when_a_person_last_looked(string name, int width, bool unicode, bool colour) =>
        Snapshot.Match(name, TerminalChart.Draw(Wave(TimeSpan.FromDays(1)), Paper(width, unicode, colour)));

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void No_line_of_the_terminal_chart_is_wider_than_the_terminal(int width)
    {
        foreach (var unit in new[] { 1.0, 24, 24 * 31, 24 * 366 })
        {
            var lines = TerminalChart.Draw(Wave(TimeSpan.FromHours(unit)), Paper(width)).Split('\n');
            Assert.All(lines.SkipLast(2), line => Assert.InRange(line.Length, 0, width));
        }
    }

    [Fact]
    public void Ascii_has_only_ascii() =>
        Assert.DoesNotMatch("[^\n-~]", TerminalChart.Draw(Wave(TimeSpan.FromHours(1)), Paper(60, unicode: false)));

    [Fact]
    public void Awkward_forecasts_are_drawn_too()
    {
        var wave = Wave(TimeSpan.FromDays(1), history: 3, horizon: 1);
        double[] zero = [0, 0, 0], gap = [1, double.NaN, 2];
        ForecastPicture[] awkward =
        [
            wave,
            wave with { History = zero, Lower = [0], Median = [0], Upper = [0] },
            wave with { History = gap },
            wave with { History = [1e12, -1e12, 5] },
            wave with { History = [1e-9, 2e-9, 3e-9], Lower = [1e-9], Median = [1e-9], Upper = [1e-9] },
            wave with { HistoryTimes = [], History = [] },
        ];
        Assert.All(awkward, picture =>
        {
            Assert.Contains("80 % interval", TerminalChart.Draw(picture, Paper(80)));
            XDocument.Parse(Svg(picture));
        });
    }

    [Fact]
    public void The_picture_is_the_same_file_every_time_and_well_formed()
    {
        string svg = Svg(Wave(TimeSpan.FromDays(1)));
        Assert.Equal(svg, Svg(Wave(TimeSpan.FromDays(1))));
        var texts = XDocument.Parse(svg).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToArray();
        foreach (string expected in new[] { "Forecast & <more>", "temp_max", "80 % interval", "history", "forecast (median)", "8 Jan", "5 Feb", "10" })
            Assert.Contains(expected, texts);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.25)]
    [InlineData(24 * 31)]
    public void No_two_places_of_the_pictures_time_axis_have_the_same_name(double hours)
    {
        var wave = Wave(TimeSpan.FromHours(hours), history: 72, horizon: 48);
        var ticks = Ticks.Times(wave.Span.First, wave.Span.Last, 12);
        string[] names = [.. ticks.Where(time => time.TimeOfDay == TimeSpan.Zero).Select(time => Ticks.Label(time, ticks))];
        var texts = XDocument.Parse(Svg(wave)).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToArray();
        Assert.All(names, name => Assert.Single(texts, name));
    }

    [Fact]
    public void Each_group_has_a_panel_and_the_legend_stands_once()
    {
        var wave = Wave(TimeSpan.FromDays(1));
        var texts = XDocument.Parse(Svg(wave with { Name = "north" }, wave with { Name = "south" }))
            .Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToArray();
        Assert.Contains("north", texts);
        Assert.Contains("south", texts);
        Assert.Single(texts, "history");
    }

    [Theory]
    [InlineData("y")]
    [InlineData("a very long title of a picture, which nobody would give but somebody does, with many words and no end in sight, on and on and on, until it would need a wall to fit")]
    [InlineData("onewordthatislongerthanthepictureiswideonewordthatislongerthanthepictureiswideonewordthatislongerthanthepictureiswideonewordthatislongerthanthepictureiswide")]
    public void No_text_of_the_picture_is_cut_off(string title)
    {
        var wave = Wave(TimeSpan.FromDays(1));
        var picture = wave with { Name = title, Inner = [.. new[] { 0.9, 0.7, 0.5, 0.3, 0.1 }.Select(part => (part, wave.Lower, wave.Upper))] };
        using var stream = new MemoryStream();
        SvgChart.Write(title, [picture], stream);
        var svg = XDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).Root!;
        double width = (double)svg.Attribute("width")!, height = (double)svg.Attribute("height")!;
        var texts = svg.Descendants().Where(e => e.Name.LocalName == "text").ToArray();
        Assert.Contains(texts, text => text.Value == "10 % interval");
        Assert.All(texts, text =>
        {
            double wide = Markup.Width(text.Value, (string?)text.Attribute("class") == "title" ? 17 : 13), x = (double)text.Attribute("x")!;
            double left = (string?)text.Attribute("text-anchor") switch { "middle" => x - (wide / 2), "end" => x - wide, _ => x };
            Assert.True(left >= 0 && left + wide <= width, $"'{text.Value}' from {left} to {left + wide} of {width}");
            Assert.InRange((double)text.Attribute("y")!, 10, height - 4);
        });
    }

    [Fact]
    public void Rows_that_are_only_counted_are_named_by_their_numbers()
    {
        var rows = Wave(TimeSpan.FromDays(1)) with { FirstRow = 1001, RowStep = 10 };
        rows = rows with { HistoryTimes = [.. rows.HistoryTimes.Select(time => time - (Start - new DateTime(2000, 1, 1)))], Times = [.. rows.Times.Select(time => time - (Start - new DateTime(2000, 1, 1)))] };
        var texts = XDocument.Parse(Svg(rows)).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToArray();
        Assert.Contains("1100", texts);
        Assert.Contains("1700", texts);
    }

    [Theory]
    [InlineData("a & b < c > \"d\" 'e'", "a &amp; b &lt; c &gt; &quot;d&quot; &#39;e&#39;")]
    [InlineData("bell\u0007 grüße 日本", "bell\uFFFD grüße 日本")]
    public void Text_never_becomes_markup(string text, string expected) => Assert.Equal(expected, Markup.Text(text));

    [Theory]
    [InlineData(0, 10, 5, "0 2 4 6 8 10")]
    [InlineData(-2.6, 32.1, 4, "0 10 20 30")]
    [InlineData(0.001, 0.0042, 4, "0.001 0.002 0.003 0.004")]
    [InlineData(998, 1003, 4, "998 1000 1002")]
    public void Levels_are_round_numbers_inside_the_range(double least, double most, int count, string expected) =>
        Assert.Equal(expected, string.Join(' ', Ticks.Labels(Ticks.Values(least, most, count))));

    [Theory]
    [InlineData("2024-01-03", "2024-02-20", 5, "8 Jan|22 Jan|5 Feb|19 Feb")]
    [InlineData("2024-01-03", "2025-02-20", 5, "Apr 2024|Jul 2024|Oct 2024|Jan 2025")]
    [InlineData("2024-01-03 05:10", "2024-01-04 04:00", 5, "06:00|12:00|18:00|4 Jan")]
    [InlineData("1950-01-01", "2020-01-01", 5, "1960|1980|2000|2020")]
    public void Times_fall_on_round_places(string first, string last, int count, string expected)
    {
        var ticks = Ticks.Times(DateTime.Parse(first, null), DateTime.Parse(last, null), count);
        Assert.Equal(expected, string.Join('|', ticks.Select(time => Ticks.Label(time, ticks))));
    }
}
