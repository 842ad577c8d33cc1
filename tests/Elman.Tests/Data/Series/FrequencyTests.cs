using System.Globalization;
using System.Text.Json;
using CsCheck;

namespace Elman.Tests.Data;

public class FrequencyTests
{
    [Theory]
    [InlineData("2024-01-01 2024-01-02 2024-01-03", "1 day")]
    [InlineData("2024-01-01 2024-01-02 2024-01-03 2024-01-10 2024-01-11", "1 day")]
    [InlineData("2024-01-01 2024-01-08 2024-01-15", "1 week")]
    [InlineData("2024-01-01T00:00 2024-01-01T00:15 2024-01-01T00:30", "15 minutes")]
    [InlineData("2024-01-01T00:00:00 2024-01-01T00:00:01.5", "1500 milliseconds")]
    [InlineData("2024-01-01T00:00 2024-01-01T01:00", "1 hour")]
    [InlineData("2024-01-01 2024-02-01 2024-03-01", "1 month")]
    [InlineData("2023-01-31 2023-02-28 2023-03-31 2023-04-30", "1 month")]
    [InlineData("2023-01-30 2023-02-28 2023-03-30", "1 month")]
    [InlineData("2024-01-01 2024-02-01 2024-03-01 2024-08-01 2024-09-01", "1 month")]
    [InlineData("2024-01-01 2024-04-01 2024-07-01", "3 months")]
    [InlineData("2020-06-15 2021-06-15 2022-06-15", "1 year")]
    [InlineData("2020-02-29 2021-02-28 2022-02-28", "1 year")]
    [InlineData("2024-01-01 2024-01-29 2024-02-26 2024-03-25", "4 weeks")]
    [InlineData("2024-01-01 2024-02-02 2024-03-01 2024-03-30", "29 days")]
    public void The_spacing_is_recognised(string times, string expected) => Assert.Equal(expected, Frequency.Infer(Times(times)).ToString());

    [Theory]
    [InlineData("2012-02-27 2012-02-28", "2012-02-29 2012-03-01")]
    [InlineData("2024-12-30T22:00 2024-12-30T23:00", "2024-12-31T00:00 2024-12-31T01:00")]
    [InlineData("2023-11-30 2023-12-31", "2024-01-31 2024-02-29 2024-03-31 2024-04-30")]
    [InlineData("2023-10-30 2023-11-30 2023-12-30", "2024-01-30 2024-02-29 2024-03-30")]
    [InlineData("2023-11-01T06:30 2023-12-01T06:30", "2024-01-01T06:30 2024-02-01T06:30")]
    [InlineData("2023-07-01 2023-10-01", "2024-01-01 2024-04-01 2024-07-01")]
    [InlineData("2022-02-28 2023-02-28", "2024-02-29 2025-02-28")]
    public void The_column_continues_into_the_future(string times, string next)
    {
        DateTime[] expected = Times(next), known = Times(times);
        Assert.Equal(expected, Frequency.Infer(known).Next(known[^1], expected.Length));
    }

    [Fact]
    public void Steps_are_counted_from_the_row_and_do_not_drift()
    {
        // Adding a month twelve times to 31 January must not stick at the 29th.
        Frequency month = Frequency.OfMonths(1, 31);
        Assert.Equal(new DateTime(2025, 1, 31), month.Add(new DateTime(2024, 1, 31), 12));
        Assert.Equal(new DateTime(2025, 1, 31), month.Next(new DateTime(2024, 2, 29), 11)[^1]);
        Assert.Equal(new DateTime(2023, 11, 30), month.Add(new DateTime(2024, 2, 29), -3));
    }

    [Fact]
    public void Many_steps_are_exact_to_the_tick()
    {
        var start = new DateTime(2000, 1, 1);
        Assert.Equal(start.AddTicks(604_800_000_0001L * 40_001), Frequency.Fixed(TimeSpan.FromTicks(604_800_000_0001L)).Add(start, 40_001));
    }

    [Fact]
    public void A_regular_column_predicts_its_own_rows() =>
        Gen.Select(Gen.Int[0, 20_000], Gen.Int[1, 24], Gen.Int[3, 40], Gen.Bool).Sample((day, step, count, months) =>
        {
            DateTime first = new DateTime(1980, 1, 1).AddDays(day);
            DateTime[] times = [.. Enumerable.Range(0, count).Select(i => months ? first.AddMonths(i * step) : first.AddHours(i * step))];
            Assert.Equal(times[1..], Frequency.Infer(times.AsSpan(0, count - 1)).Next(times[0], count - 1));
        });

    [Fact]
    public void The_kind_of_time_is_kept()
    {
        var utc = new DateTime(2024, 1, 31, 5, 0, 0, DateTimeKind.Utc);
        Assert.Equal(DateTimeKind.Utc, Frequency.OfMonths(1, 31).Add(utc, 1).Kind);
        Assert.Equal(DateTimeKind.Utc, Frequency.Fixed(TimeSpan.FromDays(1)).Add(utc, 1).Kind);
    }

