namespace Elman.Peers;

/// <summary>The numbers of one row that all libraries are given: weights, input, and the gradient that training sends back.</summary>
internal sealed class LayerProblem
{
    public LayerProblem(LayerRow row)
    {
        Row = row;
        RecurrentLayer layer = CreateLayer(new RandomStream(1));
        Weights = [.. layer.Parameters().Select(parameter => new Weight(parameter.Name, parameter.Value.Shape.Extents.ToArray(), parameter.Value.Span.ToArray()))];
        Input = RandomNumbers.Uniform(2, row.N * row.L * row.I);
        Slope = RandomNumbers.Uniform(3, row.N * row.L * row.Directions * row.H);
        Lengths = row.Lengths;
    }

    public LayerRow Row { get; }

    /// <summary>Under PyTorch's names and in its gate order.</summary>
    public IReadOnlyList<Weight> Weights { get; }

    /// <summary>[N, L, I]</summary>
    public float[] Input { get; }

    /// <summary>The derivative by the output [N, L, D·H].</summary>
    public float[] Slope { get; }

    /// <summary>[N]</summary>
    public int[] Lengths { get; }

    public RecurrentLayer CreateLayer(RandomStream random) =>
        Cells.Create(Row.Cell, Row.I, Row.H, random, new RecurrentOptions { Layers = Row.Layers, Direction = Row.Bidirectional ? Direction.Both : Direction.Forward });
}

/// <summary>A parameter as every library gets it.</summary>
internal sealed record Weight(string Name, int[] Shape, float[] Values);
