namespace Elman.Peers;

/// <summary>One recurrent network at one size, given to every library. Shape letters are the project's.</summary>
/// <param name="Group">Where the size comes from; a heading of the report.</param>
internal sealed record LayerRow(string Group, string Cell, int N, int L, int I, int H)
{
    public int Layers { get; init; } = 1;

    public bool Bidirectional { get; init; }

    /// <summary>Whether the sequences have different lengths: see <see cref="Lengths"/>.</summary>
    public bool Ragged { get; init; }

    public bool InferenceOnly { get; init; }

    public int Gates => Cell switch { "lstm" => 4, "gru" => 3, _ => 1 };

    public int Directions => Bidirectional ? 2 : 1;

    /// <summary>Inputs of a layer: I of the first, D·H of the others.</summary>
    public int Inputs(int layer) => layer == 0 ? I : Directions * H;

    /// <summary>Valid steps of each sequence [N]: all from 1 to L alike if ragged, in a mixed but fixed order, so that their mean is (1 + L) / 2.</summary>
    public int[] Lengths => [.. Enumerable.Range(0, N).Select(row => Ragged ? 1 + (row * 11 % N * (L - 1) + (N - 1) / 2) / (N - 1) : L)];

    public long ValidSteps => Lengths.Sum(length => (long)length);

    /// <summary>Floating-point operations of the products of one inference: two for each multiply-add. Training has three times as many.</summary>
    public double Operations => InputOperations + 2.0 * ValidSteps * Directions * Gates * H * Layers * H;

    /// <summary>Those of the products with W_ih.</summary>
    public double InputOperations => 2.0 * ValidSteps * Directions * Gates * H * Enumerable.Range(0, Layers).Sum(layer => (double)Inputs(layer));

    /// <summary>Those of the first layer, and of the gradient of its input.</summary>
    public double FirstInputOperations => 2.0 * ValidSteps * Directions * Gates * H * I;

    /// <summary>Bytes of W_hh of all layers and directions, which every step has to read.</summary>
    public long RecurrentBytes => 4L * Layers * Directions * Gates * H * H;

    /// <summary>Bytes of W_ih of all layers and directions, which can serve many steps at a time.</summary>
    public long InputBytes => 4L * Directions * Gates * H * Enumerable.Range(0, Layers).Sum(layer => (long)Inputs(layer));

    public string Name => $"{Cell} {N} × {L}, {I} → {H}" + (Layers > 1 ? $", {Layers} layers" : "") + (Bidirectional ? ", bidirectional" : "") + (Ragged ? ", ragged" : "");

    public override string ToString() => Name;
}
