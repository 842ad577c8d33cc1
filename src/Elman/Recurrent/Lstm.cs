using System.Runtime.CompilerServices;
using static Elman.Lanes;

namespace Elman;

/// <summary>
/// Long short-term memory with a forget gate. Hochreiter and Schmidhuber 1997; Gers, Schmidhuber, Cummins 2000. With the products of the
/// gates i, f, g, o: c' = σ(f) c + σ(i) tanh(g), h' = σ(o) tanh(c'). States: h, c.
/// </summary>
public readonly struct LstmUnit : IRecurrentUnit
{
    /// <inheritdoc/>
    public static string Name => "lstm";

    /// <inheritdoc/>
    public static int Gates => 4;

    /// <inheritdoc/>
    public static IReadOnlyList<string> GateNames => ["i", "f", "g", "o"];

    /// <inheritdoc/>
    public static int States => 2;

    /// <summary>tanh(c').</summary>
    public static int Saved => 1;

    /// <inheritdoc/>
    public static int ForgetGate => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Activate<V>(Lanes<V> gates, Lanes<V> product)
        where V : struct, IVector<V>
    {
        (V i, V f, V o) = Sigmoid(gates[0], gates[1], gates[3]);
        gates[0] = i;
        gates[1] = f;
        gates[2] = Tanh(gates[2]);
        gates[3] = o;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>
    {
        V c = V.FusedMultiplyAdd(gates[1], previous[1], gates[0] * gates[2]);
        V squashed = Tanh(c);
        saved[0] = squashed;
        next[0] = gates[3] * squashed;
        next[1] = c;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        V one = V.One;
        V i = gates[0], f = gates[1], g = gates[2], o = gates[3], squashed = saved[0];
        V dh = gradient[0];
        V dc = gradient[1] + dh * o * (one - squashed * squashed);
        gates[0] = dc * g * i * (one - i);
        gates[1] = dc * previous[1] * f * (one - f);
        gates[2] = dc * i * (one - g * g);
        gates[3] = dh * squashed * o * (one - o);
        gradient[0] = V.Zero;
        gradient[1] = dc * f;
    }
}
