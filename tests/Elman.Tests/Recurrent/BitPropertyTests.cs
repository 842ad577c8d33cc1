using System.Numerics;
using CsCheck;
using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>
/// The promise of docs/determinism.md all at once, for architectures, batches, cuts and numbers of threads that are drawn at random.
/// </summary>
[Collection(nameof(ComputeThreads))]
public class BitPropertyTests
{
    private static readonly int V = Vector<float>.Count;

    /// <summary>Around one and two vectors, and sizes at which the work is shared out over threads.</summary>
    private static readonly Gen<int> Hidden = Gen.OneOf(Gen.Int[1, 2 * V + 1], Gen.Int[2 * V, 8 * V + 6]);

    public static TheoryData<string> AllCells => BitInvarianceTests.AllCells;

    [Theory]
    [MemberData(nameof(AllCells))]
    public void However_a_batch_is_computed_its_bits_stay(string cell) =>
        Gen.Select(Case(cell), Gen.Int[2, 8], Gen.ULong).Sample(Check, iter: 60, threads: 1, print: drawn => $"{drawn.Item1}, {drawn.Item2} threads, seed {drawn.Item3}");

    private static Gen<RecurrentCase> Case(string cell) => Gen.Select(
        Gen.Select(Gen.Int[1, 2 * V + 1], Hidden, Gen.Int[1, 14], Gen.Int[1, 20], (inputs, hidden, batch, length) => new RecurrentCase(cell, inputs, hidden, batch, length)),
        Gen.Select(Gen.Int[1, 3], Gen.Enum<Direction>(), Gen.Bool, Gen.Bool),
        Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Bool),
        Gen.UInt,
        (sizes, shape, options, seed) => sizes with
        {
            Layers = shape.Item1,
            Direction = shape.Item2,
            Bias = shape.Item3,
            Ragged = shape.Item4,
            InitialState = options.Item1 == 1,
            LearnInitialState = options.Item1 == 2,
            // A cell without recurrent products has nothing that could be orthogonal.
            Orthogonal = options.Item2 && cell != MinGruUnit.Name && CellVariants.ProjectionOf(cell, sizes.Hidden) == 0,
            ForgetBias = cell == LstmUnit.Name && shape.Item3 && options.Item2 ? 1 : null,
            Dropout = options.Item3 ? 0.4f : 0,
            Seed = seed,
        });

    private static void Check((RecurrentCase Given, int Threads, ulong Seed) drawn)
    {
        (RecurrentCase given, int threads, ulong seed) = drawn;
        RandomStream random = new(seed);
        RecurrentLayer layer = given.Layer();
        if (given.Dropout > 0)
        {
            layer.Train(seed, step: 3);
            CheckThreads(given, layer, threads);
            CheckPadding(given, layer, random);
        }
        layer.Evaluate();
        CheckThreads(given, layer, threads);
        CheckPadding(given, layer, random);
        CheckMates(given, layer, random);
        if (given.Direction != Direction.Forward) return;
        CheckCuts(given, layer, random);
        if (!given.InitialState) CheckStream(given, layer, random.NextInt(given.Batch));
    }

    /// <summary>Several threads against one, a pass that is not recorded against one that is.</summary>
    private static void CheckThreads(RecurrentCase given, RecurrentLayer layer, int threads)
    {
        RecurrentResult one = ComputeThreads.Use(1, () => RecurrentResult.Differentiate(given, layer));
        ComputeThreads.Use(threads, () => RecurrentResult.Differentiate(given, layer)).HasTheBitsOf(one, "with several threads");
        ComputeThreads.Use(threads, () => RecurrentResult.Infer(given, layer)).HasTheBitsOf(one, "not recorded");
    }

    /// <summary>More steps behind the end of every sequence.</summary>
    private static void CheckPadding(RecurrentCase given, RecurrentLayer layer, RandomStream random)
    {
        using GradientPause pause = Tensor.NoGradient();
        int[] lengths = Lengths(given);
        (Tensor y, State final) = layer.Forward(given.Input(), given.Initial(layer), lengths);
        Tensor padding = Tensor.Full(float.NaN, given.Batch, 1 + random.NextInt(9), given.Inputs);
        (Tensor paddedY, State paddedFinal) = layer.Forward(Tensor.Concat(1, given.Input(), padding), given.Initial(layer), lengths);
        Bits.Equal(y.Span, paddedY.Slice(1, ..given.Length).Span, "y, padded");
        Equal(final, paddedFinal, "padded");
    }

    /// <summary>One of the rows, alone and unpadded, and then at another place among others.</summary>
    private static void CheckMates(RecurrentCase given, RecurrentLayer layer, RandomStream random)
    {
        using GradientPause pause = Tensor.NoGradient();
        int[] lengths = Lengths(given);
        (Tensor y, State final) = layer.Forward(given.Input(), given.Initial(layer), lengths);
        int kept = random.NextInt(given.Batch), mates = random.NextInt(12), place = random.NextInt(mates + 1);
        State? Among(int before, int after) => given.Initial(layer) is not { } initial ? null : new State([.. initial.Parts.Select(part =>
            Tensor.Concat(1, Other(part, before), part.Slice(1, kept..(kept + 1)), Other(part, after)))]);
        Tensor row = given.Input().Slice(0, kept..(kept + 1));

        foreach ((int before, int after) in ((int, int)[])[(0, 0), (place, mates - place)])
        {
            int[] theirs = [.. Enumerable.Range(0, before + 1 + after).Select(each => each == before ? lengths[kept] : random.NextInt(given.Length + 1))];
            Tensor x = Tensor.Concat(0, Other(given, before), row, Other(given, after));
            (Tensor theirY, State theirFinal) = layer.Forward(x, Among(before, after), theirs);
            string what = $"row {kept} at place {before} of {theirs.Length}";
            Bits.Equal(y.Slice(0, kept..(kept + 1)).Span, theirY.Slice(0, before..(before + 1)).Span, "y of " + what);
            for (int part = 0; part < final.Parts.Count; part++)
                Bits.Equal(final.Parts[part].Slice(1, kept..(kept + 1)).Span, theirFinal.Parts[part].Slice(1, before..(before + 1)).Span, $"final {part} of {what}");
        }
    }

    /// <summary>The sequences in chunks, the states handed on.</summary>
    private static void CheckCuts(RecurrentCase given, RecurrentLayer layer, RandomStream random)
    {
        using GradientPause pause = Tensor.NoGradient();
        int[] lengths = Lengths(given);
        (Tensor y, State final) = layer.Forward(given.Input(), given.Initial(layer), lengths);
        State? state = given.Initial(layer);
        List<Tensor> outputs = [];
        for (int start = 0, count; start < given.Length; start += count)
        {
            count = 1 + random.NextInt(given.Length - start);
            (Tensor chunk, state) = layer.Forward(
                given.Input().Slice(1, start..(start + count)), state, [.. lengths.Select(length => Math.Clamp(length - start, 0, count))]);
            outputs.Add(chunk);
        }
        Bits.Equal(y.Span, Tensor.Concat(1, [.. outputs]).Span, $"y in {outputs.Count} chunks");
        Equal(final, state!, $"in {outputs.Count} chunks");
    }

    /// <summary>One of the rows, step by step.</summary>
    private static void CheckStream(RecurrentCase given, RecurrentLayer layer, int row)
    {
        using GradientPause pause = Tensor.NoGradient();
        Tensor x = given.Input(), y = layer.Forward(x, given.Lengths());
        RecurrentStream stream = layer.OpenStream();
        for (int time = 0; time < Lengths(given)[row]; time++)
        {
            Bits.Equal(
                y.Span.Slice((row * given.Length + time) * given.OutputSize, given.OutputSize),
                stream.Step(x.Span.Slice((row * given.Length + time) * given.Inputs, given.Inputs)), $"step {time} of row {row} as a stream");
        }
    }

    private static int[] Lengths(RecurrentCase given) => given.Ragged ? given.Lengths() : [.. Enumerable.Repeat(given.Length, given.Batch)];

    private static void Equal(State expected, State actual, string what)
    {
        for (int part = 0; part < expected.Parts.Count; part++) Bits.Equal(expected.Parts[part].Span, actual.Parts[part].Span, $"final {part}, {what}");
    }

    /// <summary>Batch mates [rows, L, I] with other numbers, every second of them no numbers at all.</summary>
    private static Tensor Other(RecurrentCase given, int rows)
    {
        Tensor mates = Tensor.From(Kernel.Values(rows * given.Length * given.Inputs, given.Seed + 5), rows, given.Length, given.Inputs);
        for (int row = 0; row < rows; row += 2) mates.WritableSpan().Slice(row * given.Length * given.Inputs, given.Length * given.Inputs).Fill(float.NaN);
        return mates;
    }

    /// <summary>Their initial states [K·D, rows, H].</summary>
    private static Tensor Other(Tensor part, int rows) => Tensor.From(Kernel.Values(part.Shape[0] * rows * part.Shape[2], 9), part.Shape[0], rows, part.Shape[2]);
}
