using System.Runtime.CompilerServices;

namespace Elman;

/// <summary>An activation whose argument is first bounded to ±<paramref name="Bound"/>, which may be infinite. Where the bound holds, the derivative is 0.</summary>
internal readonly record struct GateFunction(Activation Activation, float Bound = float.PositiveInfinity)
{
    /// <summary>The value; bounds the argument in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Of<V>(ref V x)
        where V : struct, IVector<V>
    {
        V bound = V.Create(Bound);
        // In this order of operands NaN passes, as in VectorMath.
        x = V.MaxNative(-bound, V.MinNative(bound, x));
        return Activation.OfGate(x);
    }

    /// <summary>The gradient of the argument, from the bounded argument, the value and the value's gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Backward<V>(V x, V y, V gradient)
        where V : struct, IVector<V> =>
        V.Select(V.LessThanOrEqual(V.Create(Bound), V.Abs(x)), V.Zero, gradient * Activation.Derivative(x, y));
}
