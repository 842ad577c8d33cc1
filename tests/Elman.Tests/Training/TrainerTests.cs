using Elman.Tests.Reference;

namespace Elman.Tests.Training;

public class TrainerTests
{
    public static TheoryData<string> Kinds => ["SGD", "momentum", "Nesterov", "Adam", "AdamW", "RMSprop", "centred RMSprop"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_loss_decreases_under_every_optimizer(string kind)
    {
        SmallRun run = new(dropout: 0);
        TrainingRecord record = run.Train(
            net => kind switch
            {
                "SGD" => new Sgd(net.Parameters(), 0.2),
                "momentum" => new Sgd(net.Parameters(), 0.05, momentum: 0.9),
                "Nesterov" => new Sgd(net.Parameters(), 0.05, momentum: 0.9, nesterov: true),
                "Adam" => new Adam(net.Parameters(), 0.02),
                "AdamW" => new AdamW(net.Parameters(), 0.02),
                "RMSprop" => new RmsProp(net.Parameters(), 0.01),
                _ => new RmsProp(net.Parameters(), 0.005, momentum: 0.5, centered: true),
            },
            new TrainingOptions { Epochs = 80 }, validate: false);
        Assert.True(record.Epochs[^1].Loss < 0.3 * record.Epochs[0].Loss, $"{kind}: {record.Epochs[0].Loss} → {record.Epochs[^1].Loss}");
    }

    [Fact]
    public void Two_runs_end_with_the_same_bits_for_any_number_of_threads_and_another_seed_with_others()
    {
        int threads = Compute.Threads;
        try
        {
            float[] one = Train(5, 1), two = Train(5, 2), other = Train(6, 2);
            Assert.Equal(one, two);
            Assert.NotEqual(one, other);
        }
        finally
        {
            Compute.Threads = threads;
        }

        static float[] Train(ulong seed, int threads)
        {
            Compute.Threads = threads;
            SmallRun run = new();
            run.Train(net => new Adam(net.Parameters(), 0.01), new TrainingOptions { Epochs = 3, Seed = seed });
            return run.Weights;
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Accumulated_batches_make_the_step_of_one_large_batch_even_if_their_sizes_differ(int size)
    {
        // 18 examples in order: batches of 5, 5, 5, 3 (or nine of 2) in one step.
        float[] small = Train(size, 9), large = Train(18, 1);
        Near.Equal(large, small, 2e-6);

        static float[] Train(int size, int accumulation)
        {
            SmallRun run = new(dropout: 0);
            Trainer trainer = new(run.Net, new Sgd(run.Net.Parameters(), 0.5), new TrainingOptions { Epochs = 3, Accumulation = accumulation });
            TrainingRecord record = trainer.Run(BatchSource.InOrder(18, size, rows => rows), run.Loss);
            Assert.Equal(3, record.Steps);
            return run.Weights;
        }
    }

    [Fact]
    public void The_epochs_loss_is_the_mean_over_its_sequences()
    {
        SmallRun run = new(dropout: 0);
        TrainingRecord record = run.Train(net => new Sgd(net.Parameters(), 0), new TrainingOptions { Epochs = 1 });
        double mean = Enumerable.Range(0, 18).Average(row => run.Loss([row]).ToScalar());
        double validation = Enumerable.Range(18, 5).Average(row => run.Loss([row]).ToScalar());
        Assert.Equal(mean, record.Epochs[0].Loss, 1e-6);
        Assert.Equal(validation, record.Epochs[0].ValidationLoss!.Value, 1e-6);
    }

    [Fact]
    public void Every_epoch_has_its_own_order_and_misses_no_example()
    {
        BatchSource<int[]> source = BatchSource.Shuffled(10, 4, 1, rows => rows);
        int[] first = [.. source.Epoch(0).SelectMany(rows => rows)], second = [.. source.Epoch(1).SelectMany(rows => rows)];
        Assert.Equal(first, source.Epoch(0).SelectMany(rows => rows));
        Assert.NotEqual(first, second);
        Assert.Equal(Enumerable.Range(0, 10), first.Order());
        Assert.Equal(Enumerable.Range(0, 10), second.Order());
        Assert.Equal([4, 4, 2], source.Epoch(0).Select(rows => rows.Length));
        Assert.Equal([4, 4, 2], Enumerable.Range(0, 3).Select(place => source.Sequences(place, source.Epoch(0)[place])));
        Assert.NotEqual(first, BatchSource.Order(10, 2, 0));
    }

    [Fact]
    public void Batches_of_similar_lengths_are_a_source()
    {
        ReadOnlyMemory<float>[] sequences = [.. Enumerable.Range(0, 11).Select(i => new ReadOnlyMemory<float>(new float[2 * (i % 4)]))];
        SequenceBatches batches = new(sequences, features: 2, batchSize: 3, seed: 1);
        BatchSource<SequenceBatch> source = BatchSource.From(batches);
        IReadOnlyList<SequenceBatch> epoch = source.Epoch(1);
        Assert.Equal(batches.Epoch(1).Select(batch => batch.Indices), Enumerable.Range(0, epoch.Count).Select(place => epoch[place].Indices));
        Assert.Equal(11, epoch.Select((batch, place) => source.Sequences(place, batch)).Sum());
    }

    [Fact]
    public void A_warm_step_allocates_no_arrays_only_its_tape()
    {
        const int rows = 64, inputs = 100, hidden = 200;
        RandomStream random = new(1);
        Sequential net = new(new Linear(inputs, hidden, random), new Linear(hidden, 1, random));
        Tensor x = SmallRun.Random([rows, inputs], 1), y = SmallRun.Random([rows, 1], 2);
        List<long> allocated = new(100);
        Trainer trainer = new(net, new Adam(net.Parameters()), new TrainingOptions
        {
            Epochs = 1,
            ClipNorm = 1,
            Progress = new Told<TrainingProgress>(progress =>
            {
                if (!progress.EpochDone) allocated.Add(GC.GetAllocatedBytesForCurrentThread());
            }),
        });
        trainer.Run(new BatchSource<int>(_ => [.. Enumerable.Range(0, 40)], _ => rows), _ => Loss.MeanSquaredError(net.Forward(x), y));
        // The step's arrays hold some 100,000 bytes; what is allocated are the objects of four recorded operations.
        long[] steps = [.. allocated.Skip(20).Zip(allocated.Skip(21), (before, after) => after - before).Order()];
        Assert.InRange(steps[steps.Length / 2], 1, 6 * 1024);
    }

    [Fact]
    public void Training_stops_when_the_validation_loss_no_longer_improves_and_the_best_weights_come_back()
    {
        double[] losses = [5, 3, 4, 2, 2.5, 1.95, 3, 9];
        SmallRun run = new();
        List<float[]> weights = [];
        Trainer trainer = new(run.Net, new Adam(run.Net.Parameters()), new TrainingOptions { Epochs = 8, Patience = 3, MinimumImprovement = 0.1 });
        TrainingRecord record = trainer.Run(SmallRun.Source(), run.Loss, () =>
        {
            Assert.False(run.Net.Training);
            weights.Add(run.Weights);
            return losses[weights.Count - 1];
        });
        Assert.Equal(TrainingOutcome.StoppedEarly, record.Outcome);
        Assert.Equal(losses[..7].Select(loss => (double?)loss), record.Epochs.Select(epoch => epoch.ValidationLoss));
        Assert.Equal(4, record.BestEpoch);
        Assert.Equal(weights[3], run.Weights);
        Assert.False(run.Net.Training);
    }

    [Fact]
    public void Without_validation_or_patience_the_last_weights_stay()
    {
        SmallRun run = new();
        float[] last = [];
        run.Train(net => new Sgd(net.Parameters(), 1), new TrainingOptions { Epochs = 5, Progress = new Told<TrainingProgress>(_ => last = run.Weights) }, validate: false);
        Assert.Equal(last, run.Weights);
    }

    [Fact]
    public void A_loss_that_is_not_a_number_stops_the_run_naming_step_rate_and_largest_gradients()
    {
        SmallRun run = new();
        float[] before = [];
        int batches = 0;
        Trainer trainer = new(run.Net, new Sgd(run.Net.Parameters(), 0.5), new TrainingOptions { Schedule = new ConstantRate(0.25) });
        DivergenceException error = Assert.Throws<DivergenceException>(() => trainer.Run(SmallRun.Source(), rows =>
        {
            if (++batches < 9) return run.Loss(rows);
            before = run.Weights;
            return run.Loss(rows) * float.NaN;
        }));
        Assert.StartsWith("training stopped in step 9 (epoch 2) at learning rate 0.25: the loss is NaN; largest gradients: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("largest gradients: read_out NaN, lstm.weight_ih_l0 NaN, lstm.weight_hh_l0 NaN; lower", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, run.Weights);
    }

    [Fact]
    public void The_largest_gradients_are_named_in_order()
    {
        (string, Tensor)[] parameters = [.. new float[] { 2, -7, float.NaN, 5, float.PositiveInfinity }.Select((value, i) => ($"p{i}", Given(value)))];
        string message = DivergenceException.Of("the loss is NaN", 3, 2, 0.125, [.. parameters, ("none", Tensor.Ones(1))]).Message;
        Assert.Contains("at learning rate 0.125: the loss is NaN; largest gradients: p2 NaN, p4 ∞, p1 7;", message.Replace("Infinity", "∞", StringComparison.Ordinal), StringComparison.Ordinal);

        static Tensor Given(float value)
        {
            Tensor parameter = Tensor.Zeros(3);
            OptimizerTests.Give(parameter, [0.5f, value, -1]);
            return parameter;
        }
    }

    [Fact]
    public void A_gradient_that_is_not_finite_stops_the_run_though_the_loss_is_finite()
    {
        SmallRun run = new();
        Tensor weight = run.Net.Parameters().Single(parameter => parameter.Name == "read_out").Value;
        weight.CopyFrom(new float[6]);
        Trainer trainer = new(run.Net, new Adam(run.Net.Parameters()), new TrainingOptions { ClipNorm = 1, ClipValue = 1 });
        // 0 times anything is finite, its slope is not.
        DivergenceException error = Assert.Throws<DivergenceException>(() => trainer.Run(SmallRun.Source(), _ => (weight * 3e38f * 3e38f).Sum()));
        Assert.Contains("step 1 (epoch 1) at learning rate 0.001: a gradient is not finite; largest gradients: read_out Infinity;", error.Message, StringComparison.Ordinal);
        Assert.Equal(new float[6], weight.Span);
    }

    [Fact]
    public void A_validation_loss_that_is_not_finite_stops_the_run()
    {
        SmallRun run = new();
        Trainer trainer = new(run.Net, new Adam(run.Net.Parameters()));
        DivergenceException error = Assert.Throws<DivergenceException>(() => trainer.Run(SmallRun.Source(), run.Loss, () => double.PositiveInfinity));
        Assert.Contains("after epoch 1 at learning rate 0.001: the validation loss is Infinity", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_are_clipped_by_value_and_then_by_norm()
    {
        SmallRun run = new(dropout: 0);
        float[] before = run.Weights;
        Trainer trainer = new(run.Net, new Sgd(run.Net.Parameters(), 1), new TrainingOptions { Epochs = 1, ClipValue = 1e-3, ClipNorm = 2e-3 });
        trainer.Run(BatchSource.InOrder(18, 18, rows => rows), run.Loss);
        float[] moved = [.. run.Weights.Zip(before, (after, start) => after - start)];
        Assert.Equal(2e-3, Math.Sqrt(moved.Sum(x => (double)x * x)), 1e-5);
        // Most of the gradient's elements met the bound, so they moved alike.
        Assert.True(moved.Count(x => Math.Abs(Math.Abs(x) - moved.Max(Math.Abs)) < 1e-6) > moved.Length / 10);
    }

    [Fact]
    public void Progress_counts_steps_and_epochs()
    {
        List<TrainingProgress> reports = [];
        new SmallRun().Train(net => new Sgd(net.Parameters(), 0.125), new TrainingOptions { Epochs = 2, Accumulation = 4, Progress = new Told<TrainingProgress>(reports.Add) });
        Assert.Equal(
            [(1, 1, false), (1, 2, false), (1, 2, true), (2, 1, false), (2, 2, false), (2, 2, true)],
            reports.Select(report => (report.Epoch, report.Step, report.EpochDone)));
        Assert.All(reports, report => Assert.Equal((2, 2, 0.125), (report.Epochs, report.StepsPerEpoch, report.LearningRate)));
        Assert.All(reports, report => Assert.True(report.SequencesPerSecond > 0 && report.Loss > 0));
        Assert.Null(reports[1].ValidationLoss);
        Assert.All(reports[2..], report => Assert.NotNull(report.ValidationLoss));
        Assert.True(reports[0].TimeLeft > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, reports[^1].TimeLeft);
    }

    [Fact]
    public void Windows_of_a_stream_carry_the_state_and_cut_the_gradient()
    {
        SmallRun run = new(dropout: 0);
        Tensor stream = SmallRun.Random([3, 11, SmallRun.Inputs], 5);
        float[] whole = run.Net.ForwardFrom(stream, null).Output.Span.ToArray();
        List<(int, int)> windows = [];
        Trainer trainer = new(run.Net, new Sgd(run.Net.Parameters(), 0), new TrainingOptions { Epochs = 2 });
        trainer.Run(BatchSource.Windows(3, 11, 4), (window, state) =>
        {
            windows.Add((window.Start, window.Length));
            Assert.Equal(window.Start == 0, state is null);
            Assert.All(state?.Parts ?? [], part => Assert.False(part.NeedsGradient));
            (Tensor output, State next) = run.Net.ForwardFrom(stream.Slice(1, window.Steps), state);
            for (int row = 0; row < 3; row++)
                Assert.Equal(whole.AsSpan(row * 11 + window.Start, window.Length), output.Span.Slice(row * window.Length, window.Length));
            return ((output * output).Mean(), next);
        });
        Assert.Equal([(0, 4), (4, 4), (8, 3), (0, 4), (4, 4), (8, 3)], windows);
    }

    [Fact]
    public void A_record_survives_json_exactly()
    {
        TrainingRecord record = new SmallRun().Train(net => new Adam(net.Parameters()), new TrainingOptions { Epochs = 3, Settings = new Dictionary<string, string> { ["näme"] = "\"quoted\"\n" } });
        TrainingRecord read = TrainingRecord.FromJson(record.ToJson());
        Assert.Equal(record.Epochs, read.Epochs);
        Assert.Equal(record.Settings, read.Settings);
        Assert.Equal((record.BestEpoch, record.Steps, record.Seconds, record.Outcome), (read.BestEpoch, read.Steps, read.Seconds, read.Outcome));
        Assert.Equal(record.ToJson(), read.ToJson());
        foreach (string foreign in (string[])["", "[]", "{}", "{\"outcome\":\"Sunny\",\"settings\":{}}", record.ToJson().Replace("\"best_epoch\":", "\"best_epoch\":9", StringComparison.Ordinal)])
            Assert.Throws<ElmanException>(() => TrainingRecord.FromJson(foreign));
    }

    [Fact]
    public void A_source_without_batches_and_options_that_make_no_sense_are_refused()
    {
        SmallRun run = new();
        Trainer trainer = new(run.Net, new Adam(run.Net.Parameters()));
        Assert.Throws<ElmanException>(() => trainer.Run(new BatchSource<int[]>(_ => [], rows => rows.Length), run.Loss));
        Assert.Throws<ArgumentException>(() => trainer.Run(new BatchSource<int[]>(_ => [[]], rows => rows.Length), run.Loss));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Trainer(run.Net, new Adam(run.Net.Parameters()), new TrainingOptions { Accumulation = 0 }));
        Assert.Throws<ArgumentException>(() => new Trainer(run.Net, new Adam(run.Net.Parameters()), new TrainingOptions { Resume = true }));
    }
}
