using System.Text;

namespace Elman.Tests.Data.Times;

public class TimeNotationTests
{
    private static readonly DateTime Start = new(1995, 3, 7, 1, 2, 3);

    /// <summary>Patterns, and the unit of time that they can tell.</summary>
    public static TheoryData<string, string> Patterns => new()
    {
        { "yyyy-MM-dd", "d" }, { "yyyy/M/d", "d" }, { "dd.MM.yyyy", "d" }, { "d.M.yyyy HH:mm", "m" }, { "dd/MM/yy H:mm", "m" }, { "M/d/yyyy", "d" }, { "MM/dd/yyyy hh:mm:ss tt", "s" },
        { "M/d/yyyy h:mm tt", "m" }, { "d-MMM-yyyy", "d" }, { "dd MMMM yyyy", "d" }, { "MMM d, yyyy", "d" }, { "MMMM dd, yyyy HH:mm", "m" }, { "ddd, dd MMM yyyy HH:mm:ss", "s" },
        { "ddd, dd MMM yyyy HH:mm:ss 'GMT'", "s" }, { "yyyy-MM-ddTHH:mm:ssZ", "s" }, { "yyyy-MM-dd HH:mm:ss UTC", "s" }, { "yyyy-MM-ddTHH:mm:ss.fff", "s" }, { "yyyy-MM-dd HH", "h" },
        { "yyyy-MM-dd kk:mm", "m" }, { "yyyyMMddTHHmmss", "s" }, { "yyyyMMddTHHmm", "m" }, { "yyyy-MM", "M" }, { "MMM-yyyy", "M" }, { "MMM-yy", "M" }, { "MM/yyyy", "M" }, { "yyyyQq", "q" },
        { "yyyy-Qq", "q" }, { "Qq yyyy", "q" }, { "YYYY-Www", "w" },
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public void What_a_notation_writes_is_found_and_read_again(string pattern, string unit)
    {
        TimeNotation notation = new(pattern);
        // A midnight tells hours from 1 to 24 from those from 0 to 23.
        DateTime[] times = [Rounded(Start.Date.AddDays(-7), unit), .. Enumerable.Range(0, 400).Select(step => Rounded(Start.AddDays(step * 17).AddSeconds(step * 12_345), unit)).Distinct()];
        string[] texts = [.. times.Select(notation.Format)];
        TimeSurvey survey = new();
        Assert.All(texts, text => Assert.True(survey.Add(Encoding.UTF8.GetBytes(text)), text));
        Assert.Contains(pattern, survey.Decide()!.Patterns);
        for (int i = 0; i < times.Length; i++)
        {
            Assert.True(notation.TryParse(texts[i], out DateTime read), texts[i]);
            Assert.Equal(times[i], read);
        }
    }

    [Theory]
    [InlineData("unix s", 1577836800)]
    [InlineData("unix ms", 1577836800000)]
    [InlineData("unix us", 1577836800000000)]
    [InlineData("unix ns", 1577836800000000000)]
    public void The_time_since_1970_is_counted(string pattern, long count)
    {
        TimeNotation notation = new(pattern);
        Assert.True(notation.TryParse(count.ToString(System.Globalization.CultureInfo.InvariantCulture), out DateTime time));
        Assert.Equal(new DateTime(2020, 1, 1), time);
        Assert.Equal(count.ToString(System.Globalization.CultureInfo.InvariantCulture), notation.Format(time));
    }

    [Fact]
    public void A_zone_writes_its_offset_on_both_sides_of_a_change()
    {
        TimeNotation notation = new("yyyy-MM-ddTHH:mmzzz") { Zone = "Europe/Berlin", Instants = true };
        Assert.Equal("2020-10-25T02:30+02:00", notation.Format(new DateTime(2020, 10, 25, 0, 30, 0)));
        Assert.Equal("2020-10-25T02:30+01:00", notation.Format(new DateTime(2020, 10, 25, 1, 30, 0)));
        Assert.True(notation.TryParse("2020-10-25T02:30+01:00", out DateTime read));
        Assert.Equal(new DateTime(2020, 10, 25, 1, 30, 0), read);
        Assert.Equal(notation, TimeNotation.Read(Json.Of(notation.WriteTo)));
    }

    [Theory]
    [InlineData("2020-02-30")]
    [InlineData("2021-W54")]
    [InlineData("2020-01-01 24:01")]
    [InlineData("2020Q5")]
    public void What_is_no_time_is_not_read(string text)
    {
        foreach (string pattern in (string[])["yyyy-MM-dd", "YYYY-Www", "yyyy-MM-dd HH:mm", "yyyyQq"])
            Assert.False(TimeNotation.PatternOf(pattern).TryParse(Encoding.UTF8.GetBytes(text), out _, out _));
    }

    private static DateTime Rounded(DateTime time, string unit) => unit switch
    {
        "s" => time,
        "m" => time.Date.AddMinutes((int)time.TimeOfDay.TotalMinutes),
        "h" => time.Date.AddHours(time.Hour),
        "M" => new DateTime(time.Year, time.Month, 1),
        "q" => new DateTime(time.Year, (time.Month - 1) / 3 * 3 + 1, 1),
        "w" => time.Date.AddDays(-(((int)time.DayOfWeek + 6) % 7)),
        _ => time.Date,
    };
}
