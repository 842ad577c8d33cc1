using Elman.Tests.Files;
using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

public class ForecasterTests
{
    [Fact]
    public void Learns_a_wave_far_better_than_the_last_value()
    {
        Series series = Daily(200);
        Forecaster model = Train([series], Options with { Epochs = 30, Hidden = 12, Holdout = 40 });
        BacktestResult result = model.Backtest(series);
        Assert.True(result.Model.Overall.MeanAbsoluteError < 0.5 * result.Baselines[0].Overall.MeanAbsoluteError,
            $"{result.Model.Overall} against {result.Baselines[0].Overall}");
    }

    [Fact]
    public void Values_in_the_holdout_change_neither_scalers_nor_weights()
    {
        double[] values = Wave(90), other = [.. values];
        other.AsSpan(^12..).Fill(1e6);
        other[^1] = double.NaN;
        Forecaster a = Train([Daily(values)], Options), b = Train([Daily(other)], Options);
        Assert.Equal(Weights(a), Weights(b));
        Assert.Equal(a.TrainedSeries[0].Scalers[0].Offset, b.TrainedSeries[0].Scalers[0].Offset);
        Assert.Equal(a.TrainedSeries[0].Scalers[0].Scale, b.TrainedSeries[0].Scalers[0].Scale);
        Assert.Equal(new DateTime(2020, 1, 1).AddDays(90 - 12 - 1), a.TrainedSeries[0].Until);
        Assert.Equal(78, a.TrainedSeries[0].Rows);

        // The row before the holdout is for validation: it may choose the epoch, but does not reach the scalers.
        other = [.. values];
        other[77] += 100;
        Forecaster c = Train([Daily(other)], Options);
        Assert.Equal(a.TrainedSeries[0].Scalers[0].Offset, c.TrainedSeries[0].Scalers[0].Offset);
        Assert.NotEqual(a.Record.Epochs[0].ValidationLoss, c.Record.Epochs[0].ValidationLoss);
        Assert.Equal(a.Record.Epochs[0].Loss, c.Record.Epochs[0].Loss);

        // The test can fail: the row before the validation is for training.
        other = [.. values];
        other[77 - 9] += 100;
        Assert.NotEqual(Weights(a), Weights(Train([Daily(other)], Options)));
    }

    [Fact]
    public void A_saved_model_predicts_the_same_bits()
    {
        using TemporaryFolder folder = new();
        Series series = Daily(Wave(90), covariates: new Column("x", Wave(90, 1)));
        Forecaster model = Train([series], Options with { Cell = "gru", Direction = Direction.Both, Layers = 2, Dropout = 0.1f, TimeColumn = "day", GroupColumn = null });
        string path = folder["model.elman"];
        model.Save(path);
        Forecaster loaded = Forecaster.Load(path);
        Assert.Equal(Values(model.Predict(series)), Values(loaded.Predict(series)));
        Assert.Equal(model.Predict(series).Times, loaded.Predict(series).Times);
        Assert.Equal(model.Record.ToJson(), loaded.Record.ToJson());
        Assert.Equal(model.Backtest(series).Model.Overall, loaded.Backtest(series).Model.Overall);
        Assert.Equal(("day", null, "gru", Direction.Both), (loaded.Options.TimeColumn, loaded.Options.GroupColumn, loaded.Options.Cell, loaded.Options.Direction));
        Assert.Equal(["x"], loaded.Covariates);
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            double[] one = Weights(Train([Daily()], Options with { Hidden = 40 }));
            Compute.Threads = 2;
            double[] two = Weights(Train([Daily()], Options with { Hidden = 40 }));
            Assert.Equal(one, two);
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void An_interrupted_training_resumes_to_the_same_bits()
    {
        using TemporaryFolder folder = new();
        ForecasterOptions options = Options with { Epochs = 4, Dropout = 0.2f, Layers = 2 };
        string checkpoint = folder["model.checkpoint"];
        Forecaster whole = Train([Daily()], options);
        using CancellationTokenSource stop = new();
        int steps = 0;
        Forecaster part = Train([Daily()], options, _ => { if (++steps == 8) stop.Cancel(); }, checkpointPath: checkpoint, stop: stop);
        Assert.Equal(TrainingOutcome.Interrupted, part.Record.Outcome);
        Assert.NotEqual(Weights(whole), Weights(part));
        Forecaster rest = Train([Daily()], options, checkpointPath: checkpoint, resume: true);
        Assert.Equal(TrainingOutcome.Completed, rest.Record.Outcome);
        Assert.Equal(Weights(whole), Weights(rest));

        ElmanException refusal = Assert.Throws<ElmanException>(() => Train([Daily(Wave(90, 0.1))], options, checkpointPath: checkpoint, resume: true));
        Assert.Contains("data", refusal.Message, StringComparison.Ordinal);
        refusal = Assert.Throws<ElmanException>(() => Train([Daily()], options with { Hidden = 6 }, checkpointPath: checkpoint, resume: true));
        Assert.Contains("hidden = 5", refusal.Message, StringComparison.Ordinal);
    }
}
