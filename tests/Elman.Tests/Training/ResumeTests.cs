using Elman.Tests.Files;

namespace Elman.Tests.Training;

public class ResumeTests
{
    private const int Epochs = 4, StepsPerEpoch = 3;

    public static TheoryData<string> Optimizers => [.. Kinds.Keys];

    private static Dictionary<string, Func<Module, Optimizer>> Kinds { get; } = new()
    {
        ["SGD"] = net => new Sgd(net.Parameters(), 0.05),
        ["SGD with Nesterov's momentum"] = net => new Sgd(net.Parameters(), 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3),
        ["Adam"] = net => new Adam(net.Parameters(), 0.02),
        ["AdamW"] = net => new AdamW(net.Parameters(), 0.02),
        ["RMSprop"] = net => new RmsProp(net.Parameters(), 0.01),
        ["centred RMSprop with momentum"] = net => new RmsProp(net.Parameters(), 0.01, momentum: 0.5, centered: true),
    };

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_run_that_was_cancelled_at_any_step_ends_with_the_same_bits(string kind)
    {
        using TemporaryFolder folder = new();
        SmallRun whole = new();
        TrainingRecord expected = whole.Train(Kinds[kind], Options(null));
        Assert.Equal(TrainingOutcome.Completed, expected.Outcome);
        for (int stop = 0; stop <= Epochs * StepsPerEpoch; stop++)
        {
            string path = folder[$"at-{stop}"];
            using CancellationTokenSource cancellation = new();
            SmallRun first = new();
            if (stop == 0) cancellation.Cancel();
            TrainingRecord interrupted = first.Train(Kinds[kind], CancellingAfter(stop, cancellation, Options(path)), cancellation: cancellation.Token);
            Assert.Equal(TrainingOutcome.Interrupted, interrupted.Outcome);
            Assert.Equal(stop, interrupted.Steps);

            SmallRun second = new(initialization: 99);
            TrainingRecord resumed = second.Train(Kinds[kind], Options(path) with { Resume = true });
            Assert.Equal(whole.Weights, second.Weights);
            AssertSame(expected, resumed);
        }
    }

    [Fact]
    public void A_run_that_broke_off_between_two_checkpoints_repeats_its_steps_and_ends_with_the_same_bits()
    {
        using TemporaryFolder folder = new();
        SmallRun whole = new();
        TrainingRecord expected = whole.Train(Kinds["Adam"], Options(null));
        for (int breaking = 1; breaking <= Epochs * SmallRun.BatchesPerEpoch; breaking++)
        {
            string path = folder[$"at-{breaking}"];
            TrainingRecord? resumed = null;
            SmallRun last = new();
            int attempts = 0;
            while (resumed is null)
            {
                last = new(initialization: 7);
                int batches = 0;
                bool breaks = attempts++ < 3;
                try
                {
                    // Breaks off three times, each time after as many batches, the last of them within an unfinished step.
                    resumed = last.Train(Kinds["Adam"], Options(path) with { Resume = true, CheckpointSteps = 2 }, before: _ =>
                    {
                        if (++batches == breaking && breaks) throw new TimeoutException();
                    });
                }
                catch (TimeoutException)
                {
                }
            }
            Assert.Equal(whole.Weights, last.Weights);
            AssertSame(expected, resumed);
        }
    }

    [Fact]
    public void The_carried_state_of_a_stream_is_resumed_too()
    {
        using TemporaryFolder folder = new();
        Tensor stream = SmallRun.Random([2, 23, SmallRun.Inputs], 5), target = SmallRun.Random([2, 23], 6);
        float[] Train(string? path, bool resume, int stop)
        {
            SmallRun run = new(resume ? 99ul : 7ul);
            using CancellationTokenSource cancellation = new();
            TrainingOptions options = new() { Epochs = 2, CheckpointPath = path, Resume = resume };
            Trainer trainer = new(run.Net, new Sgd(run.Net.Parameters(), 0.1, momentum: 0.9), CancellingAfter(stop, cancellation, options));
            trainer.Run(
                BatchSource.Windows(2, 23, 4),
                (window, state) =>
                {
                    (Tensor output, State next) = run.Net.ForwardFrom(stream.Slice(1, window.Steps), state);
                    return (Loss.MeanSquaredError(output, target.Slice(1, window.Steps)), next);
                },
                cancellation: cancellation.Token);
            return run.Weights;
        }
        float[] expected = Train(null, false, int.MaxValue);
        for (int stop = 1; stop < 12; stop++)
        {
            Train(folder["stream"], false, stop);
            Assert.Equal(expected, Train(folder["stream"], true, int.MaxValue));
        }
    }

