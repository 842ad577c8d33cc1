namespace Elman.Tests.Data;

public class BaselinesTests
{
    private const double NaN = double.NaN;

    [Fact]
    public void The_last_value_seen_is_repeated()
    {
        Assert.Equal([5, 5, 5], Baselines.LastValue([1, 2, 5], 3));
        Assert.Equal([2, 2], Baselines.LastValue([1, 2, NaN], 2));
        Assert.Equal([NaN], Baselines.LastValue([], 1));
    }

    [Fact]
    public void The_season_before_is_repeated()
    {
        Assert.Equal([3, 4, 5, 3, 4, 5, 3], Baselines.SeasonalNaive([1, 2, 3, 4, 5], 3, 7));
        Assert.Equal([5, 5], Baselines.SeasonalNaive([1, 2, 3, 4, 5], 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Baselines.SeasonalNaive([1], 0, 1));
    }

    [Fact]
    public void A_missing_value_takes_the_season_before_it_or_else_the_last_value()
    {
        Assert.Equal([1, 4, 1], Baselines.SeasonalNaive([1, 2, NaN, 4], 2, 3));
        Assert.Equal([4, 4], Baselines.SeasonalNaive([1, 2, NaN, 4], 9, 2));
        Assert.Equal([4, 2], Baselines.SeasonalNaive([NaN, 2, NaN, 4], 4, 2));
    }

    [Fact]
    public void The_same_day_last_year_is_found_across_leap_days()
    {
        DateTime first = new(2011, 1, 1);
        DateTime[] times = [.. Enumerable.Range(0, 365 + 366 + 365).Select(day => first.AddDays(day))];
        // Each value tells its own date.
        double[] history = Array.ConvertAll(times, time => time.Month * 100 + time.Day + time.Year % 100 / 100.0);
        DateTime[] future = [new(2014, 1, 1), new(2014, 3, 1), new(2014, 12, 31)];
        Assert.Equal([101.13, 301.13, 1231.13], Baselines.SameTimeLastYear(times, history, future));

        int known = Array.IndexOf(times, new DateTime(2012, 1, 1));
        DateTime[] leap = [new(2012, 2, 28), new(2012, 2, 29), new(2012, 3, 1)];
        Assert.Equal([228.11, 228.11, 301.11], Baselines.SameTimeLastYear(times.AsSpan(0, known), history.AsSpan(0, known), leap));
    }

    [Fact]
    public void Past_a_year_ahead_the_forecast_looks_back_to_the_last_year_known()
    {
        DateTime[] times = [.. Enumerable.Range(0, 12).Select(month => new DateTime(2023, 1, 1).AddMonths(month))];
        double[] history = Array.ConvertAll(times, time => (double)time.Month);
        Assert.Equal([3, 12], Baselines.SameTimeLastYear(times, history, [new(2026, 3, 1), new(2030, 12, 1)]));
    }

    [Fact]
    public void Gaps_take_the_value_before_and_a_short_history_its_last_value()
    {
        DateTime[] times = [new(2023, 1, 1), new(2023, 1, 2), new(2023, 1, 5), new(2023, 9, 1)];
        double[] history = [1, NaN, 5, 9];
        Assert.Equal([1, 1, 5, 5], Baselines.SameTimeLastYear(times, history, [new(2024, 1, 2), new(2024, 1, 4), new(2024, 1, 5), new(2024, 8, 1)]));
        Assert.Equal([9], Baselines.SameTimeLastYear(times, history, [new(2023, 10, 1)]));
        Assert.Equal([NaN], Baselines.SameTimeLastYear([], [], [new(2023, 10, 1)]));
        Assert.Throws<ArgumentException>(() => Baselines.SameTimeLastYear(times, [1], [new(2023, 10, 1)]));
    }
}
