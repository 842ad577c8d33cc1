using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

public class CountTests
{
    /// <summary>log P(count) of a negative binomial distribution with mean μ and variance μ + α μ², by its product.</summary>
    private static double LogProbability(int count, double mean, double dispersion)
    {
        double r = 1 / dispersion, log = -r * Math.Log(1 + mean / r);
        for (int k = 0; k < count; k++) log += Math.Log((k + r) / (k + 1)) + Math.Log(mean / (r + mean));
        return log;
    }

    [Theory]
    [InlineData(0.05, 0.005)]
    [InlineData(0.7, 12)]
    [InlineData(3, 0.45)]
    [InlineData(40, 0.1)]
    [InlineData(900, 1)]
    [InlineData(1900, 0.005)]
    public void Quantiles_are_the_first_counts_whose_summed_probability_is_enough(double mean, double dispersion)
    {
        foreach (double level in new[] { 0.01, 0.1, 0.5, 0.9, 0.995 })
        {
            double r = 1 / dispersion, below = 0, log = -r * Math.Log(1 + mean / r);
            int expected = 0;
            for (; (below += Math.Exp(log)) < level; expected++) log += Math.Log((expected + r) / (expected + 1)) + Math.Log(mean / (r + mean));
            Assert.Equal(expected, CountDistribution.Quantile(mean, dispersion, level), mean > 100 ? 1 : 0.0);
        }
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(2_000_000)]
    [InlineData(3e9)]
    public void Large_counts_are_not_cut_off(double mean)
    {
        // A small dispersion leaves nearly a normal distribution.
        const double dispersion = 0.005;
        double deviation = Math.Sqrt(mean + dispersion * mean * mean);
        Assert.Equal(1, CountDistribution.Quantile(mean, dispersion, 0.5) / mean, 0.01);
        Assert.Equal(1.2816, (CountDistribution.Quantile(mean, dispersion, 0.9) - mean) / deviation, 0.05);
        Assert.Equal(-1.2816, (CountDistribution.Quantile(mean, dispersion, 0.1) - mean) / deviation, 0.05);
    }

    [Fact]
    public void Nothing_is_expected_of_nothing()
    {
        Assert.Equal(0, CountDistribution.Quantile(0, 1, 0.99));
        Assert.Equal(0, CountDistribution.Quantile(0.001, 1, 0.9));
    }

    [Fact]
    public void The_dispersion_is_found_again()
    {
        foreach (double dispersion in new[] { 0.05, 0.45, 2.2 })
        {
            RandomStream random = new(3);
            double[] means = [.. Enumerable.Range(0, 3000).Select(i => 2.0 + i % 9)], counts = [.. means.Select(mean => CountDistribution.Quantile(mean, dispersion, random.NextUniform()))];
            Assert.InRange(CountDistribution.Fit(means, counts).Dispersion / dispersion, 0.6, 1.6);
        }
    }

    [Theory]
    [InlineData(3f, 0.5f, 0)]
    [InlineData(3f, 0.5f, 7)]
    [InlineData(0.05f, 4f, 2)]
    [InlineData(800f, 0.01f, 1000)]
    public void The_loss_is_the_logarithm_of_the_probability_and_its_gradients_are_its_slopes(float mean, float dispersion, int count)
    {
        Tensor means = Tensor.From([mean], 1), dispersions = Tensor.From([dispersion], 1);
        means.RequiresGradient = dispersions.RequiresGradient = true;
        Tensor loss = Loss.NegativeBinomial(means, dispersions, Tensor.From([count], 1));
        double expected = -LogProbability(count, mean, dispersion);
        Assert.Equal(1, loss.Span[0] / expected, 1e-4);
        loss.Backward();
        double step = 1e-5;
        double byMean = -(LogProbability(count, mean * (1 + step), dispersion) - LogProbability(count, mean * (1 - step), dispersion)) / (2 * step * mean);
        double byDispersion = -(LogProbability(count, mean, dispersion * (1 + step)) - LogProbability(count, mean, dispersion * (1 - step))) / (2 * step * dispersion);
        Assert.Equal(byMean, means.Gradient![0], 1e-4 * (1 + Math.Abs(byMean)));
        Assert.Equal(byDispersion, dispersions.Gradient![0], 2e-3 * (1 + Math.Abs(byDispersion)));
    }

    [Fact]
    public void A_million_has_a_finite_loss()
    {
        Tensor loss = Loss.NegativeBinomial(Tensor.From([900_000f], 1), Tensor.From([0.3f], 1), Tensor.From([1_000_000f], 1));
        Assert.InRange(loss.Span[0], 10, 20);
    }

    [Fact]
    public void A_forecast_of_counts_has_whole_quantiles_a_mean_and_nothing_below_zero()
    {
        RandomStream random = new(6);
        double[] values = [.. Enumerable.Range(0, 400).Select(_ => CountDistribution.Quantile(1.5, 0.7, random.NextUniform()))];
        Forecaster model = Train([Daily(values)], Options with { Holdout = null, Validation = null, Quantiles = [0.05, 0.25, 0.5, 0.75, 0.95] });
        Forecast forecast = model.Predict(Daily(values));
        Assert.All(Values(forecast), value => Assert.True(value >= 0 && value == Math.Floor(value)));
        double recent = values[^100..].Average();
        Assert.True(forecast.Mean.All(mean => mean > 0.7 * recent && mean < 1.4 * recent), $"{string.Join(" ", forecast.Mean)}, {values[^30..].Average()} {recent} {values.Average()} {string.Join(" ", model.Report.Methods)}");
        double[] sampled = [.. forecast.Sample(3000).Select(path => path.Average())];
        Assert.Equal(forecast.Mean.Average(), sampled.Average(), 0.2);
        Assert.Contains(model.Report.Remarks, remark => remark.Contains("column 'y' holds counts", StringComparison.Ordinal));
    }

    [Fact]
    public void Counts_more_regular_than_chance_keep_their_narrow_intervals()
    {
        // Of ten machines each runs with a chance of 0.9: the variance is 0.9, that of a Poisson distribution would be 9.
        RandomStream random = new(8);
        double[] values = [.. Enumerable.Range(0, 400).Select(_ => (double)Enumerable.Range(0, 10).Count(_ => random.NextUniform() < 0.9))];
        Forecaster model = Train([Daily(values)], Options with { Holdout = null, Validation = null, Quantiles = [0.1, 0.5, 0.9] });
        Forecast forecast = model.Predict(Daily(values));
        Assert.DoesNotContain(model.Report.Remarks, remark => remark.Contains("holds counts", StringComparison.Ordinal));
        for (int row = 0; row < Options.Horizon; row++) Assert.InRange(forecast[row, 2] - forecast[row, 0], 1, 4);
    }
}
