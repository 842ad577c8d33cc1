using System.Numerics;
using Elman.Tests.Kernels;
using Elman.Tests.Recurrent;
using Elman.Tests.Tensors;

namespace Elman.Tests.Layers;

/// <summary>What holds for recurrent layers to the bit holds for the layers around them, and for whole networks.</summary>
[Collection(nameof(ComputeThreads))]
public class LayerBitsTests
{
    // Inputs: some vectors and a rest.
    private const int Rows = 6, Length = 9, Inputs = 77;

    private static readonly int Wide = 8 * Vector<float>.Count + 5;

    private static readonly Dictionary<string, Func<Module>> Models = new()
    {
        ["linear"] = () => new Linear(Inputs, Wide, new RandomStream(1)),
        ["linear without bias"] = () => new Linear(Inputs, Wide, new RandomStream(1), bias: false),
        ["conv"] = () => new Conv1d(Inputs, Wide, 3, new RandomStream(1), dilation: 2),
        ["layer norm"] = () => Perturbed(new LayerNorm(Inputs)),
        ["dropout"] = () => new Dropout(0.5f),
        ["activate"] = () => new Activate(Activation.Softplus),
        ["softmax"] = () => new Softmax(),
        ["log softmax"] = () => new Softmax(log: true),
        ["halves"] = () => new Sequential(new Linear(Inputs, 30, new RandomStream(1)), new MergeHalves(Merge.Product)),
        ["masking"] = () => new Masking(0.5f, new Gru(Inputs, 19, new RandomStream(1))),
        ["sequential"] = () => Network(new RandomStream(1), both: false),
        ["sequential, both directions"] = () => Network(new RandomStream(1), both: true),
    };

    public static TheoryData<string> Names => [.. Models.Keys];