    [Fact]
    public void Resuming_a_finished_run_gives_its_weights_and_record_back()
    {
        using TemporaryFolder folder = new();
        SmallRun first = new(), second = new(initialization: 99);
        TrainingRecord expected = first.Train(Kinds["Adam"], Options(folder["run"]));
        AssertSame(expected, second.Train(Kinds["Adam"], Options(folder["run"]) with { Resume = true }, before: _ => Assert.Fail("it trained")));
        Assert.Equal(first.Weights, second.Weights);
    }

    [Fact]
    public void More_epochs_go_on_as_if_they_had_been_asked_for_at_once()
    {
        using TemporaryFolder folder = new();
        SmallRun whole = new(), part = new(), rest = new(initialization: 99);
        whole.Train(Kinds["Adam"], Options(null));
        part.Train(Kinds["Adam"], Options(folder["run"]) with { Epochs = 2 });
        rest.Train(Kinds["Adam"], Options(folder["run"]) with { Resume = true });
        Assert.Equal(whole.Weights, rest.Weights);
    }

    [Fact]
    public void Without_a_checkpoint_resuming_begins_at_the_start()
    {
        using TemporaryFolder folder = new();
        SmallRun whole = new(), resumed = new();
        whole.Train(Kinds["SGD"], Options(null));
        resumed.Train(Kinds["SGD"], Options(folder["none"]) with { Resume = true });
        Assert.Equal(whole.Weights, resumed.Weights);
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused_with_the_difference()
    {
        using TemporaryFolder folder = new();
        string path = folder["run"];
        TrainingOptions options = Options(path) with { Settings = new Dictionary<string, string> { ["hidden"] = "64", ["data"] = "abc" } };
        new SmallRun().Train(Kinds["Adam"], options with { Epochs = 1, Schedule = Options(path).Schedule });

        Refused("hidden = 64, this one has 32", options with { Settings = new Dictionary<string, string> { ["hidden"] = "32", ["data"] = "abc" } });
        Refused("data = abc, this one has not set", options with { Settings = new Dictionary<string, string> { ["hidden"] = "64" } });
        Refused("trainer.seed = 5, this one has 6", options with { Seed = 6 });
        Refused("trainer.optimizer = Adam (beta1 0.9", options, "SGD");
        Refused("trainer.schedule = plateau 0.02, times 0.5", options with { Schedule = new ConstantRate(0.02) });
        Refused("trainer.clip_norm = 1, this one has none", options with { ClipNorm = null });

        void Refused(string difference, TrainingOptions other, string optimizer = "Adam")
        {
            SmallRun run = new(initialization: 99);
            float[] before = run.Weights;
            ElmanException error = Assert.Throws<ElmanException>(() => run.Train(Kinds[optimizer], other with { Resume = true }));
            Assert.StartsWith(path + ": ", error.Message, StringComparison.Ordinal);
            Assert.Contains(difference, error.Message, StringComparison.Ordinal);
            Assert.Equal(before, run.Weights);
        }
    }

    [Fact]
    public void A_checkpoint_of_another_model_is_refused_and_changes_nothing()
    {
        using TemporaryFolder folder = new();
        new SmallRun().Train(Kinds["SGD"], Options(folder["run"]) with { Epochs = 1 });
        Lstm other = new(SmallRun.Inputs, 6, new RandomStream(1));
        float[] before = [.. other.Parameters().SelectMany(parameter => parameter.Value.Span.ToArray())];
        Trainer trainer = new(other, new Sgd(other.Parameters(), 0.05), Options(folder["run"]) with { Resume = true });
        ElmanException error = Assert.Throws<ElmanException>(() => trainer.Run(SmallRun.Source(), _ => other.Parameters().First().Value.Sum(), () => 0));
        Assert.StartsWith(folder["run"], error.Message, StringComparison.Ordinal);
        Assert.Equal(before, other.Parameters().SelectMany(parameter => parameter.Value.Span.ToArray()));
    }

    [Fact]
    public void Other_data_in_the_middle_of_an_epoch_are_refused()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource cancellation = new();
        SmallRun run = new();
        run.Train(Kinds["SGD"], CancellingAfter(2, cancellation, Options(folder["run"])), validate: false, cancellation: cancellation.Token);
        Trainer trainer = new(run.Net, Kinds["SGD"](run.Net), Options(folder["run"]) with { Resume = true });
        ElmanException error = Assert.Throws<ElmanException>(() => trainer.Run(BatchSource.Shuffled(18, 6, 3, rows => rows), run.Loss));
        Assert.Contains("had 6 batches in epoch 1, this one has 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_or_foreign_file_is_refused_in_one_line()
    {
        using TemporaryFolder folder = new();
        new SmallRun().Train(Kinds["Adam"], Options(folder["run"]) with { Epochs = 1 });
        byte[] whole = File.ReadAllBytes(folder["run"]);
        SafeTensorsFile.Write(folder["model"], [], [SafeTensor.From("weight", [1f], 1)]);
        Refused(folder["model"], "expected a checkpoint of a training run");
        for (int length = 0; length < whole.Length; length += 97)
        {
            File.WriteAllBytes(folder["cut"], whole[..length]);
            Refused(folder["cut"], "");
        }
        string text = System.Text.Encoding.Latin1.GetString(whole);
        foreach ((string what, string with) in (ReadOnlySpan<(string, string)>)[("\\u0022version\\u0022:2", "\\u0022version\\u0022:3"), ("position", "positiom"), ("loss_sum\\u0022:", "loss_sum\\u0022-"), ("schedule\"", "schedulf\"")])
        {
            string changed = text.Replace(what, with, StringComparison.Ordinal);
            if (changed == text) changed = text.Replace(what.Replace("\\u0022", "\\\"", StringComparison.Ordinal), with.Replace("\\u0022", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.NotEqual(text, changed);
            File.WriteAllBytes(folder["changed"], System.Text.Encoding.Latin1.GetBytes(changed));
            Refused(folder["changed"], "");
        }

        static void Refused(string path, string reason)
        {
            ElmanException error = Assert.Throws<ElmanException>(() => new SmallRun().Train(Kinds["Adam"], Options(path) with { Resume = true }));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Fact]
    public void A_place_that_cannot_be_written_ends_the_run_with_the_reason()
    {
        using TemporaryFolder folder = new();
        ElmanException error = Assert.Throws<ElmanException>(() => new SmallRun().Train(Kinds["Adam"], Options(folder["no/such/folder"])));
        Assert.Contains("does not exist", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Accumulation of 2 over 6 batches, a warm-up, a schedule that watches, clipping, best weights.</summary>
    internal static TrainingOptions Options(string? path) => new()
    {
        Epochs = Epochs,
        Seed = 5,
        Accumulation = 2,
        ClipNorm = 1,
        Patience = 20,
        Schedule = new ReduceOnPlateau(0.02, 0.5, patience: 0, threshold: 0.05) { WarmUpSteps = 2 },
        CheckpointPath = path,
    };

    private static TrainingOptions CancellingAfter(int steps, CancellationTokenSource cancellation, TrainingOptions options) => options with
    {
        Progress = new Told<TrainingProgress>(progress =>
        {
            if (!progress.EpochDone && --steps == 0) cancellation.Cancel();
        }),
    };

    private static void AssertSame(TrainingRecord expected, TrainingRecord actual)
    {
        Assert.Equal(expected.Epochs.Select(epoch => epoch with { Seconds = 0 }), actual.Epochs.Select(epoch => epoch with { Seconds = 0 }));
        Assert.Equal((expected.BestEpoch, expected.Steps, expected.Outcome), (actual.BestEpoch, actual.Steps, actual.Outcome));
        Assert.Equal(expected.Settings, actual.Settings);
    }
}
