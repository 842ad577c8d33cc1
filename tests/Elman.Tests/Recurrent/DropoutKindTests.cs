using System.Numerics;
using Elman.Tests.Kernels;
using Elman.Tests.Tensors;

namespace Elman.Tests.Recurrent;

/// <summary>Masks on inputs, on the recurrent state, on recurrent weights, and zoneout, inside the engine.</summary>
[Collection(nameof(ComputeThreads))]
public class DropoutKindTests
{
    private static readonly int V = Vector<float>.Count;

    private static readonly (string Name, RecurrentOptions Options)[] Kinds =
    [
        ("inputs", new() { InputDropout = 0.4f }),
        ("h", new() { RecurrentDropout = 0.4f }),
        ("weights", new() { WeightDropout = 0.4f }),
        ("zoneout", new() { Zoneout = 0.3f }),
        ("all", new() { Dropout = 0.2f, InputDropout = 0.3f, RecurrentDropout = 0.25f, WeightDropout = 0.3f, Zoneout = 0.2f }),
    ];

    public static TheoryData<string> AllCells => ReferenceComparisonTests.AllCells;

    public static TheoryData<string, string> CellsAndKinds => new(ReferenceComparisonTests.BuiltIn.SelectMany(cell => Kinds.Select(kind => (cell, kind.Name))));