    public static TheoryData<string> AllCells => [.. ReferenceComparisonTests.BuiltIn, MinGruUnit.Name];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_is_the_same_alone_padded_and_among_others(string name)
    {
        Module model = Models[name]();
        using GradientPause pause = Tensor.NoGradient();
        Tensor x = Some.Tensor(Rows, Length, Inputs), padded = Tensor.Concat(1, x, Tensor.Full(float.NaN, Rows, 4, Inputs));
        int[] lengths = [Length, 3, 0, Length, 5, 1];
        Tensor y = model.Forward(x, lengths), longer = model.Forward(padded, lengths);
        int width = y.Shape[2];
        for (int row = 0; row < Rows; row++)
        {
            Tensor alone = model.Forward(x.Slice(0, row..(row + 1)).Slice(1, ..lengths[row]));
            Bits.Equal(alone.Span, y.Span.Slice(row * Length * width, alone.Count), $"row {row} of a batch");
            Bits.Equal(alone.Span, longer.Span.Slice(row * (Length + 4) * width, alone.Count), $"row {row}, padded");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Where_the_values_lie_in_memory_changes_nothing(string name)
    {
        Module model = Models[name]();
        model.Train(seed: 1);
        float[] values = Some.Values(Rows * Length * Inputs);
        float[]? expected = null;
        for (int offset = 0; offset < 2 * Vector<float>.Count; offset++)
        {
            float[] memory = [.. new float[offset], .. values];
            Tensor x = Tensor.Wrap(memory.AsMemory(offset), Rows, Length, Inputs);
            float[] all = Differentiate(model, x);
            Bits.Equal(expected ??= all, all, $"{offset} floats further");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_number_of_threads_gives_the_same_outputs_and_gradients(string name)
    {
        Module model = Models[name]();
        model.Train(seed: 1);
        Tensor x = Some.Tensor(64, 40, Inputs);
        float[] one = ComputeThreads.Use(1, () => Differentiate(model, x));
        for (int threads = 2; threads <= 8; threads++) Bits.Equal(one, ComputeThreads.Use(threads, () => Differentiate(model, x)), $"{threads} threads");
    }

    [Fact]
    public void A_stream_has_the_bits_of_its_row_in_a_batch()
    {
        Module model = Network(new RandomStream(1), both: false);
        Tensor x = Some.Tensor(Rows, Length, Inputs), y = model.Forward(x);
        int width = y.Shape[2];
        for (int row = 0; row < Rows; row++)
        {
            RecurrentStream stream = model.OpenStream();
            for (int time = row * Length; time < (row + 1) * Length; time++)
                Bits.Equal(y.Span.Slice(time * width, width), stream.Step(x.Span.Slice(time * Inputs, Inputs)), $"step {time}");
        }
    }

    [Fact]
    public void Classes_are_looked_up_to_the_bit()
    {
        Embedding layer = new(10, Wide, new RandomStream(1));
        Tensor classes = Tensor.From([3, 1, 4, 1, 5, 9], 2, 3), y = layer.Forward(classes);
        for (int i = 0; i < 6; i++) Bits.Equal(layer.Weight.Span.Slice((int)classes.Span[i] * Wide, Wide), y.Span.Slice(i * Wide, Wide));
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Single_steps_have_the_bits_of_the_layer(string cell)
    {
        switch (cell)
        {
            case "rnn": CheckSteps<RnnUnit>(); break;
            case "rnn-relu": CheckSteps<ReluRnnUnit>(); break;
            case "lstm": CheckSteps<LstmUnit>(); break;
            case "gru": CheckSteps<GruUnit>(); break;
            case "gru-original": CheckSteps<OriginalGruUnit>(); break;
            case "mingru": CheckSteps<MinGruUnit>(); break;
            default: Assert.Fail($"no single steps of {cell}"); break;
        }
    }

    private static void CheckSteps<TUnit>()
        where TUnit : struct, IRecurrentUnit
    {
        foreach (bool bias in (bool[])[true, false])
        {
            Recurrent<TUnit> layer = new(Inputs, Wide, new RandomStream(2), new RecurrentOptions { Bias = bias });
            RecurrentCell<TUnit> cell = new(Inputs, Wide, new RandomStream(2), bias);
            Tensor x = Some.Tensor(Rows, Length, Inputs);
            (Tensor y, State final) = layer.Forward(x, null);
            Tensor[] states = [];
            for (int time = 0; time < Length; time++)
            {
                states = cell.Step(x.Select(1, time), states);
                Bits.Equal(y.Select(1, time).Span, states[0].Span, $"h of step {time}");
            }
            for (int part = 0; part < states.Length; part++) Bits.Equal(final.Parts[part].Span, states[part].Span, $"final {part}");
        }
    }

    /// <summary>Outputs and all gradients.</summary>
    private static float[] Differentiate(Module model, Tensor x)
    {
        x.RequiresGradient = true;
        x.ZeroGradient();
        model.ZeroGradients();
        Tensor y = model.Forward(x);
        (y * Some.Seeded(3, y.Shape.Extents)).Sum().Backward();
        return [.. y.Span, .. x.Gradient!.Span, .. model.Parameters().SelectMany(parameter => parameter.Value.Gradient!.Span.ToArray())];
    }

    private static Sequential Network(RandomStream random, bool both) => new(
        new Linear(Inputs, 33, random), new Dropout(0.3f), new Sequential(Perturbed(new LayerNorm(33)),
            new Lstm(33, Wide, random, new RecurrentOptions { Layers = 2, Direction = both ? Direction.Both : Direction.Forward, Dropout = 0.2f })),
        new Gru(both ? 2 * Wide : Wide, 17, random), new Linear(17, 3, random));

    /// <summary>With other weights than ones and zeros.</summary>
    private static LayerNorm Perturbed(LayerNorm layer)
    {
        layer.Weight.CopyFrom(Some.Values(layer.Size, 1));
        layer.Bias.CopyFrom(Some.Values(layer.Size, 2));
        return layer;
    }
}
