namespace Elman.Tests.Data;

public class MetricsTests
{
    private static readonly double[] Forecast = [1, 2, 3, 4];
    private static readonly double[] Actual = [2, 2, 1, 7];

    [Fact]
    public void Errors_are_those_worked_by_hand()
    {
        // Errors (actual - forecast): 1, 0, -2, 3.
        Assert.Equal(6 / 4.0, Metrics.MeanAbsoluteError(Forecast, Actual), 12);
        Assert.Equal(Math.Sqrt(14 / 4.0), Metrics.RootMeanSquaredError(Forecast, Actual), 12);
        Assert.Equal((0.9 * 1 + 0.1 * 2 + 0.9 * 3) / 4, Metrics.PinballLoss(Forecast, Actual, 0.9), 12);
        Assert.Equal((0.1 * 1 + 0.9 * 2 + 0.1 * 3) / 4, Metrics.PinballLoss(Forecast, Actual, 0.1), 12);
        Assert.Equal(Metrics.MeanAbsoluteError(Forecast, Actual) / 2, Metrics.PinballLoss(Forecast, Actual, 0.5), 12);
    }

    [Fact]
    public void The_scaled_error_compares_with_the_naive_forecast_of_the_training_rows()
    {
        double[] training = [1, 3, 2, 6, 4, 4];
        // Changes over one row: 2, 1, 4, 2, 0. Over two rows: 1, 3, 2, 2.
        Assert.Equal(9 / 5.0, Metrics.SeasonalError(training), 12);
        Assert.Equal(8 / 4.0, Metrics.SeasonalError(training, 2), 12);
        Assert.Equal(1.5 / 2, Metrics.MeanAbsoluteScaledError(Forecast, Actual, Metrics.SeasonalError(training, 2)), 12);
        Assert.True(double.IsNaN(Metrics.SeasonalError(training, 6)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Metrics.SeasonalError(training, 0));
    }

    [Fact]
    public void The_naive_forecast_of_the_training_rows_themselves_scores_one()
    {
        var random = new RandomStream(3);
        double[] rows = [.. Enumerable.Range(0, 500).Select(_ => random.NextNormal())];
        Assert.Equal(1, Metrics.MeanAbsoluteScaledError(rows.AsSpan(0, 493), rows.AsSpan(7), Metrics.SeasonalError(rows, 7)), 12);
    }

    [Fact]
    public void Missing_actual_values_are_left_out()
    {
        Assert.Equal(6 / 4.0, Metrics.MeanAbsoluteError([.. Forecast, 100], [.. Actual, double.NaN]), 12);
        Assert.Equal(3, Metrics.SeasonalError([1, double.NaN, 4, 7]), 12);
        Assert.True(double.IsNaN(Metrics.MeanAbsoluteError([1], [double.NaN])));
        Assert.True(double.IsNaN(Metrics.MeanAbsoluteError([double.NaN, 1], [1, 1])), "a forecast that is no number must show");
    }

    [Fact]
    public void Coverage_counts_what_lies_within() =>
        Assert.Equal(3 / 4.0, Metrics.Coverage([0, 2, 0, 0, 0], [1, 3, 1, 1, 1], [1, 2, 0.5, 2, double.NaN]), 12);

    [Fact]
    public void Sums_do_not_lose_small_errors_beside_large_ones()
    {
        double[] actual = new double[1_000_001];
        Array.Fill(actual, 0.1);
        actual[0] = 1e7;
        Assert.Equal((1e7 + 1e6 * (double)0.1) / 1_000_001, Metrics.MeanAbsoluteError(new double[actual.Length], actual), 6);
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Metrics.MeanAbsoluteError([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => Metrics.Coverage([1], [1, 2], [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Metrics.PinballLoss([1], [1], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Metrics.PinballLoss([1], [1], double.NaN));
    }
}
