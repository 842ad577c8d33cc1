using System.Numerics;
using System.Runtime.CompilerServices;

namespace Elman;

/// <summary>An activation whose argument is first bounded to ±<paramref name="Bound"/>, which may be infinite. Where the bound holds, the derivative is 0.</summary>
internal readonly record struct GateFunction(Activation Activation, float Bound = float.PositiveInfinity)
{
    /// <summary>The value; bounds the argument in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Of(ref Vector<float> x)
    {
        Vector<float> bound = new(Bound);
        // In this order of operands NaN passes, as in VectorMath.
        x = Vector.MaxNative(-bound, Vector.MinNative(bound, x));
        return Activation.Of(x);
    }

    /// <summary>The gradient of the argument, from the bounded argument, the value and the value's gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Backward(Vector<float> x, Vector<float> y, Vector<float> gradient) =>
        Vector.ConditionalSelect(Vector.GreaterThanOrEqual(Vector.Abs(x), new Vector<float>(Bound)), Vector<float>.Zero, gradient * Activation.Derivative(x, y));
}
