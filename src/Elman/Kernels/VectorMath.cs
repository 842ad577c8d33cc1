using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Elman.Kernels;

/// <summary>
/// Transcendental functions on lanes. A lane's result depends on its value alone, never on its place in a span: tails go through
/// the same vector code. That is what keeps a row's bits independent of its batch mates.
/// </summary>
internal static class VectorMath
{
    /// <summary>e^x to 2 units in the last place; overflows to infinity and underflows through the denormals to 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V>(V x)
        where V : struct, IVector<V>
    {
        // In this order of operands NaN passes: x86 returns the second operand when either is NaN, Arm the NaN.
        x = V.MaxNative(V.Create(-104f), V.MinNative(V.Create(89f), x));
        V log2E = V.Create(Log2E), shift = V.Create(Shift), n = V.FusedMultiplyAdd(x, log2E, shift) - shift;
        V fraction = V.FusedMultiplyAdd(x, V.Create(Log2ERest), V.FusedMultiplyAdd(x, log2E, -n));
        // Two factors, because 2^n alone leaves the normal range before the product does.
        V bias = V.Create(Shift + 127), half = V.FusedMultiplyAdd(n, V.Create(0.5f), shift) - shift;
        return PowerOfTwo(fraction, V.Zero, V.Zero).Item1 * Exponent(half + bias) * Exponent(n - half + bias);
    }

    /// <inheritdoc cref="Sigmoid{V}(V, V, V, float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V>(V x)
        where V : struct, IVector<V> => Sigmoid(x, V.Zero, V.Zero).Item1;

    /// <summary>
    /// 1 / (1 + e^−x) to 3 units in the last place; below −87 it stays at e^−87, 1.6e-38. Three at once, step by step in turn, because one alone is a chain of
    /// waits. What a caller drops is not computed.
    /// </summary>
    /// <param name="least">Below it the result stays what it is there.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V, V) Sigmoid<V>(V x, V y, V z, float least = -87f)
        where V : struct, IVector<V>
    {
        V low = V.Create(least), high = V.Create(87f), one = V.One;
        x = V.MaxNative(low, V.MinNative(high, x));
        y = V.MaxNative(low, V.MinNative(high, y));
        z = V.MaxNative(low, V.MinNative(high, z));
        // −x·log₂e rounded to a whole n; with the bias of an exponent added, so that the bits of the sum, shifted, are 2ⁿ.
        V factor = V.Create(-Log2E), shift = V.Create(Shift + 127);
        V xn = V.FusedMultiplyAdd(x, factor, shift), yn = V.FusedMultiplyAdd(y, factor, shift), zn = V.FusedMultiplyAdd(z, factor, shift);
        // What is left between −1/2 and 1/2.
        V xf = V.FusedMultiplyAdd(x, factor, shift - xn), yf = V.FusedMultiplyAdd(y, factor, shift - yn), zf = V.FusedMultiplyAdd(z, factor, shift - zn);
        factor = V.Create(-Log2ERest);
        (xf, yf, zf) = (V.FusedMultiplyAdd(x, factor, xf), V.FusedMultiplyAdd(y, factor, yf), V.FusedMultiplyAdd(z, factor, zf));
        (x, y, z) = PowerOfTwo(xf, yf, zf);
        x = V.FusedMultiplyAdd(x, Exponent(xn), one);
        y = V.FusedMultiplyAdd(y, Exponent(yn), one);
        z = V.FusedMultiplyAdd(z, Exponent(zn), one);
        return (one / x, one / y, one / z);
    }

    /// <summary>
    /// tanh x to 5 units in the last place, relative error below 3e-7: an odd polynomial of degree 9 over an even one of degree 8, the fit of smallest
    /// relative error (Remez), rounded for the smallest error in single precision. Beyond ±7.905 it stays at ±0.9999998.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V>(V x)
        where V : struct, IVector<V>
    {
        x = V.MaxNative(V.Create(-7.90531110763549805f), V.MinNative(V.Create(7.90531110763549805f), x));
        V square = x * x, p = V.Create(1.5417346e-8f), q = V.Create(8.594694e-7f);
        p = V.FusedMultiplyAdd(p, square, V.Create(2.2016378e-5f));
        q = V.FusedMultiplyAdd(q, square, V.Create(3.4229917e-4f));
        p = V.FusedMultiplyAdd(p, square, V.Create(3.5785981e-3f));
        q = V.FusedMultiplyAdd(q, square, V.Create(2.6190754e-2f));
        p = V.FusedMultiplyAdd(p, square, V.Create(1.3450292e-1f));
        q = V.FusedMultiplyAdd(q, square, V.Create(4.6783617e-1f));
        p = V.FusedMultiplyAdd(p, square, V.One);
        q = V.FusedMultiplyAdd(q, square, V.One);
        // In this order nothing underflows before x does.
        return x * (p / q);
    }

