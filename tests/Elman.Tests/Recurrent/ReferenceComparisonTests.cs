using System.Numerics;
using CsCheck;

namespace Elman.Tests.Recurrent;

/// <summary>Every cell in random architectures and batches against its double-precision twin.</summary>
public class ReferenceComparisonTests
{
    private static readonly int V = Vector<float>.Count;

    public static TheoryData<string> AllCells => [.. BuiltIn];

    internal static string[] BuiltIn => ["rnn", "rnn-relu", "lstm", "gru", "gru-original"];

    [Fact]
    public void All_cells_of_the_library_are_tested_here() => Assert.Equal(
        BuiltIn, Cells.Names.Where(name => UnitOf(Cells.Create(name, 1, 1, new RandomStream(1)).GetType()).Assembly == typeof(Lstm).Assembly));

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Outputs_states_and_gradients_are_the_twin_s(string cell) =>
        Gen.Select(
            Gen.Select(Gen.Int[1, 9], Gen.Int[1, 20], Gen.Int[1, 8], Gen.Int[1, 9], (inputs, hidden, batch, length) => (inputs, hidden, batch, length)),
            Gen.Select(Gen.Int[1, 3], Gen.Enum<Direction>(), Gen.Bool, Gen.Bool, Gen.Bool, (layers, direction, bias, ragged, state) => (layers, direction, bias, ragged, state)),
            Gen.UInt,
            (sizes, options, seed) => new RecurrentCase(cell, sizes.inputs, sizes.hidden, sizes.batch, sizes.length)
            {
                Layers = options.layers,
                Direction = options.direction,
                Bias = options.bias,
                Ragged = options.ragged,
                InitialState = options.state,
                Seed = seed,
            })
        .Sample(ReferenceComparison.Check, iter: 60, threads: 1);

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Masks_between_layers_reach_outputs_and_gradients(string cell) =>
        Gen.Select(Gen.Int[2, 4], Gen.Enum<Direction>(), Gen.Bool, Gen.Int[1, 19], Gen.UInt, (layers, direction, ragged, hidden, seed) =>
            new RecurrentCase(cell, 3, hidden, 4, 5) { Layers = layers, Direction = direction, Ragged = ragged, Dropout = 0.4f, Seed = seed })
        .Sample(ReferenceComparison.Check, iter: 20, threads: 1);

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Hidden_sizes_around_the_vector_width(string cell)
    {
        foreach (int hidden in (int[])[1, V - 1, V, V + 1, 2 * V - 1, 2 * V, 2 * V + 1, 4 * V + 3])
        {
            foreach (Direction direction in Enum.GetValues<Direction>())
                ReferenceComparison.Check(new RecurrentCase(cell, 2, hidden, 7, 4) { Direction = direction, Layers = 2, Ragged = true, InitialState = true });
        }
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_number_that_is_none_shows_in_every_later_output(string cell)
    {
        Tensor x = Tensor.Ones(1, 5, 3);
        x.WritableSpan()[2 * 3 + 1] = float.NaN;
        float[] y = Cells.Create(cell, 3, V + 1, new RandomStream(1)).Forward(x).Span.ToArray();
        Assert.All(y[..(2 * (V + 1))], value => Assert.True(float.IsFinite(value)));
        Assert.All(y[(2 * (V + 1))..], value => Assert.True(float.IsNaN(value)));
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_batch_of_empty_sequences_hands_its_states_and_their_gradients_through(string cell)
    {
        RecurrentCase empty = new(cell, 3, 5, 4, 0) { Layers = 2, Direction = Direction.Both, InitialState = true };
        ReferenceComparison.Check(empty with { Length = 0 });
        RecurrentLayer layer = empty.Layer();
        (Tensor y, State final) = layer.Forward(Tensor.Full(float.NaN, 4, 6, 3), empty.Initial(layer), [0, 0, 0, 0]);
        Assert.All(y.Span.ToArray(), value => Assert.Equal(0, value));
        for (int part = 0; part < final.Parts.Count; part++)
            Assert.Equal(empty.Initial(layer)!.Parts[part].Span.ToArray(), final.Parts[part].Span.ToArray());
        final.Hidden.Sum().Backward();
        foreach ((string name, Tensor value) in layer.Parameters()) Assert.All(value.Gradient!.Span.ToArray(), slope => Assert.True(slope == 0, name));
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_batch_of_no_sequences_gives_no_outputs_and_no_gradients(string cell)
    {
        foreach (int length in (int[])[0, 3])
        {
            RecurrentCase none = new(cell, 3, 5, 0, length) { Layers = 2, Direction = Direction.Both };
            RecurrentLayer layer = none.Layer();
            Tensor x = none.Input();
            x.RequiresGradient = true;
            (Tensor y, State final) = layer.Forward(x, null);
            Assert.Equal(new Shape(0, length, 10), y.Shape);
            Assert.Equal(new Shape(4, 0, 5), final.Hidden.Shape);
            y.Sum().Backward();
            foreach ((string name, Tensor value) in layer.Parameters()) Assert.All(value.Gradient!.Span.ToArray(), slope => Assert.True(slope == 0, name));
        }
    }

    private static Type UnitOf(Type layer) => layer.IsGenericType ? layer.GenericTypeArguments[0] : UnitOf(layer.BaseType!);
}
