using System.Numerics;
using Elman.Tests.Kernels;
using Elman.Tests.Reference;

namespace Elman.Tests.Recurrent;

/// <summary>All states and gates at all steps, against the twin's.</summary>
public class RecurrentTraceTests
{
    private const int Batch = 3, Length = 4;

    private static readonly int[] Ragged = [3, 0, 4];

    public static TheoryData<string> AllCells => ReferenceComparisonTests.AllCells;

    [Theory]
    [MemberData(nameof(AllCells))]
    public void States_and_gates_of_all_layers_and_steps_are_the_twin_s(string cell)
    {
        int wide = Vector<float>.Count + 3;
        Check(cell, wide, new() { Layers = 2, Direction = Direction.Both });
        Check(cell, 4, new() { HiddenSizes = [wide, 4], Direction = Direction.Both, Merge = Merge.None });
        Check(cell, 5, new() { Layers = 2, Direction = Direction.Reverse, Zoneout = 0.2f });
    }

    [Fact]
    public void Names_are_those_of_states_and_gates_layer_by_layer()
    {
        Lstm layer = new(3, 4, new RandomStream(1), new() { Direction = Direction.Both });
        RecurrentTrace trace = layer.Trace(Tensor.Ones(1, 2, 3));
        Assert.Equal(["h_l0", "c_l0", "i_l0", "f_l0", "g_l0", "o_l0", "h_l0_reverse", "c_l0_reverse", "i_l0_reverse", "f_l0_reverse", "g_l0_reverse", "o_l0_reverse"], trace.Names);
        Assert.StartsWith("the trace has no 'z_l0'; it has h_l0, c_l0, ", Assert.Throws<ArgumentException>(() => trace["z_l0"]).Message);
        Cells.Register<MinGruUnit>();
        Assert.Equal(["h_l0", "gate0_l0", "gate1_l0"], Cells.Create("mingru", 3, 4, new RandomStream(1)).Trace(Tensor.Ones(1, 2, 3)).Names);
    }

    [Fact]
    public void A_trace_has_the_bits_of_the_call_and_leaves_no_record()
    {
        Gru layer = new(9, 60, new RandomStream(1), new() { Layers = 2 });
        Tensor x = Tensor.From(Kernel.Values(2 * 30 * 9), 2, 30, 9);
        Tensor h = layer.Trace(x)["h_l1"];
        Bits.Equal(layer.Forward(x).Span, h.Span, "h");
        Assert.Throws<InvalidOperationException>(() => h.Sum().Backward());
    }

    private static void Check(string cell, int hidden, RecurrentOptions options)
    {
        RecurrentLayer layer = Cells.Create(cell, 3, hidden, new RandomStream(7), options);
        Tensor x = Tensor.From(Kernel.Values(Batch * Length * 3, 5), Batch, Length, 3);
        RecurrentTrace trace = layer.Trace(x, lengths: Ragged);
        int[] sizes = options.HiddenSizes is { } given ? [.. given] : [.. Enumerable.Repeat(hidden, options.Layers)];
        Dictionary<string, double[]> expected = trace.Names.ToDictionary(name => name, name => new double[trace[name].Count]);
        ReferenceStack twin = new(ReferenceCell.Named(ReferenceComparison.ReferenceName(cell)), 3, sizes, options,
            layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => Doubles(parameter.Value)))
        {
            Keeps = (_, _, _, _, _, _) => options.Zoneout,
            Seen = (number, direction, row, time, weights, input, before, after) =>
            {
                string suffix = $"_l{number}{(direction == 1 ? "_reverse" : "")}";
                for (int unit = 0; unit < weights.Hidden; unit++)
                {
                    int at = (row * Length + time) * weights.Hidden + unit;
                    for (int state = 0; state < after.Length; state++) expected["hc"[state] + suffix][at] = after[state][unit];
                    foreach ((char gate, double value) in Gates(cell, weights, input, before[0], unit)) expected[gate + suffix][at] = value;
                }
            },
        };
        twin.Forward(Doubles(x), Batch, Length, Ragged, []);
        foreach (string name in trace.Names) Near.Equal(expected[name], trace[name].Span, 1e-5, $"{name} of {cell}, {options}");
    }

    /// <summary>The gates of one unit, from the equations.</summary>
    private static (char Name, double Value)[] Gates(string cell, CellWeights weights, double[] x, double[] h, int unit)
    {
        double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));
        double Sum(int gate) => weights.FromInput(gate, unit, x) + weights.FromHidden(gate, unit, h);
        switch (cell)
        {
            case "rnn": return [('n', Math.Tanh(Sum(0)))];
            case "rnn-relu": return [('n', Math.Max(0, Sum(0)))];
            case "lstm": return [('i', Sigmoid(Sum(0))), ('f', Sigmoid(Sum(1))), ('g', Math.Tanh(Sum(2))), ('o', Sigmoid(Sum(3)))];
            case "gru":
                double r = Sigmoid(Sum(0));
                return [('r', r), ('z', Sigmoid(Sum(1))), ('n', Math.Tanh(weights.FromInput(2, unit, x) + r * weights.FromHidden(2, unit, h)))];
            default:
                double[] reset = [.. h.Select((value, i) => value * Sigmoid(weights.FromInput(0, i, x) + weights.FromHidden(0, i, h)))];
                return [('r', Sigmoid(Sum(0))), ('z', Sigmoid(Sum(1))), ('n', Math.Tanh(weights.FromInput(2, unit, x) + weights.FromHidden(2, unit, reset)))];
        }
    }

    private static double[] Doubles(Tensor tensor) => Array.ConvertAll(tensor.Span.ToArray(), value => (double)value);
}