    /// <summary>The sigmoid of gates: below −43.66 it stays at 1.1e-19, so that what it is multiplied by does not become denormal (<see cref="Denormals"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V, V) GateSigmoid<V>(V x, V y, V z)
        where V : struct, IVector<V> => Sigmoid(x, y, z, -43.66f);

    /// <summary>The tanh of gates: an argument below <see cref="Denormals.Bound"/>, whose square would be denormal, counts as 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V GateTanh<V>(V x)
        where V : struct, IVector<V> => Tanh(V.Flush(x));

    /// <inheritdoc cref="Exp{V}(V)"/>
    public static void Exp(ReadOnlySpan<float> x, Span<float> y) => Map<ExpLanes>(x, y);

    /// <inheritdoc cref="Sigmoid{V}(V)"/>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> y) => Map<SigmoidLanes>(x, y);

    /// <inheritdoc cref="Tanh{V}(V)"/>
    public static void Tanh(ReadOnlySpan<float> x, Span<float> y) => Map<TanhLanes>(x, y);

    /// <summary>log₂ e, and what its rounding leaves.</summary>
    private const float Log2E = 1.44269502f, Log2ERest = 1.92596303e-8f;

    /// <summary>1.5·2²³: what is added to it keeps no fraction bits, which rounds to the nearest whole number.</summary>
    private const float Shift = 12582912f;

    /// <summary>2^x between −1/2 and 1/2, the polynomial of degree 6 of smallest relative error, 2.6e-9, that is 1 at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V, V, V) PowerOfTwo<V>(V x, V y, V z)
        where V : struct, IVector<V>
    {
        V p = V.Create(1.5594676e-4f), q = p, r = p, next = V.Create(1.3406643e-3f);
        (p, q, r) = (V.FusedMultiplyAdd(p, x, next), V.FusedMultiplyAdd(q, y, next), V.FusedMultiplyAdd(r, z, next));
        next = V.Create(9.6176928e-3f);
        (p, q, r) = (V.FusedMultiplyAdd(p, x, next), V.FusedMultiplyAdd(q, y, next), V.FusedMultiplyAdd(r, z, next));
        next = V.Create(5.5503104e-2f);
        (p, q, r) = (V.FusedMultiplyAdd(p, x, next), V.FusedMultiplyAdd(q, y, next), V.FusedMultiplyAdd(r, z, next));
        next = V.Create(2.4022652e-1f);
        (p, q, r) = (V.FusedMultiplyAdd(p, x, next), V.FusedMultiplyAdd(q, y, next), V.FusedMultiplyAdd(r, z, next));
        next = V.Create(6.9314724e-1f);
        (p, q, r) = (V.FusedMultiplyAdd(p, x, next), V.FusedMultiplyAdd(q, y, next), V.FusedMultiplyAdd(r, z, next));
        next = V.One;
        return (V.FusedMultiplyAdd(p, x, next), V.FusedMultiplyAdd(q, y, next), V.FusedMultiplyAdd(r, z, next));
    }

    /// <summary>The number whose exponent has these low bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Exponent<V>(V bits)
        where V : struct, IVector<V> => V.ShiftLeft(bits, 23);

    private interface ILaneFunction
    {
        static abstract V Of<V>(V x) where V : struct, IVector<V>;
    }

    private readonly struct ExpLanes : ILaneFunction
    {
        public static V Of<V>(V x) where V : struct, IVector<V> => Exp(x);
    }

    private readonly struct SigmoidLanes : ILaneFunction
    {
        public static V Of<V>(V x) where V : struct, IVector<V> => Sigmoid(x);
    }

    private readonly struct TanhLanes : ILaneFunction
    {
        public static V Of<V>(V x) where V : struct, IVector<V> => Tanh(x);
    }

    private static void Map<TFunction>(ReadOnlySpan<float> x, Span<float> y)
        where TFunction : struct, ILaneFunction
    {
        if (y.Length < x.Length) throw new ArgumentException($"{x.Length} values do not fit into {y.Length}");
        int done = WideVector.IsSupported ? Map<TFunction, WideVector>(x, y, 0) : 0;
        done = Map<TFunction, UsualVector>(x, y, done);
        if (done == x.Length) return;
        Span<float> tail = stackalloc float[UsualVector.Count];
        tail.Clear();
        x[done..].CopyTo(tail);
        Map<TFunction, UsualVector>(tail, tail, 0);
        tail[..(x.Length - done)].CopyTo(y[done..]);
    }

    /// <summary>Maps whole vectors from a place on; returns where they end.</summary>
    private static int Map<TFunction, V>(ReadOnlySpan<float> x, Span<float> y, int done)
        where TFunction : struct, ILaneFunction
        where V : struct, IVector<V>
    {
        ref float from = ref MemoryMarshal.GetReference(x), to = ref MemoryMarshal.GetReference(y);
        for (; done <= x.Length - V.Count; done += V.Count) V.Store(TFunction.Of(V.Load(ref from, done)), ref to, done);
        return done;
    }
}
