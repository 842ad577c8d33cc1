using Elman.Tests.Files;
using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

public class ForecasterTests
{
    [Fact]
    public void Learns_a_wave_far_better_than_the_last_value()
    {
        Series series = Daily(200);
        BacktestResult result = Train([series], Options with { Holdout = 40, Validation = null }).Backtest(series);
        Assert.True(result.Model.Overall.MeanAbsoluteError < 0.35 * result.Baselines[0].Overall.MeanAbsoluteError,
            $"{result.Model.Overall} against {result.Baselines[0].Overall}");
    }

    [Fact]
    public void Values_in_the_holdout_change_nothing_of_the_model()
    {
        double[] values = Wave(90), other = [.. values];
        other.AsSpan(^12..).Fill(1e6);
        other[^1] = double.NaN;
        Forecaster a = Train([Daily(values)], Options), b = Train([Daily(other)], Options);
        Assert.Equal(Learned(a), Learned(b));
        Assert.Equal((78, new DateTime(2020, 1, 1).AddDays(90 - 12 - 1)), (a.TrainedSeries[0].Rows, a.TrainedSeries[0].Until));
        Assert.Equal(Values(a.Predict(Daily(values[..78]))), Values(b.Predict(Daily(other[..78]))));
        Assert.NotNull(a.Report.Backtest);

        // The test can fail: the row before the holdout chooses, calibrates, and is trained on in the end.
        other = [.. values];
        other[77] += 3;
        Assert.NotEqual(Learned(a), Learned(Train([Daily(other)], Options)));
    }

    [Fact]
    public void The_values_held_out_reach_no_column_code_effect_or_choice_either()
    {
        double[] promo = [.. Enumerable.Range(0, 93).Select(row => row % 5 == 2 ? 1.0 : 0)], values = [.. Wave(90).Select((value, row) => value + 6 * promo[row])], covariate = Wave(90, 1), far = [.. values], farCovariate = [.. covariate];
        far.AsSpan(^12..).Fill(-1e5);
        farCovariate.AsSpan(^12..).Fill(1e5);
        Forecaster a = Train([Of(values, covariate)], Options), b = Train([Of(far, farCovariate)], Options);
        Assert.NotNull(a.Effects);
        Assert.Equal(Learned(a) + Columns(a), Learned(b) + Columns(b));

        Series Of(double[] y, double[] x) => new("", Days(90), new Column("y", y), new Column("x", x)) { Known = [new Column("promo", promo)] };

        static string Columns(Forecaster model)
        {
            using MemoryStream text = new();
            using (System.Text.Json.Utf8JsonWriter json = new(text)) model.Layout.Write(json);
            return System.Text.Encoding.UTF8.GetString(text.ToArray());
        }
    }

    [Fact]
    public void Without_a_holdout_all_rows_are_trained_on_after_some_have_judged()
    {
        Forecaster model = Train([Daily(200)], Options with { Holdout = null, Validation = null });
        Assert.Equal(200, model.TrainedSeries[0].Rows);
        Assert.NotNull(model.Report.Backtest);
        Assert.True(model.Report.Backtest.FirstTime > Start.AddDays(150));
        Assert.Throws<ElmanException>(() => model.Backtest(Daily(200)));
    }

    [Fact]
    public void The_forecasts_that_judge_have_seen_nothing_of_the_rows_they_forecast()
    {
        // The same series with other values in the rows held out: the forecast from the first of them is the same, to the bit.
        double[] values = Wave(200), other = [.. values];
        ForecasterOptions options = Options with { Holdout = null, Validation = null };
        Forecaster model = Train([Daily(values)], options);
        BacktestForecast first = model.Report.Backtest!.All[0];
        other.AsSpan(^9..).Reverse();
        BacktestForecast changed = Train([Daily(other)], options).Report.Backtest!.All[0];
        Assert.Equal(first.Forecast.Times, changed.Forecast.Times);
        Assert.NotEqual(first.Actual, changed.Actual);
        Assert.Equal(Values(first.Forecast), Values(changed.Forecast));
    }

