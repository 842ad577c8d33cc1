using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>Widths, merges and residual connections of stacked layers.</summary>
public class StackTests
{
    public static TheoryData<string> AllCells => ReferenceComparisonTests.AllCells;

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Merges_widths_and_residual_connections_are_the_twin_s(string cell)
    {
        foreach (Merge merge in Enum.GetValues<Merge>())
        {
            new StackComparison(cell, 3, 4, new() { Layers = 2, Direction = Direction.Both, Merge = merge }).Check();
            if (merge is Merge.Concat or Merge.None or Merge.Product) new StackComparison(cell, 2, 5, new() { HiddenSizes = [3, 5], Direction = Direction.Both, Merge = merge }).Check();
            else new StackComparison(cell, 2, 3, new() { Layers = 3, Direction = Direction.Both, Merge = merge, Residual = true }).Check();
        }
        new StackComparison(cell, 3, 9, new() { HiddenSizes = [1, 9] }).Check();
        new StackComparison(cell, 3, 9, new() { HiddenSizes = [4, 9], Direction = Direction.Reverse }).Check();
        new StackComparison(cell, 3, 4, new() { Layers = 2, Residual = true }).Check();
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru-original")]
    public void Dropout_lies_between_layers_of_any_kind(string cell)
    {
        foreach (Merge merge in (Merge[])[Merge.Concat, Merge.Sum, Merge.None])
            new StackComparison(cell, 2, 3, new() { Layers = 3, Direction = Direction.Both, Merge = merge, Residual = true, Dropout = 0.4f }) { Trains = true }.Check();
        new StackComparison(cell, 3, 4, new() { HiddenSizes = [3, 4], Dropout = 0.4f }) { Trains = true }.Check();
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_stream_has_the_bits_of_the_sequence(string cell)
    {
        foreach (RecurrentOptions options in (RecurrentOptions[])[new() { HiddenSizes = [9, 1, 5] }, new() { Layers = 3, Residual = true }, new() { HiddenSizes = [4, 5], LearnInitialState = true }])
        {
            RecurrentLayer layer = Cells.Create(cell, 3, 5, new RandomStream(4), options);
            foreach ((string name, Tensor value) in layer.Parameters())
                if (name.StartsWith("initial_", StringComparison.Ordinal)) value.CopyFrom(Kernel.Values(value.Count, 8));
            Tensor x = Tensor.From(Kernel.Values(7 * 3), 1, 7, 3);
            float[] expected = layer.Forward(x).Span.ToArray();
            RecurrentStream stream = layer.OpenStream();
            for (int time = 0; time < 7; time++) Bits.Equal(expected.AsSpan(time * 5, 5), stream.Step(x.Span.Slice(time * 3, 3)), $"{options}, step {time}");
        }
    }

    [Fact]
    public void A_sequence_may_be_cut_where_layers_differ_in_width()
    {
        Lstm layer = new(3, 5, new RandomStream(4), new() { HiddenSizes = [4, 5], LearnInitialState = true });
        Assert.Equal(["initial_h_l0", "initial_c_l0", "initial_h_l1", "initial_c_l1"], layer.Parameters().Select(parameter => parameter.Name).Where(name => name.StartsWith("initial", StringComparison.Ordinal)));
        Tensor x = Tensor.From(Kernel.Values(2 * 6 * 3), 2, 6, 3);
        (Tensor whole, State end) = layer.Forward(x, null);
        (_, State middle) = layer.Forward(x.Slice(1, ..4), null);
        (Tensor rest, State last) = layer.Forward(x.Slice(1, 4..), middle.Detach());
        Bits.Equal(whole.Slice(1, 4..).Span, rest.Span, "y");
        Assert.Equal([new Shape(1, 2, 4), new Shape(1, 2, 4), new Shape(1, 2, 5), new Shape(1, 2, 5)], last.Parts.Select(part => part.Shape));
        for (int part = 0; part < 4; part++) Bits.Equal(end.Parts[part].Span, last.Parts[part].Span, $"part {part}");
    }

    [Fact]
    public void What_does_not_fit_together_is_refused_at_construction()
    {
        Says("hidden sizes [4, 5] are not those of 2 layers of which the last is 6 wide", 6, new() { HiddenSizes = [4, 5] });
        Says("hidden sizes [4, 5] are not those of 3 layers of which the last is 5 wide", 5, new() { HiddenSizes = [4, 5], Layers = 3 });
        Says("hidden sizes [] are not those of 1 layers", 5, new() { HiddenSizes = [] });
        Says("hidden sizes [0, 5] are not those", 5, new() { HiddenSizes = [0, 5] });
        Says("merge Sum is asked for, but there is one direction only", 5, new() { Merge = Merge.Sum });
        Says("residual connections are asked for, but there is one layer only", 5, new() { Residual = true });
        Says("a residual connection cannot lead over layer 1: 4 values go in, 5 come out", 5, new() { HiddenSizes = [4, 5], Residual = true });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Lstm(3, 5, new RandomStream(1), new() { Direction = (Direction)7 }));

        static void Says(string message, int hidden, RecurrentOptions options) =>
            Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => new Lstm(3, hidden, new RandomStream(1), options)).Message);
    }

    [Fact]
    public void Directions_that_stay_apart_are_returned_apart_and_only_they()
    {
        Gru apart = new(3, 4, new RandomStream(1), new() { Direction = Direction.Both, Merge = Merge.None }), merged = new(3, 4, new RandomStream(1), new() { Direction = Direction.Both });
        Tensor x = Tensor.From(Kernel.Values(2 * 3 * 3), 2, 3, 3);
        (Tensor forward, Tensor reverse, _) = apart.ForwardDirections(x);
        Bits.Equal(merged.Forward(x).Span, Tensor.Concat(2, forward, reverse).Span, "y");
        Assert.Equal(4, apart.OutputSize);
        Assert.Equal("the directions of this gru stay apart: call ForwardDirections", Assert.Throws<InvalidOperationException>(() => apart.Forward(x)).Message);
        Assert.Equal("the directions of this gru do not stay apart: call Forward", Assert.Throws<InvalidOperationException>(() => merged.ForwardDirections(x)).Message);
    }

    [Fact]
    public void Architectures_have_fingerprints_of_their_own()
    {
        RecurrentOptions both = new() { Layers = 2, Direction = Direction.Both };
        string[] descriptions = [.. new[] { both with { Merge = Merge.Sum }, both with { Merge = Merge.Mean }, both with { Merge = Merge.Sum, Residual = true }, both with { Layers = 1, HiddenSizes = [3, 5], Merge = Merge.Sum } }
            .Select(options => new Lstm(3, 5, new RandomStream(1), options).Description)];
        Assert.Equal(["lstm 3 → 5, 2 layers, bidirectional, merge sum", "lstm 3 → 5, 2 layers, bidirectional, merge mean", "lstm 3 → 5, 2 layers, residual, bidirectional, merge sum",
            "lstm 3 → 3 → 5, 2 layers, bidirectional, merge sum"], descriptions);
    }
}
