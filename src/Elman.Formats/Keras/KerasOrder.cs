namespace Elman.Formats;

/// <summary>
/// Keras's layout of weights, which RTNeural shares: kernels stand on their side, [inputs, G·H], and gates are in another order. The orders are their own
/// inverses, so they serve both ways.
/// </summary>
internal static class KerasOrder
{
    /// <summary>i, f, c, o: as here.</summary>
    public static int[] Lstm { get; } = [0, 1, 2, 3];

    /// <summary>z, r, h there; r, z, n here.</summary>
    public static int[] Gru { get; } = [1, 0, 2];

    /// <summary>One gate.</summary>
    public static int[] Rnn { get; } = [0];

    /// <summary>Kernel [rows, G·H] → weight [G·H, rows].</summary>
    public static Tensor Weight(Tensor kernel, int[] gates) => Ordered(kernel, gates).Transpose();

    /// <summary>Weight [G·H, rows] → kernel [rows, G·H].</summary>
    public static Tensor Kernel(Tensor weight, int[] gates) => Ordered(weight.Transpose(), gates);

    /// <summary>Bias [G·H] → [G·H], in the other order.</summary>
    public static Tensor Bias(Tensor bias, int[] gates) => Ordered(bias.Reshape(1, bias.Count), gates).Reshape(bias.Count);

    private static Tensor Ordered(Tensor kernel, int[] gates) =>
        kernel.Reshape(kernel.Shape[0], gates.Length, kernel.Shape[1] / gates.Length).Take(1, gates).Reshape(kernel.Shape.Extents);
}
