using System.Numerics;
using Elman.Tests.Files;
using Elman.Tests.Kernels;
using Elman.Tests.Recurrent;

namespace Elman.Tests.Training;

/// <summary>Whole training runs: the weights that they end with, and the losses on the way, are the same to the bit for any number of threads.</summary>
[Collection(nameof(ComputeThreads))]
public class TrainedBitsTests
{
    private const int Sequences = 40, BatchSize = 16, Longest = 24, Classes = 11, Targets = 3, Epochs = 2;

    /// <summary>Units of the recurrent layers: enough work for many threads, and a partly filled vector at the end.</summary>
    private static readonly int Hidden = 8 * Vector<float>.Count + 6;

    private static readonly Dictionary<string, RecurrentOptions> Options = new()
    {
        ["plain"] = new(),
        ["without bias, orthogonal"] = new() { Bias = false, Orthogonal = true },
        ["deep, both directions, dropout, learnt initial states"] = new() { Layers = 2, Direction = Direction.Both, Dropout = 0.3f, LearnInitialState = true },
        ["deep, forget bias"] = new() { Layers = 2, ForgetBias = 1 },
    };

    public static TheoryData<string> AllCells => BitInvarianceTests.AllCells;

    /// <summary>All that go together: a forget bias needs a forget gate, orthogonal weights need recurrent ones.</summary>
    public static TheoryData<string, string> CellsAndOptions
    {
        get
        {
            TheoryData<string, string> all = [];
            foreach (string cell in AllCells.Select(row => row.Data))
                foreach ((string name, RecurrentOptions options) in Options)
                    if ((options.ForgetBias is null || cell == LstmUnit.Name) && (!options.Orthogonal || (cell != MinGruUnit.Name && CellVariants.ProjectionOf(cell, Hidden) == 0))) all.Add(cell, name);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(CellsAndOptions))]
    public void Trained_weights_do_not_depend_on_the_number_of_threads(string cell, string options)
    {
        float[] one = Train(cell, Options[options], threads: 1);
        for (int threads = 2; threads <= 8; threads++) Bits.Equal(one, Train(cell, Options[options], threads), $"{cell}, {options}, {threads} threads");
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_run_may_be_resumed_with_another_number_of_threads(string cell)
    {
        using TemporaryFolder folder = new();
        RecurrentOptions options = new() { Layers = 2, Dropout = 0.3f };
        float[] whole = Train(cell, options, threads: 1);
        using CancellationTokenSource stop = new();
        TrainingOptions stopping = new()
        {
            CheckpointPath = folder["run"],
            Progress = new Told<TrainingProgress>(progress =>
            {
                if (progress is { Epoch: 2, Step: 1 }) stop.Cancel();
            }),
        };
        Train(cell, options, threads: 8, stopping, stop.Token);
        Assert.True(stop.IsCancellationRequested);
        Bits.Equal(whole, Train(cell, options, threads: 3, new TrainingOptions { CheckpointPath = folder["run"], Resume = true }), cell);
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Truncated_backpropagation_through_time_does_not_depend_on_the_number_of_threads(string cell)
    {
        Tensor x = SmallRun.Random([BatchSize, 70, 5], 5), y = SmallRun.Random([BatchSize, 70, 5], 6);
        float[] Train(int threads) => ComputeThreads.Use(threads, () =>
        {
            Cells.Register<MinGruUnit>();
            RandomStream random = new(4);
            RecurrentLayer layer = CellVariants.Create(cell, 5, Hidden, random);
            Sequential net = new(layer, new Linear(layer.OutputSize, 5, random));
            new Trainer(net, new Sgd(net.Parameters(), 0.05, momentum: 0.9), new TrainingOptions { Epochs = 1 }).Run(BatchSource.Windows(BatchSize, 70, 20), (window, state) =>
            {
                (Tensor output, State next) = layer.Forward(x.Slice(1, window.Steps), state);
                return (Loss.MeanSquaredError(net.Children[1].Module.Forward(output), y.Slice(1, window.Steps)), next);
            });
            return Weights(net);
        });
        float[] one = Train(1);
        foreach (int threads in (int[])[2, 3, 8]) Bits.Equal(one, Train(threads), $"{cell}, {threads} threads");
    }

    /// <summary>
    /// Weights and losses of a run over ragged sequences of classes, through every kind of layer that a network may have, with accumulated and clipped gradients.
    /// </summary>
    private static float[] Train(string cell, RecurrentOptions options, int threads, TrainingOptions? run = null, CancellationToken cancellation = default)
    {
        Cells.Register<MinGruUnit>();
        RandomStream random = new(7);
        RecurrentLayer layer = CellVariants.Create(cell, 40, Hidden, random, options);
        Sequential net = new(new Embedding(Classes, 12, random), new Linear(12, 40, random), new LayerNorm(40), new Dropout(0.2f),
            layer, new Linear(layer.OutputSize, Targets, random));
        int[] lengths = [.. Enumerable.Range(0, Sequences).Select(row => row * 7 % (Longest + 1))];
        Tensor x = SmallRun.Random([Sequences, Longest], 2), y = SmallRun.Random([Sequences, Longest, Targets], 3);
        foreach (ref float value in x.WritableSpan()) value = Math.Abs((int)(value * 1000) % Classes);
        TrainingOptions settings = (run ?? new TrainingOptions()) with { Epochs = Epochs, Seed = 9, Accumulation = 2, ClipNorm = 0.5 };
        Trainer trainer = new(net, new Adam(net.Parameters(), 0.01), settings);
        TrainingRecord record = ComputeThreads.Use(threads, () => trainer.Run(BatchSource.Shuffled(Sequences, BatchSize, 3, rows => rows),
            rows => Loss.MeanSquaredError(net.Forward(x.Take(0, rows), Array.ConvertAll(rows, row => lengths[row])), y.Take(0, rows)), cancellation: cancellation));
        return [.. Weights(net), .. record.Epochs.Select(epoch => (float)epoch.Loss)];
    }

    private static float[] Weights(Module net) => [.. net.Parameters().SelectMany(parameter => parameter.Value.Span.ToArray())];
}