    [Fact]
    public void A_saved_model_predicts_the_same_bits()
    {
        using TemporaryFolder folder = new();
        Series series = new("a", Days(90), new Column("y", Wave(90)), new Column("x", Wave(90, 1)))
        {
            Known = [new Column("promo", [.. Enumerable.Range(0, 93).Select(row => row % 5 == 2 ? 1.0 : 0)])],
            Static = [new Column("kind", [0], ["shop"])],
        };
        Forecaster model = Train([series], Options with { Cell = "gru", Direction = Direction.Both, Layers = 2, Dropout = 0.1f, Holdout = 12 });
        string path = folder["model.elman"];
        model.Save(path);
        Forecaster loaded = Forecaster.Load(path);
        Assert.Equal(Values(model.Predict(series)), Values(loaded.Predict(series)));
        Assert.Equal(model.Predict(series, horizon: 3).Sample(5), loaded.Predict(series, horizon: 3).Sample(5));
        Assert.Equal(model.Predict(series).Times, loaded.Predict(series).Times);
        // All of the record but the time that it took.
        static string Untimed(TrainingRecord record) => System.Text.RegularExpressions.Regex.Replace(record.ToJson(), "\"seconds\":[^,}]*", "");
        Assert.Equal(Untimed(model.Record), Untimed(loaded.Record));
        Assert.Equal(model.Backtest(series).Model.Overall, loaded.Backtest(series).Model.Overall);
        Assert.Equal(("gru", Direction.Both, 2), (loaded.Options.Cell, loaded.Options.Direction, loaded.Options.Layers));
        Assert.Equal(["x", "promo"], loaded.Covariates.Concat(loaded.Known));
        Assert.Equal(model.Report.Methods, loaded.Report.Methods);
        Assert.Equal(Learned(model), Learned(loaded));
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        int before = Compute.Threads;
        Series[] series = [Daily(Wave(90), "a"), Daily(Wave(70, 1, 20), "b"), Daily(Wave(12, 2), "c")];
        try
        {
            Compute.Threads = 1;
            string one = Learned(Train(series, Options with { Hidden = 40 }));
            Compute.Threads = 2;
            string two = Learned(Train(series, Options with { Hidden = 40 }));
            Assert.Equal(one, two);
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void The_seed_decides_and_nothing_else()
    {
        Assert.Equal(Learned(Train([Daily()], Options)), Learned(Train([Daily()], Options)));
        Assert.NotEqual(Weights(Train([Daily()], Options)), Weights(Train([Daily()], Options with { Training = Options.Training with { Seed = 8 } })));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(100)]
    public void An_interrupted_training_resumes_to_the_same_bits(int after)
    {
        // 80 steps for the choice, then 32 with all rows: the second case is interrupted in those.
        using TemporaryFolder folder = new();
        ForecasterOptions options = Options.For(epochs: 4) with { Dropout = 0.2f, Layers = 2 };
        string checkpoint = folder["model.checkpoint"];
        int steps = 0;
        Forecaster whole = Train([Daily()], options, progress => steps += progress.EpochDone ? 0 : 1);
        Assert.True(steps > 100, $"there were {steps} steps");
        using CancellationTokenSource stop = new();
        steps = 0;
        Forecaster part = Train([Daily()], options, progress =>
        {
            if (!progress.EpochDone && ++steps == after) stop.Cancel();
        }, checkpointPath: checkpoint, stop: stop);
        Assert.Equal(TrainingOutcome.Interrupted, part.Record.Outcome);
        Assert.NotEqual(Learned(whole), Learned(part));
        Forecaster rest = Train([Daily()], options, checkpointPath: checkpoint, resume: true);
        Assert.Equal(TrainingOutcome.Completed, rest.Record.Outcome);
        Assert.Equal(Learned(whole), Learned(rest));

        ElmanException refusal = Assert.Throws<ElmanException>(() => Train([Daily(Wave(90, 0.1))], options, checkpointPath: checkpoint, resume: true));
        Assert.Contains("data", refusal.Message, StringComparison.Ordinal);
        refusal = Assert.Throws<ElmanException>(() => Train([Daily()], options with { Hidden = 6 }, checkpointPath: checkpoint, resume: true));
        Assert.Contains("hidden = 5", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_limit_is_turned_into_steps_that_give_the_same_bits_again()
    {
        ForecasterOptions options = Options.For(epochs: 100_000);
        Forecaster limited = Train([Daily()], options with { Training = options.Training with { TimeLimit = TimeSpan.FromSeconds(2) } });
        Assert.InRange(limited.Record.Seconds, 0, 10);
        Assert.NotNull(limited.Record.PlannedSteps);
        Assert.Equal(Learned(limited), Learned(Train([Daily()], options with { Training = options.Training with { Steps = limited.Record.PlannedSteps } })));
    }

    [Fact]
    public void A_loaded_model_serves_many_threads_at_once()
    {
        Forecaster model = Train([Daily()], Options);
        double[] expected = Values(model.Predict(Daily()));
        Parallel.For(0, 16, _ => Assert.Equal(expected, Values(model.Predict(Daily()))));
    }
}
