namespace Elman.Tests.Training;

/// <summary>Which epoch is the best, and that its weights are there however the run ends.</summary>
public class BestEpochTests
{
    [Theory]
    [InlineData(-5, false)]
    [InlineData(5, false)]
    [InlineData(-5, true)]
    [InlineData(5, true)]
    [InlineData(0, false)]
    public void A_plateau_of_any_sign_lowers_the_rate(double value, bool maximize)
    {
        ReduceOnPlateau schedule = new(1, factor: 0.5, patience: 2, maximize: maximize);
        List<double> rates = [];
        for (int epoch = 0; epoch < 7; epoch++)
        {
            schedule.EpochDone(value);
            rates.Add(schedule.Rate);
        }
        Assert.Equal([1, 1, 1, 0.5, 0.5, 0.5, 0.25], rates);
    }

    [Theory]
    [InlineData(-5, false, 0.001, 1)]
    [InlineData(-5, true, 0.001, 1)]
    [InlineData(-5, false, 0.1, 2)]
    [InlineData(5, false, 0.1, 2)]
    [InlineData(5, true, 0.1, 2)]
    public void An_improvement_is_one_of_more_than_the_threshold_times_the_magnitude(double value, bool maximize, double better, double factor)
    {
        // The threshold is 0.01 of 5, so 0.001 is no improvement and 0.1 is one.
        ReduceOnPlateau schedule = new(1, factor: 0.5, patience: 0, threshold: 0.01, maximize: maximize);
        schedule.EpochDone(value);
        schedule.EpochDone(maximize ? value + better : value - better);
        Assert.Equal(factor / 2, schedule.Rate);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void The_epoch_of_the_highest_accuracy_is_the_best(bool byOption, bool bySchedule)
    {
        double[] accuracy = [0.5, 0.6, 0.9, 0.7, 0.89, 0.88];
        SmallRun run = new();
        List<float[]> weights = [];
        Trainer trainer = new(run.Net, new Adam(run.Net.Parameters()), new TrainingOptions
        {
            Epochs = 9,
            Patience = 3,
            Maximize = byOption,
            Schedule = bySchedule ? new ReduceOnPlateau(1e-3, maximize: true) : null,
        });
        TrainingRecord record = trainer.Run(SmallRun.Source(), run.Loss, () =>
        {
            weights.Add(run.Weights);
            return accuracy[weights.Count - 1];
        });
        Assert.Equal((3, TrainingOutcome.StoppedEarly), (record.BestEpoch, record.Outcome));
        Assert.Equal(weights[2], run.Weights);
        Assert.Equal("yes", record.Settings["trainer.maximize"]);
    }

    [Fact]
    public void Directions_that_contradict_each_other_or_have_nothing_to_maximize_are_refused()
    {
        SmallRun run = new();
        Says("the run maximizes what the validation returns, its schedule 'plateau", new() { Maximize = true, Schedule = new ReduceOnPlateau(1) }, () => 1);
        Says("the run maximizes what the validation returns, and there is no validation", new() { Maximize = true }, null);
        Says("the run maximizes what the validation returns, and there is no validation", new() { Schedule = new ReduceOnPlateau(1, maximize: true) }, null);

        void Says(string message, TrainingOptions options, Func<double>? validate) => Assert.StartsWith(
            message, Assert.Throws<InvalidOperationException>(() => new Trainer(run.Net, new Adam(run.Net.Parameters()), options).Run(SmallRun.Source(), run.Loss, validate)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cancelled in mid-epoch")]
    [InlineData("the loss is not a number")]
    [InlineData("the validation is not a number")]
    [InlineData("the loss throws")]
    public void The_best_weights_are_there_however_the_run_ends(string end)
    {
        SmallRun run = new();
        float[] best = [], last = [];
        int epochs = 0, batches = 0;
        using CancellationTokenSource cancellation = new();
        Trainer trainer = new(run.Net, new Adam(run.Net.Parameters(), 0.02), new TrainingOptions { Epochs = 9 });
        TrainingRecord Run() => trainer.Run(
            SmallRun.Source(),
            rows =>
            {
                // Some steps into the fourth epoch; the second was the best.
                if (++batches <= 3 * SmallRun.BatchesPerEpoch + 2 || end.StartsWith("the validation", StringComparison.Ordinal)) return run.Loss(rows);
                last = run.Weights;
                if (end.StartsWith("cancelled", StringComparison.Ordinal)) cancellation.Cancel();
                if (end == "the loss throws") throw new TimeoutException();
                return end == "the loss is not a number" ? run.Loss(rows) * float.NaN : run.Loss(rows);
            },
            () =>
            {
                last = run.Weights;
                if (++epochs == 2) best = run.Weights;
                return epochs == 4 ? double.NaN : epochs == 2 ? 1 : 2;
            },
            cancellation.Token);

        if (end.StartsWith("cancelled", StringComparison.Ordinal)) Assert.Equal((TrainingOutcome.Interrupted, 2), (Run().Outcome, epochs == 3 ? 2 : 0));
        else if (end == "the loss throws") Assert.Throws<TimeoutException>(Run);
        else
        {
            TrainingRecord record = Assert.Throws<DivergenceException>(Run).Record!;
            Assert.Equal((TrainingOutcome.Diverged, 2, 3), (record.Outcome, record.BestEpoch, record.Epochs.Count));
        }
        Assert.Equal(best, run.Weights);
        Assert.NotEqual(last, run.Weights);
        Assert.False(run.Net.Training);
    }

    [Fact]
    public void A_run_that_is_cancelled_in_mid_epoch_goes_on_from_where_it_was_and_not_from_the_best()
    {
        using Files.TemporaryFolder folder = new();
        TrainingOptions options = new() { Epochs = 4, CheckpointPath = folder["run"] };
        SmallRun whole = new(), first = new(), second = new(initialization: 99);
        double Validate(int epoch) => epoch == 1 ? 1 : 2;
        TrainingRecord Train(SmallRun run, bool resume, int stop)
        {
            using CancellationTokenSource cancellation = new();
            int epoch = resume ? 1 : 0, steps = 0;
            void Count(TrainingProgress progress)
            {
                if (!progress.EpochDone && ++steps == stop) cancellation.Cancel();
            }
            return new Trainer(run.Net, new Adam(run.Net.Parameters(), 0.02), options with { Resume = resume, Progress = new Told<TrainingProgress>(Count) })
                .Run(SmallRun.Source(), run.Loss, () => Validate(++epoch), cancellation.Token);
        }
        Train(whole, resume: false, stop: -1);
        Assert.Equal(TrainingOutcome.Interrupted, Train(first, resume: false, stop: SmallRun.BatchesPerEpoch + 2).Outcome);
        Train(second, resume: true, stop: -1);
        Assert.Equal(whole.Weights, second.Weights);
    }
}
