using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

public class ForecasterDataTests
{
    [Fact]
    public void One_model_learns_from_many_groups_each_in_its_own_scale()
    {
        Series[] series = [Daily(Wave(90), "small"), Daily(Wave(90, scale: 1000), "large"), Daily(Wave(60, 1), "late", Start.AddDays(30))];
        Forecaster model = Train(series, Options);
        Assert.Equal(["small", "large", "late"], model.TrainedSeries.Select(one => one.Group));
        Assert.All(model.TrainedSeries, one => Assert.Equal(Start.AddDays(90 - 12 - 1), one.Until));
        Assert.Equal(48, model.TrainedSeries[2].Rows);
        Assert.Equal(1000, model.TrainedSeries[1].Scalers[0].Scale / model.TrainedSeries[0].Scalers[0].Scale, 0.1);

        // The same wave a thousand times larger gets a forecast a thousand times larger.
        Forecast[] forecasts = [.. model.Predict(series)];
        Assert.Equal("large", forecasts[1].Group);
        for (int row = 0; row < 3; row++) Assert.Equal(1, forecasts[1][row, 1] / (1000 * forecasts[0][row, 1]), 1e-4);
        Assert.Equal(Values(forecasts[2]), Values(model.Predict(series[2])));
    }

    [Fact]
    public void All_groups_are_cut_at_the_same_time_whenever_they_begin_and_end()
    {
        Series[] series = [Daily(Wave(40), "old"), Daily(Wave(90), "whole"), Daily(Wave(50), "new", Start.AddDays(45))];
        Forecaster model = Train(series, Options);
        // The latest row is 94: 12 are held out, 9 before them for validation.
        Assert.Equal([Start.AddDays(39), Start.AddDays(82), Start.AddDays(82)], model.TrainedSeries.Select(one => one.Until!.Value));
        Assert.Equal([40, 83, 38], model.TrainedSeries.Select(one => one.Rows));
        Assert.Equal(new Split(29, 38, 50), ForecasterSplit.Of(series, Options, model.Step)[2]);
        Assert.Equal(Scaler.Fit(ScalerKind.Standard, Wave(50).AsMemory(0, 29)).Offset, model.TrainedSeries[2].Scalers[0].Offset);
    }

    [Fact]
    public void A_group_never_seen_is_scaled_by_its_own_context_of_the_last_rows()
    {
        double[] values = Wave(40, scale: 50);
        Forecaster model = Train([Daily(Wave(90), "a")], Options);
        Forecast whole = model.Predict(Daily(values, "b")), end = model.Predict(Daily(values[^8..], "b", Start.AddDays(32)));
        Assert.Equal(Values(whole), Values(end));
        Assert.InRange(whole.Median.Average(), values[^8..].Min(), values[^8..].Max());
    }

    [Fact]
    public void A_group_too_short_to_train_on_is_left_out_and_reported()
    {
        List<string> remarks = [];
        Forecaster model = Train([Daily(Wave(90), "a"), Daily(Wave(25), "short", Start.AddDays(65))], Options, remarks: remarks);
        Assert.Equal(["a"], model.TrainedSeries.Select(one => one.Group));
        Assert.Equal(["too few rows to train on of 1 of 2 groups (short); at forecast time such a series is scaled by its own context"], remarks);
    }

