using Elman.Tests.Files;

namespace Elman.Tests.Training;

/// <summary>A time limit becomes a number of steps, which gives the same bits on a machine of any speed.</summary>
public class TimeLimitTests
{
    private static readonly TrainingOptions Usual = new() { Epochs = 100, Seed = 5, ClipNorm = 1 };

    /// <summary>A clock that goes on whenever somebody looks at it: as fast or slow as a machine.</summary>
    private sealed class Ticks(double milliseconds) : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => _now += (long)(1000 * milliseconds);
    }

    private static TrainingOptions Limited(string schedule, double milliseconds, int warmUp = 0) =>
        Usual with { TimeLimit = TimeSpan.FromSeconds(1), Clock = new Ticks(milliseconds), Schedule = Schedules.Create(schedule, 0.02, warmUp) };

    private static TrainingOptions Counted(string schedule, long steps, int warmUp = 0) =>
        Usual with { Steps = steps, Schedule = Schedules.Create(schedule, 0.02, warmUp) };

    private static Adam Optimizer(Module net) => new(net.Parameters(), 0.02);

    public static TheoryData<string, int> Cases => new(Schedules.Names.SelectMany(_ => new[] { 0, 4 }, (name, warmUp) => (name, warmUp)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_number_of_steps_that_a_limit_gave_gives_the_same_bits(string schedule, int warmUp)
    {
        HashSet<long> found = [];
        foreach (double speed in new[] { 1.7, 5, 9, 40, 2000 })
        {
            SmallRun timed = new(), counted = new();
            TrainingRecord record = timed.Train(Optimizer, Limited(schedule, speed, warmUp));
            Assert.Equal((TrainingOutcome.Completed, record.PlannedSteps), (record.Outcome, (long?)record.Steps));
            TrainingRecord again = counted.Train(Optimizer, Counted(schedule, record.Steps, warmUp));
            Assert.Equal(timed.Weights, counted.Weights);
            Assert.Equal((record.Steps, record.PlannedSteps, record.BestEpoch), (again.Steps, again.PlannedSteps, again.BestEpoch));
            Assert.Equal(record.Epochs.Select(epoch => epoch with { Seconds = 0 }), again.Epochs.Select(epoch => epoch with { Seconds = 0 }));
            found.Add(record.Steps);
        }
        Assert.True(found.Count > 3);
    }

    [Fact]
    public void The_limit_is_kept_and_used()
    {
        foreach (string schedule in Schedules.Names)
        {
            TrainingRecord record = new SmallRun().Train(Optimizer, Limited(schedule, 3));
            // The cosine must know the number after a tenth of the time, before the first validation was measured.
            Assert.InRange(record.Seconds, 0.7, schedule == "cosine" ? 1.1 : 1);
        }
    }

    [Fact]
    public void The_rate_falls_over_the_steps_that_were_found()
    {
        List<double> rates = [];
        TrainingRecord record = new SmallRun().Train(Optimizer, Limited("decay", 3) with { Progress = new Told<TrainingProgress>(progress => rates.Add(progress.EpochDone ? 0 : progress.LearningRate)) });
        double[] steps = [.. rates.Where(rate => rate > 0)];
        Assert.Equal(record.Steps, steps.Length);
        int stable = (int)(0.8 * record.Steps);
        Assert.All(steps[..stable], rate => Assert.Equal(0.02, rate));
        Assert.True(steps[stable..].Zip(steps[(stable + 1)..]).All(pair => pair.First > pair.Second));
        Assert.InRange(steps[^1], 1e-9, 0.001);
    }

    [Fact]
    public void A_run_that_stopped_early_tells_how_many_steps_it_was_planned_for()
    {
        foreach (double speed in new[] { 2.0, 0.001 })
        {
            SmallRun timed = new(), counted = new();
            TrainingRecord record = timed.Train(Optimizer, Limited("decay", speed) with { Patience = 1 });
            Assert.Equal(TrainingOutcome.StoppedEarly, record.Outcome);
            counted.Train(Optimizer, Counted("decay", record.PlannedSteps!.Value) with { Patience = 1 });
            Assert.Equal(timed.Weights, counted.Weights);
        }
    }

    [Fact]
    public void Epochs_that_are_over_sooner_end_the_run()
    {
        SmallRun timed = new(), straight = new();
        TrainingRecord record = timed.Train(Optimizer, Limited("decay", 0.001) with { Epochs = 3 });
        straight.Train(Optimizer, Usual with { Epochs = 3, Schedule = Schedules.Create("decay", 0.02) });
        Assert.Equal((3, 18L, 18L), (record.Epochs.Count, record.Steps, record.PlannedSteps));
        Assert.Equal(straight.Weights, timed.Weights);
    }

    [Theory]
    [InlineData("constant")]
    [InlineData("decay")]
    public void A_limited_run_that_was_cancelled_at_any_step_goes_on_to_the_number_that_it_had_found(string schedule)
    {
        using TemporaryFolder folder = new();
        for (int stop = 1; stop < 25; stop++)
        {
            string path = folder[$"at-{stop}"];
            using CancellationTokenSource cancellation = new();
            new SmallRun().Train(Optimizer, Limited(schedule, 9) with { CheckpointPath = path, Progress = new Told<TrainingProgress>(progress => { if (progress.StepsDone >= stop) cancellation.Cancel(); }) }, cancellation: cancellation.Token);
            SmallRun resumed = new(initialization: 99), counted = new();
            // A slower machine goes on.
            TrainingRecord record = resumed.Train(Optimizer, Limited(schedule, 13) with { CheckpointPath = path, Resume = true });
            counted.Train(Optimizer, Counted(schedule, record.PlannedSteps!.Value));
            Assert.Equal(counted.Weights, resumed.Weights);
            Assert.InRange(record.Seconds, 0.5, 1.2);

            SmallRun finished = new(initialization: 98);
            Assert.Equal(record.ToJson(), finished.Train(Optimizer, Limited(schedule, 13) with { CheckpointPath = path, Resume = true }).ToJson());
            Assert.Equal(counted.Weights, finished.Weights);
        }
    }

    [Fact]
    public void A_run_of_other_length_is_not_resumed_where_its_rates_depend_on_that()
    {
        using TemporaryFolder folder = new();
        string path = folder["run"];
        TrainingOptions options = Usual with { Epochs = 2, CheckpointPath = path, Schedule = Schedules.Create("decay", 0.02) };
        new SmallRun().Train(Optimizer, options);
        TrainingOptions more = options with { Epochs = 3, Resume = true, Schedule = Schedules.Create("decay", 0.02) };
        string message = Assert.Throws<ElmanException>(() => new SmallRun().Train(Optimizer, more)).Message;
        Assert.Equal($"{path}: the run to resume was planned for 12 steps, on which its learning rate depends, this one is for 18; give the same number of epochs or steps, or start anew without resuming", message);
    }

    [Fact]
    public void Progress_tells_what_part_is_done()
    {
        List<TrainingProgress> all = [];
        new SmallRun().Train(Optimizer, Limited("decay", 3) with { Progress = new Told<TrainingProgress>(all.Add) });
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.True(pair.First.Done <= pair.Second.Done + 0.05, $"{pair.First} {pair.Second}"));
        Assert.Equal(1, all[^1].Done);
        Assert.Null(all[0].StepsPlanned);
        Assert.Equal(all[^1].StepsDone, all[^1].StepsPlanned);
    }

    [Fact]
    public void A_recipe_trains_with_any_optimizer_and_schedule()
    {
        foreach (string optimizer in Optimizers.Names)
        {
            foreach (string schedule in Schedules.Names)
            {
                TrainingRecipe recipe = new() { Optimizer = optimizer, Schedule = schedule, BatchSize = 3, Epochs = 8, LearningRate = 0.01, WarmUpSteps = 3, WeightDecay = 1e-4 };
                SmallRun run = new();
                TrainingRecord record = recipe.Trainer(run.Net).Run(recipe.Batches(18, rows => rows), run.Loss);
                Assert.True(record.Epochs[^1].Loss < record.Epochs[0].Loss, $"{optimizer} {schedule}");
                Assert.Contains(optimizer, record.Settings["trainer.optimizer"], StringComparison.OrdinalIgnoreCase);
            }
        }
        Assert.Contains("there is no optimizer 'adagrad'", Assert.Throws<ElmanException>(() => TrainingRecipe.Settings.Check(new TrainingRecipe { Optimizer = "adagrad" })).Message, StringComparison.Ordinal);
    }
}
