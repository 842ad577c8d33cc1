using System.Text.Json;

namespace Elman.Tests.Data;

public class CalendarFeaturesTests
{
    public static TheoryData<Frequency, string> Spacings => new()
    {
        { Frequency.OfMonths(12, 1), "" },
        { Frequency.OfMonths(6, 1), "month" },
        { Frequency.OfMonths(3, 31), "month" },
        { Frequency.OfMonths(1, 1), "month" },
        { Frequency.Fixed(TimeSpan.FromDays(365)), "" },
        { Frequency.Fixed(TimeSpan.FromDays(28)), "year" },
        { Frequency.Fixed(TimeSpan.FromDays(7)), "year" },
        { Frequency.Fixed(TimeSpan.FromDays(1)), "year week" },
        { Frequency.Fixed(TimeSpan.FromHours(12)), "year week day" },
        { Frequency.Fixed(TimeSpan.FromHours(1)), "year week day" },
        { Frequency.Fixed(TimeSpan.FromMinutes(15)), "year week day hour" },
        { Frequency.Fixed(TimeSpan.FromMinutes(1)), "year week day hour" },
        { Frequency.Fixed(TimeSpan.FromSeconds(1)), "year week day hour minute" },
    };

    [Theory]
    [MemberData(nameof(Spacings))]
    public void The_spacing_chooses_the_cycles(Frequency step, string cycles)
    {
        var features = CalendarFeatures.For(step);
        Assert.Equal(cycles.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(name => new[] { name + "_sin", name + "_cos" }), features.Names);
        Assert.Equal(features.Names.Count, features.Count);
    }

    [Fact]
    public void A_cycle_longer_than_the_history_is_left_out()
    {
        var day = Frequency.Fixed(TimeSpan.FromDays(1));
        Assert.Equal(["week_sin", "week_cos"], CalendarFeatures.For(day, TimeSpan.FromDays(200)).Names);
        Assert.Equal(4, CalendarFeatures.For(day, TimeSpan.FromDays(365)).Count);
    }

    [Fact]
    public void A_day_has_its_place_in_year_and_week()
    {
        var features = CalendarFeatures.For(Frequency.Fixed(TimeSpan.FromDays(1)));
        // 1 January 2024 was a Monday: both cycles begin.
        Expect(features, new DateTime(2024, 1, 1), 0, 1, 0, 1);
        // 1 July 2024: 182 of 366 days have passed; a Monday too.
        Expect(features, new DateTime(2024, 7, 1), Math.Sin(2 * Math.PI * 182 / 366), Math.Cos(2 * Math.PI * 182 / 366), 0, 1);
        // 31 December 2023: 364 of 365 days; a Sunday, six days after Monday.
        Expect(features, new DateTime(2023, 12, 31), Math.Sin(-2 * Math.PI / 365), Math.Cos(2 * Math.PI / 365), Math.Sin(-2 * Math.PI / 7), Math.Cos(2 * Math.PI / 7));
    }

    [Fact]
    public void A_time_has_its_place_in_day_hour_and_minute()
    {
        var features = CalendarFeatures.For(Frequency.Fixed(TimeSpan.FromSeconds(1)), TimeSpan.FromDays(2));
        Assert.Equal("day_sin day_cos hour_sin hour_cos minute_sin minute_cos", string.Join(' ', features.Names));
        Expect(features, new DateTime(2024, 3, 5, 6, 15, 30), Math.Sin(2 * Math.PI * 22530 / 86400), Math.Cos(2 * Math.PI * 22530 / 86400),
            Math.Sin(2 * Math.PI * 930 / 3600), Math.Cos(2 * Math.PI * 930 / 3600), 0, -1);
    }

    [Fact]
    public void Months_are_twelve_equal_steps()
    {
        var features = CalendarFeatures.For(Frequency.OfMonths(1, 1));
        Expect(features, new DateTime(2024, 4, 1), 1, 0);
        Expect(features, new DateTime(2023, 7, 31), 0, -1);
    }

    [Fact]
    public void A_column_is_computed_row_by_row()
    {
        var features = CalendarFeatures.For(Frequency.Fixed(TimeSpan.FromHours(1)));
        DateTime[] times = Frequency.Fixed(TimeSpan.FromHours(7)).Next(new DateTime(2024, 1, 1), 20);
        float[] all = features.Compute(times), one = new float[features.Count];
        for (int row = 0; row < times.Length; row++)
        {
            features.Compute(times[row], one);
            Assert.Equal(one, all[(row * features.Count)..((row + 1) * features.Count)]);
        }

        Assert.Throws<ArgumentException>(() => features.Compute(times[0], new float[features.Count - 1]));
    }

    [Fact]
    public void Json_gives_them_back()
    {
        var features = CalendarFeatures.For(Frequency.Fixed(TimeSpan.FromHours(1)));
        var again = CalendarFeatures.Read(Json.Of(features.WriteTo));
        Assert.Equal(features.Names, again.Names);
        DateTime[] times = [new DateTime(2024, 5, 6, 7, 8, 9)];
        Assert.Equal(features.Compute(times), again.Compute(times));
        foreach (string bad in new[] { "{}", "[\"moon\"]", "[1]" })
            Assert.Throws<ElmanException>(() => CalendarFeatures.Read(JsonDocument.Parse(bad).RootElement));
    }

    private static void Expect(CalendarFeatures features, DateTime time, params double[] expected)
    {
        float[] actual = new float[features.Count];
        features.Compute(time, actual);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-6);
    }
}
