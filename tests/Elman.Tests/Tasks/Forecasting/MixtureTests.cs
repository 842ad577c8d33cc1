using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

public class MixtureTests
{
    private static (double[][][] Forecasts, double[][] Actual) Data(int series, int origins, int horizon, params double[] spreads)
    {
        RandomStream random = new(11);
        double[][] actual = [.. Enumerable.Range(0, series).Select(_ => Wave(origins * horizon))];
        return ([.. actual.Select(one => spreads.Select(spread => one.Select(value => value + spread * random.NextNormal()).ToArray()).ToArray())], actual);
    }

    [Theory]
    [InlineData(1, 20)]
    [InlineData(5, 3)]
    [InlineData(3, 1)]
    public void Shares_are_parts_of_one_and_a_clearly_better_method_gets_the_most(int series, int origins)
    {
        (double[][][] forecasts, double[][] actual) = Data(series, origins, 4, 1.0, 0.1, 2.0, 0.9);
        Mixture mixture = Mixture.Choose(forecasts, actual, [0.25, 0.25, 0.25, 0.25], 4);
        for (int i = 0; i < series; i++)
        {
            Assert.Equal(1, mixture.Of(i).Sum(), 1e-9);
            Assert.All(mixture.Of(i), share => Assert.InRange(share, 0, 1));
            Assert.True(mixture.Of(i)[1] > 0.75, string.Join(" ", mixture.Of(i)));
            Assert.InRange(mixture.ErrorOf(i), 0.03, 0.2);
        }
        Assert.Equal(1, mixture.Mean.Sum(), 1e-9);
    }

    [Fact]
    public void Methods_without_any_error_and_rows_without_any_value_leave_shares_that_are_numbers()
    {
        double[][] actual = [[1, 2, 3, 4], [double.NaN, double.NaN, double.NaN, double.NaN], []];
        double[][][] forecasts = [[[1, 2, 3, 4], [1, 2, 3, 4], [9, 9, 9, 9]], [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]], [[], [], []]];
        Mixture mixture = Mixture.Choose(forecasts, actual, [0.5, 0.5, 0], 2);
        for (int i = 0; i < 3; i++) Assert.Equal(1, mixture.Of(i).Sum(), 1e-9);
        Assert.True(mixture.Of(0)[2] < 0.01);
        Assert.Equal([0.5, 0.5, 0], Mixture.Choose([forecasts[1]], [actual[1]], [0.5, 0.5, 0], 2).Of(0));
    }

    [Fact]
    public void A_method_that_has_run_away_is_held_near_the_others()
    {
        double[] mixed = new double[1];
        Mixture.Mix([0.4, 0.4, 0.2], 1, [[10], [10.5], [1e12]], 0, mixed);
        Assert.InRange(mixed[0], 10, 11);
        Mixture.Mix([0.4, 0.4, 0.2], 1, [[10], [10.5], [-1e12]], 0, mixed);
        Assert.InRange(mixed[0], 9, 10.5);
        // Methods that agree are not changed, not even by rounding.
        Mixture.Mix([0.3, 0.3, 0.4], 1, [[0.1], [0.1], [0.1]], 0, mixed);
        Assert.Equal(0.1, mixed[0]);
    }

    [Fact]
    public void A_series_with_few_rows_leans_on_the_others()
    {
        // The first of 12 series has one origin, on which luck favours the method that is worse everywhere else.
        (double[][][] forecasts, double[][] actual) = Data(12, 20, 4, 0.2, 1.0);
        (forecasts[0], actual[0]) = ([[0, 0, 0, 0], [1, 1, 1, 1]], [1.1, 1.1, 1.1, 1.1]);
        Mixture mixture = Mixture.Choose(forecasts, actual, [0.5, 0.5], 4);
        Assert.True(mixture.Of(0)[0] > 0.3, string.Join(" ", mixture.Of(0)));
        Assert.True(mixture.Of(5)[0] > 0.9);
    }
}