    [Theory]
    [MemberData(nameof(CellsAndKinds))]
    public void Outputs_states_and_gradients_are_those_of_the_explicit_masks(string cell, string kind)
    {
        RecurrentOptions options = Kinds.Single(each => each.Name == kind).Options;
        new StackComparison(cell, 3, 4, options with { Layers = 2, Direction = Direction.Both }) { Trains = true }.Check();
        if (kind != "all") return;
        new StackComparison(cell, 2, V + 1, options, seed: 2) { Trains = true }.Check();
        new StackComparison(cell, 2, 3, options with { Layers = 2, Direction = Direction.Both, Merge = Merge.None }, seed: 3) { Trains = true }.Check();
        new StackComparison(cell, 2, 3, options with { HiddenSizes = [4, 3], Direction = Direction.Reverse }, seed: 4) { Trains = true }.Check();
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void In_evaluation_zoneout_is_its_expectation_and_the_others_are_nothing(string cell)
    {
        RecurrentOptions all = Kinds[^1].Options with { Layers = 2, Direction = Direction.Both };
        new StackComparison(cell, 3, 4, all).Check();
        if (cell == "lstm") new StackComparison(cell, 3, 4, all with { Zoneout = 0.1f, CellZoneout = 0.5f }) { Trains = true }.Check();
        RecurrentCase given = new(cell, 3, V + 1, 3, 5) { Layers = 2 };
        RecurrentLayer plain = given.Layer(), dropped = Layer(given, all with { Zoneout = 0, Direction = Direction.Forward });
        RecurrentResult.Differentiate(given, dropped).HasTheBitsOf(RecurrentResult.Differentiate(given, plain), cell);
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_stream_has_the_bits_of_zoneout_s_expectation(string cell)
    {
        foreach (int hidden in (int[])[5, 2 * V])
        {
            RecurrentLayer layer = Cells.Create(cell, 3, hidden, new RandomStream(4), new() { Layers = 2, Zoneout = 0.3f, CellZoneout = cell == "lstm" ? 0.6f : null });
            Tensor x = Tensor.From(Kernel.Values(7 * 3), 1, 7, 3);
            float[] expected = layer.Forward(x).Span.ToArray();
            RecurrentStream stream = layer.OpenStream();
            for (int time = 0; time < 7; time++) Bits.Equal(expected.AsSpan(time * hidden, hidden), stream.Step(x.Span.Slice(time * 3, 3)), $"step {time} of {hidden}");
        }
    }

    [Theory]
    [MemberData(nameof(CellsAndKinds))]
    public void Threads_memory_budgets_padding_and_inference_change_no_bit(string cell, string kind)
    {
        RecurrentOptions options = Kinds.Single(each => each.Name == kind).Options with { Layers = 2 };
        foreach (Direction direction in (Direction[])[Direction.Forward, Direction.Both])
        {
            RecurrentCase given = new(cell, 9, 4 * V + 1, 12, 30) { Layers = 2, Direction = direction, Ragged = true, InitialState = true };
            RecurrentLayer layer = Layer(given, options with { Direction = direction });
            foreach (bool trains in (bool[])[true, false])
            {
                if (trains) layer.Train(5, 6);
                else layer.Evaluate();
                RecurrentResult expected = ComputeThreads.Use(1, () => RecurrentResult.Differentiate(given, layer));
                ComputeThreads.Use(3, () => RecurrentResult.Differentiate(given, layer)).HasTheBitsOf(expected, "3 threads");
                ComputeThreads.Use(3, () => RecurrentResult.Infer(given, layer)).HasTheBitsOf(expected, "inference");
                MemoryBudgetTests.Use(LeastBudget(given, layer), () => RecurrentResult.Differentiate(given, layer)).HasTheBitsOf(expected, "memory budget");
            }
        }
    }

    [Theory]
    [MemberData(nameof(CellsAndKinds))]
    public void A_plan_rents_what_a_call_needs(string cell, string kind)
    {
        foreach (Direction direction in Enum.GetValues<Direction>())
        {
            // A budget makes the call refuse to rent more than was planned; one row means that the input is not copied unless it is masked.
            RecurrentCase given = new(cell, 3, 5, 1, 600) { Layers = 2, Direction = direction };
            RecurrentLayer layer = Layer(given, Kinds.Single(each => each.Name == kind).Options with { Layers = 2, Direction = direction });
            layer.Train(1, 1);
            RecurrentResult expected = RecurrentResult.Differentiate(given, layer);
            MemoryBudgetTests.Use(long.MaxValue - 1, () => RecurrentResult.Differentiate(given, layer)).HasTheBitsOf(expected, "all in memory");
            MemoryBudgetTests.Use(LeastBudget(given, layer), () => RecurrentResult.Differentiate(given, layer)).HasTheBitsOf(expected, "as little as possible");
        }
    }

    [Fact]
    public void Cells_with_options_of_their_own_are_dropped_too()
    {
        foreach (RecurrentOptions cell in (RecurrentOptions[])[new() { ProjectionSize = 3 }, new() { Peepholes = true, CellClip = 1 }, new() { ProjectionSize = V, CoupledGates = true }])
        {
            int hidden = cell.ProjectionSize == V ? V + 2 : 5;
            Lstm layer = new(3, hidden, new RandomStream(1), cell with { Layers = 2, Dropout = 0.2f, InputDropout = 0.3f, RecurrentDropout = 0.25f, WeightDropout = 0.3f, Zoneout = 0.2f });
            Tensor x = Tensor.From(Kernel.Values(2 * 4 * 3, 7), 2, 4, 3);
            layer.Train(3, 4);
            FiniteDifferences.Check(given => layer.Forward(given[0]), x);
            FiniteDifferences.Check(given => layer.Forward(x, new State(given[0], given[1])).Final.Cell,
                [.. layer.Forward(x, null).Final.Parts.Select((part, i) => Tensor.From(Kernel.Values(part.Count, 8 + (uint)i), part.Shape.Extents))]);
            layer.Evaluate();
            Tensor y = layer.Forward(x);
            RecurrentStream stream = layer.OpenStream();
            for (int time = 0; time < 4; time++) Bits.Equal(y.Span.Slice(time * y.Shape[2], y.Shape[2]), stream.Step(x.Span.Slice(time * 3, 3)), $"step {time} of {cell}");
            RecurrentTrace trace = layer.Trace(x);
            Bits.Equal(y.Span, trace["h_l1"].Span, "traced h");
            Assert.Equal(new Shape(2, 4, hidden), trace["c_l1"].Shape);
        }
    }

    [Fact]
    public void Calls_whose_backward_passes_come_later_keep_the_weights_that_they_dropped()
    {
        Lstm layer = new(3, 5, new RandomStream(1), new() { Layers = 2, WeightDropout = 0.5f });
        Tensor[] x = [Tensor.From(Kernel.Values(2 * 4 * 3, 1), 2, 4, 3), Tensor.From(Kernel.Values(2 * 4 * 3, 2), 2, 4, 3)];
        float[] Gradients(params ReadOnlySpan<int> together)
        {
            layer.ZeroGradients();
            List<Tensor> outputs = [];
            foreach (int step in together)
            {
                layer.Train(1, step);
                outputs.Add(layer.Forward(x[step]));
            }
            using (Tensor.NoGradient()) layer.Forward(x[0]);
            foreach (Tensor output in outputs) output.Backward();
            return [.. layer.Parameters().SelectMany(parameter => parameter.Value.Gradient!.Span.ToArray())];
        }
        float[] first = Gradients(0), second = Gradients(1), both = Gradients(0, 1);
        Assert.NotEqual(first, second);
        for (int i = 0; i < both.Length; i++) Assert.Equal(first[i] + second[i], both[i], 1e-6f);
    }

    [Fact]
    public void Masks_of_a_sequence_do_not_depend_on_its_length_or_padding()
    {
        Lstm layer = new(3, 5, new RandomStream(1), Kinds[^1].Options with { Layers = 2 });
        layer.Train(3, 4);
        Tensor x = Tensor.From(Kernel.Values(2 * 6 * 3), 2, 6, 3);
        Bits.Equal(layer.Forward(x).Slice(1, ..4).Span, layer.Forward(x.Slice(1, ..4)).Span, "a prefix");
        Bits.Equal(layer.Forward(x.Slice(1, ..4)).Span, layer.Forward(x, [4, 4]).Slice(1, ..4).Span, "padding");
    }

    [Fact]
    public void What_has_no_meaning_is_refused()
    {
        Cells.Register<MinGruUnit>();
        Assert.Equal("recurrent dropout or weight dropout is asked for, but mingru has no recurrent weights",
            Assert.Throws<ArgumentException>(() => Cells.Create("mingru", 3, 4, new RandomStream(1), new() { RecurrentDropout = 0.1f })).Message);
        Assert.Equal("a cell zoneout is set, but gru has no state besides h",
            Assert.Throws<ArgumentException>(() => new Gru(3, 4, new RandomStream(1), new() { CellZoneout = 0.1f })).Message);
        Assert.StartsWith("zoneout 1 is not at least 0 and below 1", Assert.Throws<ArgumentOutOfRangeException>(() => new Gru(3, 4, new RandomStream(1), new() { Zoneout = 1 })).Message);
        Assert.StartsWith("input dropout NaN is not", Assert.Throws<ArgumentOutOfRangeException>(() => new Gru(3, 4, new RandomStream(1), new() { InputDropout = float.NaN })).Message);
        Assert.Equal("gru 3 → 4, input dropout 0.1, zoneout 0.2", new Gru(3, 4, new RandomStream(1), new() { InputDropout = 0.1f, Zoneout = 0.2f }).Description);
    }

    private static RecurrentLayer Layer(RecurrentCase given, RecurrentOptions options) => Cells.Create(given.Cell, given.Inputs, given.Hidden, new RandomStream(given.Seed, 1), options);

    /// <summary>What the call says that it needs when it gets nothing.</summary>
    private static long LeastBudget(RecurrentCase given, RecurrentLayer layer)
    {
        string message = Assert.Throws<ElmanException>(() => MemoryBudgetTests.Use(1, () => RecurrentResult.Differentiate(given, layer))).Message;
        string digits = message[(message.IndexOf("needs at least ", StringComparison.Ordinal) + 15)..message.IndexOf("; raise it", StringComparison.Ordinal)];
        return long.Parse(digits, System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture);
    }
}