    [Fact]
    public void Missing_values_are_masked_and_not_learned()
    {
        double[] values = Wave(90), holes = [.. values];
        for (int row = 20; row < 90; row += 9) holes[row] = double.NaN;
        Forecaster model = Train([Daily(holes)], Options);
        Assert.Equal(["y", "y_missing", "week_sin", "week_cos"], model.Features);
        Assert.All(Values(model.Predict(Daily(holes))), value => Assert.True(double.IsFinite(value)));
        Assert.True(double.IsFinite(model.Backtest(Daily(holes)).Model.Overall.MeanAbsoluteError));

        // Without a missing value in training there is no mask, even if one comes later.
        Forecaster whole = Train([Daily(values)], Options);
        Assert.Equal(["y", "week_sin", "week_cos"], whole.Features);
        values[^1] = double.NaN;
        Assert.All(Values(whole.Predict(Daily(values))), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Targets_that_are_all_missing_in_some_windows_leave_training_sound()
    {
        double[] values = Wave(90);
        values.AsSpan(0, 30).Fill(double.NaN);
        Forecaster model = Train([Daily(values)], Options with { BatchSize = 1, Epochs = 1 });
        Assert.All(Weights(model), weight => Assert.True(double.IsFinite(weight)));
    }

    [Fact]
    public void A_target_without_a_value_to_validate_on_is_refused()
    {
        double[] values = Wave(90);
        values.AsSpan(90 - 12 - 9, 9).Fill(double.NaN);
        Assert.StartsWith("column 'y' has no value in any row for validation", Assert.Throws<ElmanException>(() => Train([Daily(values)], Options)).Message, StringComparison.Ordinal);
        Assert.Equal(TrainingOutcome.Completed, Train([Daily(values)], Options with { Validation = 0 }).Record.Outcome);
        values[90 - 12 - 5] = 3;
        Assert.NotNull(Train([Daily(values)], Options).Record.Best?.ValidationLoss);
    }

    [Fact]
    public void A_constant_target_is_refused_and_a_constant_covariate_reported()
    {
        double[] constant = new double[90];
        Array.Fill(constant, 4.2);
        Assert.Contains("column 'y' has one value in all rows for training", Assert.Throws<ElmanException>(() => Train([Daily(constant)], Options)).Message, StringComparison.Ordinal);

        List<string> remarks = [];
        Forecaster model = Train([Daily(Wave(90), covariates: new Column("x", constant))], Options, remarks: remarks);
        Assert.Equal(["column 'x' has one value in all rows for training; nothing can be learned from it"], remarks);
        Assert.All(Values(model.Predict(Daily(Wave(90), covariates: new Column("x", Wave(90))))), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Too_few_rows_are_refused_with_the_number_that_is_needed()
    {
        ElmanException refusal = Assert.Throws<ElmanException>(() => Train([Daily(31)], Options));
        Assert.StartsWith("at least 32 rows are needed: 8 of context and 3 to forecast, 9 for validation, 12 held out; the longest series has 31;", refusal.Message, StringComparison.Ordinal);
        Train([Daily(32)], Options);

        ForecasterOptions usual = Options with { Holdout = null, Validation = null };
        refusal = Assert.Throws<ElmanException>(() => Train([Daily(5)], usual));
        int needed = int.Parse(refusal.Message.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Throws<ElmanException>(() => Train([Daily(needed - 1)], usual));
        Train([Daily(needed)], usual);

        refusal = Assert.Throws<ElmanException>(() => Train([Daily()], Options).Predict(Daily(7)));
        Assert.Equal("the model looks at 8 rows, the series has 7; give at least 8", refusal.Message);
        Assert.StartsWith("at least 32 rows are needed", Assert.Throws<ElmanException>(() => Train([Daily(1)], Options)).Message, StringComparison.Ordinal);
        Assert.Throws<ElmanException>(() => Train([Daily(0)], Options));
        Assert.Throws<ElmanException>(() => Train([], Options));
    }

    [Fact]
    public void A_forecast_continues_the_times_and_its_quantiles_never_cross()
    {
        ForecasterOptions options = Options with { Quantiles = [0.1, 0.49, 0.5, 0.51, 0.9] };
        Forecaster model = Train([Daily()], options);
        // The net gives the quantiles in falling order.
        model.Net.Parameters().First(parameter => parameter.Name == "head.bias").Value.CopyFrom([.. Enumerable.Range(0, 15).Select(i => -i % 5)]);
        Forecast forecast = model.Predict(Daily());
        Assert.Equal([Start.AddDays(90), Start.AddDays(91), Start.AddDays(92)], forecast.Times);
        for (int row = 0; row < 3; row++)
            for (int level = 1; level < 5; level++) Assert.True(forecast[row, level - 1] <= forecast[row, level]);
        Assert.Equal(forecast.Median, forecast.Quantile(2));
        Assert.Equal(0.8, forecast.NominalCoverage);
    }

    [Fact]
    public void Months_are_counted_by_the_calendar()
    {
        DateTime[] months = [.. Enumerable.Range(0, 60).Select(month => new DateTime(2015, 1, 31).AddMonths(month))];
        Series series = new("", months, new Column("y", Wave(60)));
        Forecaster model = Train([series], Options);
        Assert.Equal("1 month", model.Step!.ToString());
        Assert.Equal(["y", "month_sin", "month_cos"], model.Features);
        Assert.Equal([new(2020, 1, 31), new(2020, 2, 29), new(2020, 3, 31)], model.Predict(series).Times);
    }

    [Fact]
    public void Series_without_times_are_forecast_by_their_rows()
    {
        Series series = new("", null, new Column("y", Wave(90)));
        Forecaster model = Train([series], Options);
        Assert.Null(model.Predict(series).Times);
        BacktestResult result = model.Backtest(series);
        Assert.Equal((10, null, 1), (result.Forecasts, result.FirstTime, result.Baselines.Count));
    }

    [Fact]
    public void Data_that_do_not_fit_the_model_are_refused()
    {
        Forecaster model = Train([Daily(Wave(90), covariates: new Column("x", Wave(90)))], Options);
        void Refuses(Series series, string message) => Assert.Contains(message, Assert.Throws<ElmanException>(() => model.Predict(series)).Message, StringComparison.Ordinal);
        Refuses(Daily(), "the model needs the column 'x', the data lack it");
        Refuses(new Series("g", null, new Column("y", Wave(9)), new Column("x", Wave(9))), "the data of group 'g' have none");
        Refuses(new Series("", Days(9), new Column("z", Wave(9)), new Column("x", Wave(9))), "the model forecasts column 'y', the data give 'z'");
        Refuses(new Series("", [.. Days(9).Select((_, i) => Start.AddHours(i))], new Column("y", Wave(9)), new Column("x", Wave(9))), "expected rows 1 day apart, those are 1 hour apart");

        Assert.Throws<ArgumentException>(() => Train([Daily(Wave(90), "a"), Daily(Wave(90), "a")], Options));
        Assert.Throws<ArgumentException>(() => Train([Daily(Wave(90), "a"), Daily(Wave(90), "b", covariates: new Column("x", Wave(90)))], Options));
        Assert.Throws<ArgumentException>(() => Train([Daily(Wave(90), "a"), new Series("b", null, new Column("y", Wave(90)))], Options));
    }

    [Fact]
    public void Rows_that_the_times_leave_out_are_missing_values()
    {
        double[] values = Wave(90), holes = [.. values];
        int[] kept = [.. Enumerable.Range(0, 90).Where(row => row % 10 < 8)];
        foreach (int row in Enumerable.Range(0, 90).Except(kept)) holes[row] = double.NaN;
        Series gaps = new("", [.. kept.Select(row => Start.AddDays(row))], new Column("y", [.. kept.Select(row => values[row])]));
        List<string> remarks = [];
        // The last kept row is row 87: the series with holes must end there too.
        Series whole = Daily(holes[..88]);
        Forecaster a = Train([gaps], Options, remarks: remarks), b = Train([whole], Options);
        Assert.Equal(["the times leave out 16 rows; they are taken as missing values"], remarks);
        Assert.Equal(Weights(b), Weights(a));
        Assert.Equal(Values(b.Predict(whole)), Values(a.Predict(gaps)));
        Assert.Equal(b.Backtest(whole).Model.Overall, a.Backtest(gaps).Model.Overall);
    }

    [Fact]
    public void Senseless_options_are_refused_by_name()
    {
        void Refuses(ForecasterOptions options, string name) =>
            Assert.StartsWith($"the {name} must be", Assert.Throws<ElmanException>(() => Train([Daily()], options)).Message, StringComparison.Ordinal);
        Refuses(Options with { Context = 0 }, "context");
        Refuses(Options with { Horizon = -1 }, "horizon");
        Refuses(Options with { Hidden = 0 }, "hidden");
        Refuses(Options with { Layers = 0 }, "layers");
        Refuses(Options with { Dropout = float.NaN }, "dropout");
        Refuses(Options with { Validation = 2 }, "validation");
        Refuses(Options with { LearningRate = double.NaN }, "learning rate");
        Refuses(Options with { Quantiles = [0.1, 0.9] }, "quantiles");
        Refuses(Options with { Quantiles = [0.5, 0.1] }, "quantiles");
        Refuses(Options with { Quantiles = default }, "quantiles");
        Assert.Contains("there is no cell 'lstn'", Assert.Throws<ElmanException>(() => Train([Daily()], Options with { Cell = "lstn" })).Message, StringComparison.Ordinal);
    }
}
