using System.Runtime.CompilerServices;
using static Elman.Lanes;

namespace Elman;

/// <summary>The simple recurrent unit with tanh: h' = tanh(W x + b_ih + U h + b_hh). Elman, "Finding structure in time", Cognitive Science 14 (1990).</summary>
public readonly struct RnnUnit : IRecurrentUnit
{
    /// <inheritdoc/>
    public static string Name => "rnn";

    /// <inheritdoc/>
    public static int Gates => 1;

    /// <inheritdoc/>
    public static IReadOnlyList<string> GateNames => ["n"];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>
    {
        V h = Tanh(gates[0]);
        gates[0] = h;
        next[0] = h;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        V h = gates[0];
        gates[0] = gradient[0] * (V.One - h * h);
        gradient[0] = V.Zero;
    }
}

/// <summary>The simple recurrent unit with a rectifier: h' = max(0, W x + b_ih + U h + b_hh). Le, Jaitly, Hinton 2015 (arXiv 1504.00941).</summary>
public readonly struct ReluRnnUnit : IRecurrentUnit
{
    /// <inheritdoc/>
    public static string Name => "rnn-relu";

    /// <inheritdoc/>
    public static int Gates => 1;

    /// <inheritdoc/>
    public static IReadOnlyList<string> GateNames => ["n"];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>
    {
        // The native maximum would turn NaN into 0 and hide it.
        V h = V.Max(gates[0], V.Zero);
        gates[0] = h;
        next[0] = h;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        gates[0] = V.Select(V.LessThan(V.Zero, gates[0]), gradient[0], V.Zero);
        gradient[0] = V.Zero;
    }
}
