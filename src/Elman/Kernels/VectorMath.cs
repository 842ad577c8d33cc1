using System.Numerics;
using System.Runtime.CompilerServices;

namespace Elman.Kernels;

/// <summary>
/// Transcendental functions on lanes. A lane's result depends on its value alone, never on its place in a span: tails go through
/// the same vector code. That is what keeps a row's bits independent of its batch mates.
/// </summary>
internal static class VectorMath
{
    /// <summary>e^x to 2 units in the last place; overflows to infinity and underflows through the denormals to 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x)
    {
        // In this order of operands NaN passes: x86 returns the second operand when either is NaN, Arm the NaN.
        x = Vector.MaxNative(new Vector<float>(-104f), Vector.MinNative(new Vector<float>(89f), x));
        Vector<float> biased = Vector.FusedMultiplyAdd(x, new Vector<float>(Log2E), new Vector<float>(Shift)), n = biased - new Vector<float>(Shift);
        Vector<float> fraction = Vector.FusedMultiplyAdd(x, new Vector<float>(Log2ERest), Vector.FusedMultiplyAdd(x, new Vector<float>(Log2E), -n));
        // Two factors, because 2^n alone leaves the normal range before the product does.
        Vector<int> exponent = Vector.ConvertToInt32Native(n), half = Vector.ShiftRightArithmetic(exponent, 1);
        return PowerOfTwo(fraction) * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    /// <inheritdoc cref="Sigmoid(Vector{float}, Vector{float}, Vector{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x) => Sigmoid(x, Vector<float>.Zero, Vector<float>.Zero).Item1;

    /// <summary>
    /// 1 / (1 + e^−x) to 3 units in the last place; below −87 it stays at e^−87, 1.6e-38. Three at once, step by step in turn, because one alone is a chain of
    /// waits. What a caller drops is not computed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<float>, Vector<float>, Vector<float>) Sigmoid(Vector<float> x, Vector<float> y, Vector<float> z)
    {
        Vector<float> low = new(-87f), high = new(87f), one = Vector<float>.One;
        x = Vector.MaxNative(low, Vector.MinNative(high, x));
        y = Vector.MaxNative(low, Vector.MinNative(high, y));
        z = Vector.MaxNative(low, Vector.MinNative(high, z));
        // −x·log₂e rounded to a whole n; with the bias of an exponent added, so that the bits of the sum, shifted, are 2ⁿ.
        Vector<float> factor = new(-Log2E), shift = new(Shift + 127);
        Vector<float> xn = Vector.FusedMultiplyAdd(x, factor, shift), yn = Vector.FusedMultiplyAdd(y, factor, shift), zn = Vector.FusedMultiplyAdd(z, factor, shift);
        // What is left between −1/2 and 1/2.
        Vector<float> xf = Vector.FusedMultiplyAdd(x, factor, shift - xn), yf = Vector.FusedMultiplyAdd(y, factor, shift - yn), zf = Vector.FusedMultiplyAdd(z, factor, shift - zn);
        factor = new(-Log2ERest);
        (xf, yf, zf) = (Vector.FusedMultiplyAdd(x, factor, xf), Vector.FusedMultiplyAdd(y, factor, yf), Vector.FusedMultiplyAdd(z, factor, zf));
        (x, y, z) = PowerOfTwo(xf, yf, zf);
        x = Vector.FusedMultiplyAdd(x, Exponent(xn), one);
        y = Vector.FusedMultiplyAdd(y, Exponent(yn), one);
        z = Vector.FusedMultiplyAdd(z, Exponent(zn), one);
        return (one / x, one / y, one / z);
    }

    /// <summary>
    /// tanh x to 5 units in the last place, relative error below 3e-7: an odd polynomial of degree 9 over an even one of degree 8, the fit of smallest
    /// relative error (Remez), rounded for the smallest error in single precision. Beyond ±7.905 it stays at ±0.9999998.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Tanh(Vector<float> x)
    {
        x = Vector.MaxNative(new Vector<float>(-7.90531110763549805f), Vector.MinNative(new Vector<float>(7.90531110763549805f), x));
        Vector<float> square = x * x, p = new(1.5417346e-8f), q = new(8.594694e-7f);
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(2.2016378e-5f));
        q = Vector.FusedMultiplyAdd(q, square, new Vector<float>(3.4229917e-4f));
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(3.5785981e-3f));
        q = Vector.FusedMultiplyAdd(q, square, new Vector<float>(2.6190754e-2f));
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(1.3450292e-1f));
        q = Vector.FusedMultiplyAdd(q, square, new Vector<float>(4.6783617e-1f));
        p = Vector.FusedMultiplyAdd(p, square, Vector<float>.One);
        q = Vector.FusedMultiplyAdd(q, square, Vector<float>.One);
        // In this order nothing underflows before x does.
        return x * (p / q);
    }

    /// <inheritdoc cref="Exp(Vector{float})"/>
    public static void Exp(ReadOnlySpan<float> x, Span<float> y) => Map<ExpLanes>(x, y);

    /// <inheritdoc cref="Sigmoid(Vector{float})"/>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> y) => Map<SigmoidLanes>(x, y);

    /// <inheritdoc cref="Tanh(Vector{float})"/>
    public static void Tanh(ReadOnlySpan<float> x, Span<float> y) => Map<TanhLanes>(x, y);

    /// <summary>log₂ e, and what its rounding leaves.</summary>
    private const float Log2E = 1.44269502f, Log2ERest = 1.92596303e-8f;

    /// <summary>1.5·2²³: what is added to it keeps no fraction bits, which rounds to the nearest whole number.</summary>
    private const float Shift = 12582912f;

    /// <summary>2^x between −1/2 and 1/2, the polynomial of degree 6 of smallest relative error, 2.6e-9, that is 1 at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<float>, Vector<float>, Vector<float>) PowerOfTwo(Vector<float> x, Vector<float> y, Vector<float> z)
    {
        Vector<float> p = new(1.5594676e-4f), q = p, r = p, next = new(1.3406643e-3f);
        (p, q, r) = (Vector.FusedMultiplyAdd(p, x, next), Vector.FusedMultiplyAdd(q, y, next), Vector.FusedMultiplyAdd(r, z, next));
        next = new(9.6176928e-3f);
        (p, q, r) = (Vector.FusedMultiplyAdd(p, x, next), Vector.FusedMultiplyAdd(q, y, next), Vector.FusedMultiplyAdd(r, z, next));
        next = new(5.5503104e-2f);
        (p, q, r) = (Vector.FusedMultiplyAdd(p, x, next), Vector.FusedMultiplyAdd(q, y, next), Vector.FusedMultiplyAdd(r, z, next));
        next = new(2.4022652e-1f);
        (p, q, r) = (Vector.FusedMultiplyAdd(p, x, next), Vector.FusedMultiplyAdd(q, y, next), Vector.FusedMultiplyAdd(r, z, next));
        next = new(6.9314724e-1f);
        (p, q, r) = (Vector.FusedMultiplyAdd(p, x, next), Vector.FusedMultiplyAdd(q, y, next), Vector.FusedMultiplyAdd(r, z, next));
        next = Vector<float>.One;
        return (Vector.FusedMultiplyAdd(p, x, next), Vector.FusedMultiplyAdd(q, y, next), Vector.FusedMultiplyAdd(r, z, next));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> PowerOfTwo(Vector<float> x) => PowerOfTwo(x, Vector<float>.Zero, Vector<float>.Zero).Item1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> PowerOfTwo(Vector<int> n) => Exponent(Vector.AsVectorSingle(n + new Vector<int>(127)));

    /// <summary>The number whose exponent has these low bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Exponent(Vector<float> bits) => Vector.AsVectorSingle(Vector.ShiftLeft(Vector.AsVectorInt32(bits), 23));

    private interface ILaneFunction
    {
        static abstract Vector<float> Of(Vector<float> x);
    }

    private readonly struct ExpLanes : ILaneFunction
    {
        public static Vector<float> Of(Vector<float> x) => Exp(x);
    }

    private readonly struct SigmoidLanes : ILaneFunction
    {
        public static Vector<float> Of(Vector<float> x) => Sigmoid(x);
    }

    private readonly struct TanhLanes : ILaneFunction
    {
        public static Vector<float> Of(Vector<float> x) => Tanh(x);
    }

    private static void Map<TFunction>(ReadOnlySpan<float> x, Span<float> y)
        where TFunction : struct, ILaneFunction
    {
        if (y.Length < x.Length) throw new ArgumentException($"{x.Length} values do not fit into {y.Length}");
        int done = 0;
        for (; done <= x.Length - Vector<float>.Count; done += Vector<float>.Count)
            TFunction.Of(new Vector<float>(x[done..])).CopyTo(y[done..]);
        if (done == x.Length) return;
        Span<float> tail = stackalloc float[Vector<float>.Count];
        tail.Clear();
        x[done..].CopyTo(tail);
        TFunction.Of(new Vector<float>(tail)).CopyTo(tail);
        tail[..(x.Length - done)].CopyTo(y[done..]);
    }
}
