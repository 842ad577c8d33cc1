using System.Numerics;
using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>
/// A row's numbers do not depend on its batch mates, on padding, on where the sequence is cut, on the number of threads, or on whether gradients are
/// wanted: all of it to the bit.
/// </summary>
[Collection(nameof(ComputeThreads))]
public class BitInvarianceTests
{
    private static readonly int V = Vector<float>.Count;

    /// <summary>The built-in cells, one of the tests' own that has no recurrent products, and cells with options of their equations.</summary>
    public static TheoryData<string> AllCells => [.. ReferenceComparisonTests.BuiltIn, MinGruUnit.Name, .. CellVariants.Names];

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_row_alone_has_the_bits_that_it_has_in_a_batch(string cell)
    {
        foreach (int hidden in (int[])[V - 3, 2 * V, 5 * V + 1])
        {
            RecurrentCase given = new(cell, 5, hidden, 13, 9) { Layers = 2, Direction = Direction.Both, Ragged = true, InitialState = true };
            CheckRows(given, given.Layer());
        }
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_row_does_not_see_its_batch_mates(string cell)
    {
        RecurrentCase given = new(cell, 5, V + 2, 11, 8) { Layers = 2, Direction = Direction.Both };
        RecurrentLayer layer = given.Layer();
        Tensor x = given.Input();
        using GradientPause pause = Tensor.NoGradient();
        (Tensor expected, State expectedFinal) = layer.Forward(x, null);
        int step = given.Length * given.Inputs;
        for (int kept = 0; kept < given.Batch; kept++)
        {
            // The row moves to another place, between mates that are longer, shorter, or not numbers.
            int place = (kept * 5 + 3) % given.Batch;
            Tensor other = Tensor.Full(float.NaN, given.Batch, given.Length, given.Inputs);
            x.Span.Slice(kept * step, step).CopyTo(other.WritableSpan()[(place * step)..]);
            int[] lengths = [.. Enumerable.Range(0, given.Batch).Select(row => row == place ? given.Length : row % (given.Length + 1))];
            (Tensor y, State final) = layer.Forward(other, null, lengths);
            int output = given.Length * given.OutputSize;
            Bits.Equal(expected.Span.Slice(kept * output, output), y.Span.Slice(place * output, output), $"y of row {kept} at place {place}");
            Bits.Equal(Row(expectedFinal.Hidden, kept), Row(final.Hidden, place), $"final h of row {kept} at place {place}");
        }
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_sequence_may_be_cut_anywhere(string cell)
    {
        RecurrentCase given = new(cell, 4, V + 3, 6, 23) { Layers = 2, Ragged = true, InitialState = true };
        RecurrentLayer layer = given.Layer();
        using GradientPause pause = Tensor.NoGradient();
        (Tensor whole, State wholeFinal) = layer.Forward(given.Input(), given.Initial(layer), given.Lengths());
        for (ulong seed = 0; seed < 10; seed++)
        {
            RandomStream random = new(seed);
            State? state = given.Initial(layer);
            List<Tensor> outputs = [];
            for (int start = 0, count; start < given.Length; start += count)
            {
                count = seed == 0 ? 1 : 1 + random.NextInt(given.Length - start);
                int[] lengths = [.. given.Lengths().Select(length => Math.Clamp(length - start, 0, count))];
                (Tensor y, state) = layer.Forward(given.Input().Slice(1, start..(start + count)), state, lengths);
                outputs.Add(y);
            }
            Bits.Equal(whole.Span, Tensor.Concat(1, [.. outputs]).Span, $"y of {outputs.Count} chunks");
            for (int part = 0; part < wholeFinal.Parts.Count; part++)
                Bits.Equal(wholeFinal.Parts[part].Span, state!.Parts[part].Span, $"final {part} of {outputs.Count} chunks");
        }
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_stream_steps_through_the_bits_of_the_sequence(string cell)
    {
        foreach (int hidden in (int[])[1, V - 1, V, 4 * V, 5 * V + 5])
        {
            foreach (int inputs in (int[])[1, 7, 70])
            {
                RecurrentCase given = new(cell, inputs, hidden, 1, 12) { Layers = 3, Bias = inputs != 7 };
                RecurrentLayer layer = given.Layer();
                Tensor x = given.Input(), y = layer.Forward(x);
                RecurrentStream stream = layer.OpenStream();
                for (int time = 0; time < given.Length; time++)
                {
                    Bits.Equal(y.Span.Slice(time * given.OutputSize, given.OutputSize), stream.Step(x.Span.Slice(time * inputs, inputs)), $"step {time} of {given}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Any_number_of_threads_gives_the_same_outputs_and_gradients(string cell)
    {
        foreach (Direction direction in Enum.GetValues<Direction>())
        {
            foreach (bool ragged in (bool[])[false, true])
            {
                // Enough multiply-adds for eight threads, even for the smallest cell.
                RecurrentCase given = new(cell, 40, 8 * V + 6, 24, 24) { Layers = 2, Direction = direction, Ragged = ragged, InitialState = true };
                RecurrentLayer layer = given.Layer();
                RecurrentResult one = ComputeThreads.Use(1, () => RecurrentResult.Differentiate(given, layer));
                for (int threads = 2; threads <= 8; threads++)
                {
                    RecurrentResult many = ComputeThreads.Use(threads, () => RecurrentResult.Differentiate(given, layer));
                    many.HasTheBitsOf(one, $"{threads} threads, {given}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Threads_that_share_the_units_of_a_few_rows_give_the_same_outputs_and_gradients(string cell)
    {
        foreach ((int batch, Direction direction, bool ragged) in ((int, Direction, bool)[])[(5, Direction.Forward, false), (6, Direction.Both, true), (7, Direction.Reverse, true)])
        {
            // Few rows, and enough multiply-adds per step for a barrier, even with one gate.
            RecurrentCase given = new(cell, 40, 27 * V + 3, batch, 12) { Layers = 2, Direction = direction, Ragged = ragged, InitialState = true };
            RecurrentLayer layer = given.Layer();
            RecurrentResult one = ComputeThreads.Use(1, () => RecurrentResult.Differentiate(given, layer)), inferred = ComputeThreads.Use(1, () => RecurrentResult.Infer(given, layer));
            foreach (int threads in (int[])[2, 3, 5, 8])
            {
                ComputeThreads.Use(threads, () => RecurrentResult.Differentiate(given, layer)).HasTheBitsOf(one, $"{threads} threads, {given}");
                ComputeThreads.Use(threads, () => RecurrentResult.Infer(given, layer)).HasTheBitsOf(inferred, $"inference, {threads} threads, {given}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Inference_in_windows_has_the_bits_of_the_recorded_pass(string cell)
    {
        foreach (Direction direction in Enum.GetValues<Direction>())
        {
            // 32 rows of at least 64 products need a window each 128 times or less.
            RecurrentCase given = new(cell, 9, 8 * V + 1, 32, 300) { Direction = direction, Ragged = true, InitialState = true };
            RecurrentLayer layer = given.Layer();
            RecurrentResult recorded = RecurrentResult.Differentiate(given, layer);
            foreach (int threads in (int[])[1, 2, 5])
                ComputeThreads.Use(threads, () => RecurrentResult.Infer(given, layer)).HasTheBitsOf(recorded, $"{threads} threads, {given}");
        }
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Dropout_is_a_function_of_its_key_alone(string cell)
    {
        RecurrentCase given = new(cell, 30, 8 * V + 6, 24, 20) { Layers = 2, Dropout = 0.5f, Ragged = true };
        RecurrentLayer layer = given.Layer();
        RecurrentResult Differentiate(int threads, ulong seed, long step)
        {
            layer.Train(seed, step);
            return ComputeThreads.Use(threads, () => RecurrentResult.Differentiate(given, layer));
        }
        RecurrentResult first = Differentiate(1, 5, 9);
        Differentiate(6, 5, 9).HasTheBitsOf(first, "again, with other threads");
        Assert.NotEqual(first["y"], Differentiate(1, 5, 10)["y"]);
        Assert.NotEqual(first["y"], Differentiate(1, 6, 9)["y"]);
        layer.Evaluate();
        RecurrentResult.Infer(given, layer).HasTheBitsOf(RecurrentResult.Infer(given with { Dropout = 0 }, (given with { Dropout = 0 }).Layer()), "evaluation");
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Weights_count_from_the_moment_they_change_forward_and_backward(string cell)
    {
        RecurrentCase given = new(cell, 4, V + 3, 5, 6) { Layers = 2, Direction = Direction.Both, InitialState = true };
        RecurrentLayer used = given.Layer(), fresh = (given with { Seed = 2 }).Layer();
        RecurrentResult.Differentiate(given, used);
        used.Load(fresh.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value));
        RecurrentResult.Differentiate(given, used).HasTheBitsOf(RecurrentResult.Differentiate(given, fresh), "new weights in a used layer");
    }

    [Fact]
    public void Padding_changes_no_mask_of_dropout()
    {
        RecurrentCase given = new("gru", 3, V + 1, 4, 7) { Layers = 3, Dropout = 0.5f };
        RecurrentLayer layer = given.Layer();
        layer.Train(seed: 8, step: 2);
        using GradientPause pause = Tensor.NoGradient();
        Tensor x = given.Input(), padded = Tensor.Concat(1, x, Tensor.Full(float.NaN, 4, 5, 3));
        (Tensor y, State final) = layer.Forward(x, null);
        (Tensor paddedY, State paddedFinal) = layer.Forward(padded, null, [7, 7, 7, 7]);
        Bits.Equal(y.Span, paddedY.Slice(1, ..7).Span, "y");
        Bits.Equal(final.Hidden.Span, paddedFinal.Hidden.Span, "final h");
    }

    [Fact]
    public void One_layer_serves_many_threads_at_once()
    {
        RecurrentCase given = new("lstm", 6, V + 1, 5, 30) { Layers = 2 };
        RecurrentLayer layer = given.Layer();
        RecurrentResult expected = RecurrentResult.Infer(given, given.Layer());
        // Nothing is packed yet, so that the threads also meet in the packing.
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            _ => RecurrentResult.Infer(given, layer).HasTheBitsOf(expected, "one of many callers"));
    }

    /// <summary>Each row of a batch, run alone and with nothing behind its end, against the row in the batch: outputs, states, and their gradients.</summary>
    private static void CheckRows(RecurrentCase given, RecurrentLayer layer)
    {
        RecurrentResult batch = RecurrentResult.Differentiate(given, layer);
        int[] lengths = given.Lengths();
        for (int row = 0; row < given.Batch; row++)
        {
            int length = lengths[row];
            Tensor x = RowOf(given.Input(), row, length);
            x.RequiresGradient = true;
            State initial = new([.. given.Initial(layer)!.Parts.Select(part => StateRow(part, row))]);
            foreach (Tensor part in initial.Parts) part.RequiresGradient = true;
            (Tensor y, State final) = layer.Forward(x, initial);
            Tensor loss = (y * RowOf(given.OutputSlope(), row, length)).Sum();
            for (int part = 0; part < final.Parts.Count; part++) loss += (final.Parts[part] * StateRow(given.StateSlope(part), row)).Sum();
            loss.Backward();

            int output = given.Length * given.OutputSize, input = given.Length * given.Inputs;
            Bits.Equal(batch["y"].AsSpan(row * output, length * given.OutputSize), y.Span, $"y of row {row} of {given}");
            Assert.All(batch["y"][(row * output + length * given.OutputSize)..((row + 1) * output)], value => Assert.Equal(0, value));
            Bits.Equal(batch["gradient of x"].AsSpan(row * input, length * given.Inputs), x.Gradient!.Span, $"gradient of x of row {row}");
            Assert.All(batch["gradient of x"][(row * input + length * given.Inputs)..((row + 1) * input)], value => Assert.Equal(0, value));
            for (int part = 0; part < final.Parts.Count; part++)
            {
                Shape shape = new(given.Layers * given.Directions, given.Batch, given.PartSize(part));
                Bits.Equal(Row(Tensor.From(batch[$"final {part}"], shape.Extents), row), final.Parts[part].Span, $"final {part} of row {row}");
                Bits.Equal(Row(Tensor.From(batch[$"gradient of initial {part}"], shape.Extents), row), initial.Parts[part].Gradient!.Span, $"gradient of initial {part} of row {row}");
            }
        }
    }

    /// <summary>[1, length, size] of a batch [N, L, size].</summary>
    private static Tensor RowOf(Tensor batch, int row, int length)
    {
        int size = batch.Shape[2];
        return Tensor.From(batch.Span.Slice(row * batch.Shape[1] * size, length * size), 1, length, size);
    }

    private static Tensor StateRow(Tensor part, int row) => Tensor.From(Row(part, row), part.Shape[0], 1, part.Shape[2]);

    /// <summary>The values [K·D, H] of one row of a state part [K·D, N, H].</summary>
    private static float[] Row(Tensor part, int row)
    {
        int hidden = part.Shape[2];
        return [.. Enumerable.Range(0, part.Shape[0]).SelectMany(layer => part.Span.Slice((layer * part.Shape[1] + row) * hidden, hidden).ToArray())];
    }
}