    [Fact]
    public void What_lies_beyond_the_calendar_is_refused_with_the_reason()
    {
        Frequency[] steps = [Frequency.Fixed(TimeSpan.FromDays(1)), Frequency.OfMonths(1, 30), Frequency.Fixed(TimeSpan.FromDays(10_000_000))];
        foreach (Frequency step in steps)
        {
            string refusal = Assert.Throws<ElmanException>(() => step.Next(new DateTime(9999, 12, 30), 3)).Message;
            Assert.Equal($"3 rows of {step} after 9999-12-30 lie beyond the calendar, which ends with the year 9999; correct the times", refusal);
        }
    }

    [Fact]
    public void One_time_has_no_spacing() =>
        Assert.Contains("at least two times", Assert.Throws<ElmanException>(() => Frequency.Infer(Times("2024-01-01"))).Message);

    [Fact]
    public void Json_gives_it_back()
    {
        Frequency[] steps = [Frequency.Fixed(TimeSpan.FromTicks(604_800_000_0001L)), Frequency.OfMonths(3, 31)];
        foreach (Frequency step in steps)
            Assert.Equal(step, Frequency.Read(Json.Of(step.WriteTo)));
        Assert.NotEqual(steps[0], steps[1]);
        foreach (string bad in new[] { "3", "{}", """{"ticks":0}""", """{"months":1}""", """{"months":1,"day":32}""", """{"months":1.5,"day":1}""" })
            Assert.Throws<ElmanException>(() => Frequency.Read(JsonDocument.Parse(bad).RootElement));
    }

    private static DateTime[] Times(string text) => [.. text.Split(' ').Select(time => DateTime.Parse(time, CultureInfo.InvariantCulture))];

    [Theory]
    [InlineData("Monday Tuesday Wednesday Thursday Friday", "1 business day")]
    [InlineData("Monday Tuesday Wednesday Thursday Friday Saturday", "1 working day")]
    [InlineData("Tuesday Saturday", "1 working day")]
    public void Weekdays_without_rows_are_left_out(string names, string words)
    {
        DayOfWeek[] days = [.. names.Split(' ').Select(Enum.Parse<DayOfWeek>)];
        DateTime[] times = [.. Enumerable.Range(0, 200).Select(day => new DateTime(2024, 1, 1, 9, 30, 0).AddDays(day)).Where(time => days.Contains(time.DayOfWeek))];
        Frequency step = Frequency.Infer(times.AsSpan(0, 30));
        Assert.Equal(Frequency.OfWeekdays(days), step);
        Assert.Equal(words, step.ToString());
        Assert.Equal(days, step.Weekdays);
        Assert.Equal(times[30..], step.Next(times[29], times.Length - 30));
        Assert.Equal(step, Frequency.Read(Json.Of(step.WriteTo)));
    }

    [Fact]
    public void A_few_days_of_one_week_are_days()
    {
        DateTime[] times = [.. Enumerable.Range(0, 5).Select(day => new DateTime(2024, 1, 1).AddDays(day))];
        Assert.Equal("1 day", Frequency.Infer(times).ToString());
    }

    [Fact]
    public void The_last_business_day_of_each_month_is_recognised()
    {
        Frequency step = Frequency.Infer(Times("2019-10-31 2019-11-29 2019-12-31 2020-01-31 2020-02-28"));
        Assert.True(step.IsLastBusinessDay);
        Assert.Equal(Times("2020-03-31 2020-04-30 2020-05-29"), step.Next(new DateTime(2020, 2, 28), 3));
        Assert.Equal(step, Frequency.Read(Json.Of(step.WriteTo)));
    }

    [Fact]
    public void A_product_that_sells_every_few_days_has_rows_a_day_apart()
    {
        int[] days = [0, 2, 3, 6, 8, 10, 11, 14, 16, 18, 20, 23];
        Assert.Equal("1 day", Frequency.Infer([.. days.Select(day => new DateTime(2024, 1, 1).AddDays(day))]).ToString());
    }

    [Fact]
    public void Steps_undo_what_adding_does()
    {
        Frequency[] steps =
        [
            Frequency.Fixed(TimeSpan.FromMinutes(15)), Frequency.Fixed(TimeSpan.FromDays(7)), Frequency.OfMonths(1, 1), Frequency.OfMonths(1, 31), Frequency.OfMonths(3, 30),
            Frequency.OfMonths(12, 29), Frequency.LastBusinessDay(1), Frequency.LastBusinessDay(3), Frequency.BusinessDays, Frequency.OfWeekdays(DayOfWeek.Sunday, DayOfWeek.Wednesday),
        ];
        foreach (Frequency step in steps)
        {
            DateTime first = step.Add(new DateTime(2023, 11, 5, 6, 7, 8), 0);
            for (int count = -100; count <= 100; count++)
            {
                DateTime there = step.Add(first, count);
                Assert.Equal(count, step.Steps(first, there));
                Assert.Equal(count, step.Steps(first, there.AddSeconds(1)));
                Assert.Equal(count - 1, step.Steps(first, there.AddSeconds(-1)));
            }
        }
    }
}
