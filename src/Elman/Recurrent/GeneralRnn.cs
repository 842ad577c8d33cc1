using System.Runtime.CompilerServices;

namespace Elman;

/// <summary>The simple recurrent unit with any activation, its argument bounded: h' = f(W x + b_ih + U h + b_hh). Compare <see cref="RnnUnit"/>.</summary>
internal readonly struct GeneralRnnUnit(GateFunction function) : IConfiguredUnit
{
    public static string Name => RnnUnit.Name;

    public static int Gates => 1;

    public static IReadOnlyList<string> GateNames => RnnUnit.GateNames;

    /// <summary>The argument of the activation.</summary>
    public static int Saved => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Forward<V>(Lanes<V> coefficients, Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>
    {
        V x = gates[0], h = function.Of(ref x);
        saved[0] = x;
        gates[0] = h;
        next[0] = h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward<V>(Lanes<V> coefficients, Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        gates[0] = function.Backward(saved[0], gates[0], gradient[0]);
        gradient[0] = V.Zero;
    }
}
