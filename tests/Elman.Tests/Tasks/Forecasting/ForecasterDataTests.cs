using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

public class ForecasterDataTests
{
    [Fact]
    public void One_model_learns_from_many_groups_each_in_its_own_scale()
    {
        Series[] series = [Daily(Wave(90), "small"), Daily(Wave(90, scale: 1024), "large"), Daily(Wave(60, 1), "late", Start.AddDays(30))];
        Forecaster model = Train(series, Options);
        Assert.Equal(["small", "large", "late"], model.TrainedSeries.Select(one => one.Group));
        Assert.All(model.TrainedSeries, one => Assert.Equal(Start.AddDays(90 - 12 - 1), one.Until));
        Assert.Equal(48, model.TrainedSeries[2].Rows);

        // The same wave a thousand times larger gets a forecast a thousand times larger.
        Forecast[] forecasts = [.. model.Predict(series)];
        Assert.Equal("large", forecasts[1].Group);
        for (int row = 0; row < 3; row++)
            for (int level = 0; level < 3; level++) Assert.Equal(1, forecasts[1][row, level] / (1024 * forecasts[0][row, level]), 1e-6);
        Assert.Equal(Values(forecasts[2]), Values(model.Predict(series[2])));
        Assert.Equal(["small", "large", "late"], model.Report.Series.Select(one => one.Group).OrderBy(group => group is "late" ? 2 : group is "large" ? 1 : 0));
    }

    [Fact]
    public void Every_group_is_cut_by_its_own_rows_whenever_it_begins_and_ends()
    {
        Series[] series = [Daily(Wave(40), "old"), Daily(Wave(90), "whole"), Daily(Wave(50), "new", Start.AddDays(45))];
        Forecaster model = Train(series, Options);
        Assert.Equal([40 - 12, 90 - 12, 50 - 12], model.TrainedSeries.Select(one => one.Rows));
        Assert.Equal([Start.AddDays(27), Start.AddDays(77), Start.AddDays(45 + 37)], model.TrainedSeries.Select(one => one.Until!.Value));
    }

