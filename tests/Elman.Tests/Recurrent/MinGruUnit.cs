using System.Runtime.CompilerServices;

namespace Elman.Tests.Recurrent;

/// <summary>
/// minGRU: z = σ(W_z x), h̃ = W_h x, h' = (1 − z) h + z h̃. Feng et al. 2024 (arXiv 2410.01201), section 3.1. Gates: z, h̃.
/// </summary>
public readonly struct MinGruUnit : IRecurrentUnit
{
    public static string Name => "mingru";

    public static int Gates => 2;

    public static bool Recurs => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>
    {
        V z = Lanes.Sigmoid(gates[0]), candidate = gates[1], h = previous[0];
        gates[0] = z;
        next[0] = V.FusedMultiplyAdd(z, candidate - h, h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        V z = gates[0], candidate = gates[1], h = previous[0], dh = gradient[0], one = V.One;
        gates[0] = dh * (candidate - h) * z * (one - z);
        gates[1] = dh * z;
        gradient[0] = dh * (one - z);
    }
}
