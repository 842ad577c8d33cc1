using System.Text.Json;

namespace Elman.Tests.Tasks;

public class CalibrationTests
{
    private const int Horizon = 6;

    /// <summary>Errors that grow with the root of the step, in the unit of each series, or as a part of levels or spreads.</summary>
    private static ForecastError[] Errors(int count, RandomStream random, ErrorUnit follows = ErrorUnit.Series, double bias = 0, bool heavy = false) =>
        [.. Enumerable.Range(0, count).Select(i =>
        {
            double scale = Math.Pow(10, i % 4);
            double[] levels = [.. Enumerable.Range(0, Horizon).Select(_ => scale * (0.2 + 3 * random.NextUniform()))], spread = [.. Enumerable.Range(0, Horizon).Select(_ => scale * (0.2 + 3 * random.NextUniform()))];
            double[] errors = [.. Enumerable.Range(0, Horizon).Select(step =>
            {
                double unit = follows switch { ErrorUnit.Level => levels[step], ErrorUnit.Spread => spread[step], _ => scale };
                double noise = random.NextNormal();
                return unit * Math.Sqrt(step + 1) * (bias + (heavy ? noise * noise * noise : noise));
            })];
            return new ForecastError(errors, scale, levels, spread);
        })];

    private static double Covered(Calibration calibration, ForecastError[] errors, double low, double high) => errors.Average(error => Enumerable.Range(0, Horizon).Average(step =>
    {
        double unit = error.UnitsOf(calibration.Unit)![step];
        return error.Errors[step] >= unit * calibration.Offset(step, low) && error.Errors[step] <= unit * calibration.Offset(step, high) ? 1.0 : 0;
    }));

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.5, false)]
    [InlineData(0, true)]
    public void Intervals_cover_what_they_should(double bias, bool heavy)
    {
        RandomStream random = new(5);
        Calibration calibration = Calibration.Fit(Errors(600, random, bias: bias, heavy: heavy), Horizon, 600, 4);
        ForecastError[] unseen = Errors(1500, random, bias: bias, heavy: heavy);
        Assert.InRange(Covered(calibration, unseen, 0.1, 0.9), 0.78, 0.83);
        Assert.InRange(Covered(calibration, unseen, 0.025, 0.975), 0.93, 0.97);
        Assert.InRange(Covered(calibration, unseen, 0.25, 0.75), 0.47, 0.54);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(40)]
    public void Of_few_forecasts_intervals_are_wide_enough_on_average(int count)
    {
        RandomStream random = new(6);
        double covered = Enumerable.Range(0, 60).Average(_ => Covered(Calibration.Fit(Errors(count, random), Horizon, count, 1), Errors(200, random), 0.1, 0.9));
        // Wider for want of forecasts, by less and less.
        Assert.InRange(covered, 0.79, count == 5 ? 0.95 : count == 12 ? 0.92 : 0.86);
    }

    [Fact]
    public void Quantiles_never_cross()
    {
        RandomStream random = new(7);
        Calibration[] calibrations =
        [
            Calibration.Normal(Horizon), Calibration.Fit(Errors(400, random), Horizon, 400, 4), Calibration.Fit(Errors(5, random), Horizon, 2, 1), Calibration.Fit(Errors(2, random), Horizon, 1, 1),
            Calibration.Fit(Errors(400, random, bias: 8), Horizon, 400, 4), Calibration.Fit(Errors(400, random, bias: -8), Horizon, 400, 4), Calibration.Fit(Errors(40, random, heavy: true), Horizon, 20, 1),
            Calibration.Fit([.. Enumerable.Range(0, 200).Select(_ => new ForecastError(new double[Horizon], 1, null, null))], Horizon, 200, 4),
        ];
        foreach (Calibration calibration in calibrations)
            for (int step = 0; step < Horizon + 4; step++)
            {
                double before = double.NegativeInfinity;
                for (int level = 1; level < 10_000; level++)
                {
                    double here = calibration.Offset(step, level / 10_000.0);
                    Assert.True(here >= before - 1e-12, $"level {level} of step {step}: {here} after {before}");
                    before = here;
                }
            }
    }

    [Theory]
    [InlineData("Series")]
    [InlineData("Level")]
    [InlineData("Spread")]
    public void Errors_are_measured_in_the_unit_that_they_follow(string unit) =>
        Assert.Equal(unit, Calibration.Fit(Errors(500, new RandomStream(8), Enum.Parse<ErrorUnit>(unit)), Horizon, 500, 4).Unit.ToString());

    [Fact]
    public void Missing_values_count_for_nothing()
    {
        ForecastError[] errors = Errors(300, new RandomStream(9));
        foreach (ForecastError error in errors) error.Errors[2] = double.NaN;
        Calibration calibration = Calibration.Fit(errors, Horizon, 300, 4);
        Assert.All(Enumerable.Range(0, Horizon), step => Assert.InRange(calibration.Offset(step, 0.9), 0.5, 6));
        Assert.True(double.IsFinite(calibration.Mean));
    }

    [Fact]
    public void A_file_gives_it_back()
    {
        Calibration calibration = Calibration.Fit(Errors(300, new RandomStream(9)), Horizon, 300, 4);
        using JsonDocument json = JsonDocument.Parse(JsonText.Of(calibration.Write));
        Calibration read = Calibration.Read(json.RootElement);
        Assert.Equal(JsonText.Of(calibration.Write), JsonText.Of(read.Write));
        Assert.Equal(calibration.Offset(3, 0.77), read.Offset(3, 0.77));
        Assert.Equal(calibration.SampleLevels(new RandomStream(1), 8), read.SampleLevels(new RandomStream(1), 8));
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.9, 1.2815515655446004)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.999, 3.090232306167813)]
    [InlineData(0.01, -2.3263478740408408)]
    [InlineData(1e-6, -4.753424308822899)]
    public void Quantiles_of_the_normal_distribution(double level, double expected) => Assert.Equal(expected, Calibration.NormalQuantile(level), 1e-8);

    [Fact]
    public void Sums_over_sampled_paths_spread_as_real_sums_do()
    {
        // y(t) = 0.8 y(t − 1) + ε: the errors of a forecast of 12 rows hang together.
        const int horizon = 12;
        const double phi = 0.8;
        RandomStream random = new(10);
        double y = 0;
        double[] values = [.. Enumerable.Range(0, 1500).Select(_ => y = phi * y + random.NextNormal())];
        Series series = new("", null, new Column("y", values));
        Forecaster model = Forecaster.Train([series], new ForecasterOptions { Horizon = horizon, Nets = 0, Holdout = 500 });
        double[][] errors = [.. model.Backtest(series).All.Select(one => one.Actual.Zip(one.Forecast.Median, (came, median) => came - median).ToArray())];
        double real = errors.Average(error => error.Sum() * error.Sum()), independent = errors.Average(error => error.Sum(one => one * one));
        double[] sums = [.. model.Predict(series).Sample(4000).Select(path => path.Sum())];
        double mean = sums.Average(), variance = sums.Average(sum => (sum - mean) * (sum - mean));
        Assert.True(independent < 0.4 * real);
        Assert.True(variance / real is > 0.65 and < 1.5, $"{variance / real}; {Math.Sqrt(independent / horizon)}");
    }
}