    [Fact]
    public void A_group_never_seen_is_forecast_by_the_methods_that_suit_the_others()
    {
        Forecaster model = Train([Daily(Wave(90), "a")], Options);
        double[] values = Wave(60, scale: 50);
        Forecast forecast = model.Predict(Daily(values, "b"));
        Assert.Equal("b", forecast.Group);
        for (int row = 0; row < 3; row++)
        {
            Assert.InRange(forecast[row, 1], values.Min(), values.Max());
            Assert.InRange(forecast[row, 2] - forecast[row, 0], 1, values.Max());
        }
        Assert.All(Values(model.Predict(Daily([5.0], "c"))), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void A_group_too_short_to_choose_by_is_kept_and_named()
    {
        List<string> remarks = [];
        Forecaster model = Train([Daily(Wave(90), "a"), Daily(Wave(6), "short", Start.AddDays(84))], Options with { Holdout = null }, remarks: remarks);
        Assert.Equal(["a", "short"], model.TrainedSeries.Select(one => one.Group));
        Assert.Contains("too few rows to choose by, so the methods that suit the others are taken for group 'short'", remarks);
        Assert.Equal(remarks, model.Report.Remarks);
        Assert.All(model.Predict(Daily(Wave(6), "short", Start.AddDays(84))).Median, value => Assert.InRange(value, 5, 15));
    }

    [Fact]
    public void Missing_values_are_not_learned()
    {
        double[] holes = Wave(90);
        for (int row = 20; row < 90; row += 9) holes[row] = double.NaN;
        Forecaster model = Train([Daily(holes)], Options);
        Assert.All(Values(model.Predict(Daily(holes))), value => Assert.True(double.IsFinite(value)));
        Assert.All(Weights(model), weight => Assert.True(double.IsFinite(weight)));
        Assert.True(double.IsFinite(model.Backtest(Daily(holes)).Model.Overall.MeanAbsoluteError));
    }

    [Theory]
    [InlineData(0, 30)]
    [InlineData(69, 9)]
    [InlineData(60, 30)]
    [InlineData(0, 90)]
    public void Targets_that_are_all_missing_in_some_part_leave_training_sound(int from, int count)
    {
        double[] values = Wave(90);
        values.AsSpan(from, count).Fill(double.NaN);
        Forecaster model = Train([Daily(values)], Options);
        Assert.All(Weights(model), weight => Assert.True(double.IsFinite(weight)));
        Assert.All(Values(model.Predict(Daily(values))), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void A_constant_target_is_forecast_with_a_remark()
    {
        double[] constant = new double[90];
        Array.Fill(constant, 4.2);
        List<string> remarks = [];
        Forecaster model = Train([Daily(constant)], Options, remarks: remarks);
        Assert.All(Values(model.Predict(Daily(constant))), value => Assert.Equal(4.2, value, 1e-4));
        Assert.Contains("column 'y' has one value in all rows: so has the forecast", remarks);

        model = Train([Daily(Wave(90), covariates: new Column("x", constant))], Options);
        Assert.All(Values(model.Predict(Daily(Wave(90), covariates: new Column("x", Wave(90))))), value => Assert.True(double.IsFinite(value)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(11)]
    [InlineData(31)]
    public void Few_rows_are_forecast_with_a_remark(int rows)
    {
        foreach (ForecasterOptions options in new[] { Options, Options with { Holdout = null, Validation = null, Context = null } })
        {
            Forecaster model = Train([Daily(rows)], options);
            Assert.All(Values(model.Predict(Daily(rows))), value => Assert.InRange(value, -10, 30));
            Assert.NotEmpty(model.Report.Remarks);
        }
    }

    [Fact]
    public void No_rows_are_refused()
    {
        Assert.Throws<ElmanException>(() => Train([Daily(0)], Options));
        Assert.Throws<ElmanException>(() => Train([], Options));
        Assert.Throws<ElmanException>(() => Train([Daily()], Options).Predict(Daily(0)));
        Assert.Throws<ElmanException>(() => Train([Daily()], Options).Predict([]));
    }

    [Fact]
    public void A_forecast_continues_the_times_and_its_quantiles_never_cross()
    {
        Forecaster model = Train([Daily()], Options with { Quantiles = [0.1, 0.49, 0.5, 0.51, 0.9] });
        Forecast forecast = model.Predict(Daily());
        Assert.Equal([Start.AddDays(90), Start.AddDays(91), Start.AddDays(92)], forecast.Times);
        for (int row = 0; row < 3; row++)
            for (int level = 1; level < 5; level++) Assert.True(forecast[row, level - 1] <= forecast[row, level]);
        Assert.Equal(forecast.Median, forecast.Quantile(2));
        Assert.Equal(0.8, forecast.NominalCoverage);

        Forecast longer = model.Predict(Daily(), horizon: 8, quantiles: [0.01, 0.5, 0.99]);
        Assert.Equal(8, longer.Times!.Count);
        Assert.Equal(forecast.Median, longer.Median[..3]);
        for (int row = 0; row < 3; row++) Assert.True(longer[row, 0] < forecast[row, 0] && forecast[row, 4] < longer[row, 2]);
        Assert.Equal(forecast.Median[..2], model.Predict(Daily(), horizon: 2).Median);
    }

    [Fact]
    public void Months_are_counted_by_the_calendar()
    {
        DateTime[] months = [.. Enumerable.Range(0, 60).Select(month => new DateTime(2015, 1, 31).AddMonths(month))];
        Series series = new("", months, new Column("y", Wave(60)));
        Forecaster model = Train([series], Options);
        Assert.Equal("1 month", model.Frequency!.ToString());
        Assert.Equal([12], model.SeasonLengths);
        Assert.Equal([new(2020, 1, 31), new(2020, 2, 29), new(2020, 3, 31)], model.Predict(series).Times);
    }

    [Fact]
    public void Series_without_times_are_forecast_by_their_rows()
    {
        Series series = new("", null, new Column("y", Wave(90)));
        Forecaster model = Train([series], Options);
        Assert.Null(model.Predict(series).Times);
        BacktestResult result = model.Backtest(series);
        Assert.Equal((10, null), (result.Forecasts, result.FirstTime));
    }

    [Fact]
    public void Data_that_do_not_fit_the_model_are_refused()
    {
        Forecaster model = Train([Daily(Wave(90), covariates: new Column("x", Wave(90, 1)))], Options);
        void Refuses(Series series, string message) => Assert.Contains(message, Assert.Throws<ElmanException>(() => model.Predict(series)).Message, StringComparison.Ordinal);
        Refuses(Daily(), "the model needs the column 'x', the data lack it");
        Refuses(new Series("g", null, new Column("y", Wave(9)), new Column("x", Wave(9))), "the data of group 'g' have none");
        Refuses(new Series("", Days(9), new Column("z", Wave(9)), new Column("x", Wave(9))), "the model forecasts column 'y', the data give 'z'");
        Refuses(new Series("", [.. Days(9).Select((_, i) => Start.AddHours(i))], new Column("y", Wave(9)), new Column("x", Wave(9))), "expected rows 1 day apart, those are 1 hour apart");
        Refuses(Daily([1, 2, double.PositiveInfinity, 4], covariates: new Column("x", Wave(4))), "column 'y' is infinite in row 3");

        Assert.Throws<ArgumentException>(() => Train([Daily(Wave(90), "a"), Daily(Wave(90), "a")], Options));
        Assert.Throws<ArgumentException>(() => Train([Daily(Wave(90), "a"), Daily(Wave(90), "b", covariates: new Column("x", Wave(90)))], Options));
        Assert.Throws<ArgumentException>(() => Train([Daily(Wave(90), "a"), new Series("b", null, new Column("y", Wave(90)))], Options));
    }

    [Fact]
    public void A_plan_that_is_too_short_is_refused_with_what_it_lacks()
    {
        Series Of(int planned) => new("", Days(90), new Column("y", Wave(90))) { Known = [new Column("promo", [.. Enumerable.Range(0, 90 + planned).Select(row => row % 3 == 0 ? 1.0 : 0)])] };
        Forecaster model = Train([Of(3)], Options);
        Assert.Equal(["promo"], model.Known);
        Assert.Equal("the forecast of 3 rows needs 'promo' for each of them, the plan has 2; give the rows to come, with the target left empty",
            Assert.Throws<ElmanException>(() => model.Predict(Of(2))).Message);
        Assert.Contains("the forecast of 5 rows", Assert.Throws<ElmanException>(() => model.Predict(Of(4), horizon: 5)).Message, StringComparison.Ordinal);
        Assert.Equal(2, model.Predict(Of(2), horizon: 2).Horizon);
    }

    [Fact]
    public void Rows_that_the_times_leave_out_are_missing_values()
    {
        double[] values = Wave(90), holes = [.. values];
        int[] kept = [.. Enumerable.Range(0, 90).Where(row => row % 10 < 8)];
        foreach (int row in Enumerable.Range(0, 90).Except(kept)) holes[row] = double.NaN;
        Series gaps = new("", [.. kept.Select(row => Start.AddDays(row))], new Column("y", [.. kept.Select(row => values[row])]));
        // The last kept row is row 87: the series with holes must end there too.
        Series whole = Daily(holes[..88]);
        Forecaster a = Train([gaps], Options), b = Train([whole], Options);
        Assert.Equal(Learned(b), Learned(a));
        Assert.Equal(Values(b.Predict(whole)), Values(a.Predict(gaps)));
        Assert.Equal(b.Backtest(whole).Model.Overall, a.Backtest(gaps).Model.Overall);
    }

    [Fact]
    public void Senseless_options_are_refused_by_name()
    {
        void Refuses(ForecasterOptions options, string name) =>
            Assert.Contains(name, Assert.Throws<ElmanException>(() => Train([Daily()], options)).Message, StringComparison.Ordinal);
        Refuses(Options with { Context = 0 }, "context");
        Refuses(Options with { Horizon = -1 }, "horizon");
        Refuses(Options with { Hidden = 0 }, "hidden");
        Refuses(Options with { Layers = 0 }, "layers");
        Refuses(Options with { Nets = -1 }, "nets");
        Refuses(Options with { Dropout = float.NaN }, "dropout");
        Refuses(Options with { Validation = 2 }, "validation");
        Refuses(Options with { Holdout = 2 }, "holdout");
        Refuses(Options with { Head = "poisson" }, "head");
        Refuses(Options with { Training = Options.Training with { LearningRate = double.NaN } }, "learning rate");
        Refuses(Options with { Quantiles = [0.1, 0.9] }, "quantiles");
        Refuses(Options with { Quantiles = [0.5, 0.1] }, "quantiles");
        Refuses(Options with { Quantiles = default }, "quantiles");
        Refuses(Options with { Cell = "lstn" }, "there is no cell 'lstn'");
    }
}
