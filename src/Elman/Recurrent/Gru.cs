using System.Runtime.CompilerServices;
using static Elman.Lanes;

namespace Elman;

/// <summary>
/// The gated recurrent unit with the reset after the product, as PyTorch and cuDNN have it: n = tanh(W x + b_in + r (U h + b_hn)) with
/// r = σ(·), z = σ(·), and h' = (1 − z) n + z h. Cho et al. 2014 (arXiv 1406.1078), version 1. Gates: r, z, n.
/// </summary>
public readonly struct GruUnit : IRecurrentUnit
{
    /// <inheritdoc/>
    public static string Name => "gru";

    /// <inheritdoc/>
    public static int Gates => 3;

    /// <inheritdoc/>
    public static IReadOnlyList<string> GateNames => ["r", "z", "n"];

    /// <inheritdoc/>
    public static bool SeparateProduct => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Activate<V>(Lanes<V> gates, Lanes<V> product)
        where V : struct, IVector<V>
    {
        (V r, V z, _) = Sigmoid(gates[0] + product[0], gates[1] + product[1], default);
        gates[0] = r;
        gates[1] = z;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>
    {
        V n = Tanh(V.FusedMultiplyAdd(gates[0], product[2], gates[2]));
        gates[2] = n;
        next[0] = V.FusedMultiplyAdd(gates[1], previous[0] - n, n);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        V one = V.One;
        V r = gates[0], z = gates[1], n = gates[2], dh = gradient[0];
        V dn = dh * (one - z) * (one - n * n);
        V dr = dn * product[2] * r * (one - r);
        V dz = dh * (previous[0] - n) * z * (one - z);
        gates[0] = product[0] = dr;
        gates[1] = product[1] = dz;
        gates[2] = dn;
        product[2] = dn * r;
        gradient[0] = dh * z;
    }
}

/// <summary>
/// The gated recurrent unit with the reset before the product, as in the published paper and as ONNX has it by default:
/// n = tanh(W x + b_in + U (r h) + b_hn), otherwise as <see cref="GruUnit"/>. Cho et al. 2014 (arXiv 1406.1078v3), equations 5 to 8.
/// </summary>
public readonly struct OriginalGruUnit : IRecurrentUnit
{
    /// <inheritdoc/>
    public static string Name => "gru-original";

    /// <inheritdoc/>
    public static int Gates => 3;

    /// <inheritdoc/>
    public static IReadOnlyList<string> GateNames => ["r", "z", "n"];

    /// <inheritdoc/>
    public static int LateGates => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Operand<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> operand)
        where V : struct, IVector<V>
    {
        (V r, V z, _) = Sigmoid(gates[0] + product[0], gates[1] + product[1], default);
        (gates[0], gates[1]) = (r, z);
        operand[0] = r * previous[0];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>
    {
        V n = Tanh(gates[2] + product[0]);
        gates[2] = n;
        next[0] = V.FusedMultiplyAdd(gates[1], previous[0] - n, n);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        V one = V.One;
        V z = gates[1], n = gates[2], dh = gradient[0];
        V dn = dh * (one - z) * (one - n * n);
        gates[1] = dh * (previous[0] - n) * z * (one - z);
        gates[2] = dn;
        product[0] = dn;
        gradient[0] = dh * z;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OperandBackward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> operandGradient, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        V r = gates[0];
        V dr = operandGradient[0] * previous[0] * r * (V.One - r);
        gates[0] = dr;
        product[0] = dr;
        product[1] = gates[1];
        gradient[0] += operandGradient[0] * r;
    }
}
