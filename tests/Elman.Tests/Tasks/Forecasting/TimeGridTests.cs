namespace Elman.Tests.Tasks;

public class TimeGridTests
{
    private static readonly DateTime Noon = new(2024, 1, 31, 12, 0, 0);

    private static Series Of(params DateTime[] times) => new("g", times, new Column("y", [.. times.Select((_, i) => (double)i)]), new Column("x", [.. times.Select((_, i) => i + 0.5)]));

    [Fact]
    public void Puts_every_row_in_its_place()
    {
        Series filled = TimeGrid.Fill(Of(Noon, Noon.AddHours(6), Noon.AddHours(24)), Frequency.Fixed(TimeSpan.FromHours(6)));
        Assert.Equal([Noon, Noon.AddHours(6), Noon.AddHours(12), Noon.AddHours(18), Noon.AddHours(24)], filled.Times!);
        Assert.Equal([0, 1, double.NaN, double.NaN, 2], filled.Target.Values);
        Assert.Equal([0.5, 1.5, double.NaN, double.NaN, 2.5], filled.Covariates[0].Values);
    }

    [Fact]
    public void Counts_months_by_the_calendar()
    {
        Series filled = TimeGrid.Fill(Of(Noon, new DateTime(2024, 2, 29, 12, 0, 0), new DateTime(2024, 4, 30, 12, 0, 0)), Frequency.OfMonths(1, 31));
        Assert.Equal([0, 1, double.NaN, 2], filled.Target.Values);
        Assert.Equal(new DateTime(2024, 3, 31, 12, 0, 0), filled.Times![2]);
    }

    [Fact]
    public void Leaves_whole_jittering_and_timeless_series_as_they_are()
    {
        Frequency step = Frequency.Fixed(TimeSpan.FromSeconds(10));
        foreach (Series series in new[]
        {
            Of(Noon, Noon.AddSeconds(10), Noon.AddSeconds(20)), Of(Noon, Noon.AddSeconds(10.2), Noon.AddSeconds(19.9)), Of(Noon), new Series("", null, new Column("y", [1, 2])),
        })
            Assert.Same(series, TimeGrid.Fill(series, step));
    }

    [Fact]
    public void Refuses_another_spacing()
    {
        Frequency day = Frequency.Fixed(TimeSpan.FromDays(1));
        void Refuses(TimeSpan span, string message) => Assert.Equal($"expected rows 1 day apart, those of group 'g' are {message} apart; bring them to that spacing",
            Assert.Throws<ElmanException>(() => TimeGrid.Fill(Of(Noon, Noon + span, Noon + 2 * span, Noon + 3 * span), day)).Message);
        Refuses(TimeSpan.FromHours(1), "1 hour");
        Refuses(TimeSpan.FromDays(7), "1 week");
        Refuses(TimeSpan.FromDays(100_000), "100000 days");
    }
}
