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
        (Vector<float> mantissa, Vector<int> exponent) = Reduce(x);
        // Two factors, because 2^n alone leaves the normal range before the product does.
        Vector<int> half = Vector.ShiftRightArithmetic(exponent, 1);
        return mantissa * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    /// <summary>1 / (1 + e^−x) to 3 units in the last place; below −87 it stays at e^−87, 1.6e-38.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x)
    {
        x = Vector.MaxNative(new Vector<float>(-87f), Vector.MinNative(new Vector<float>(87f), x));
        (Vector<float> mantissa, Vector<int> exponent) = Reduce(-x);
        return Vector<float>.One / Vector.FusedMultiplyAdd(mantissa, PowerOfTwo(exponent), Vector<float>.One);
    }

    /// <summary>
    /// tanh x to 5 units in the last place, relative error below 3e-7: an odd polynomial of degree 13 over an even one of degree 6, the
    /// minimax fit that Eigen uses for float. Beyond ±7.905 it stays at ±0.9999997.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Tanh(Vector<float> x)
    {
        x = Vector.MaxNative(new Vector<float>(-7.90531110763549805f), Vector.MinNative(new Vector<float>(7.90531110763549805f), x));
        Vector<float> square = x * x;
        Vector<float> p = new(-2.76076847742355e-16f);
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(2.00018790482477e-13f));
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(-8.60467152213735e-11f));
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(5.12229709037114e-08f));
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(1.48572235717979e-05f));
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(6.37261928875436e-04f));
        p = Vector.FusedMultiplyAdd(p, square, new Vector<float>(4.89352455891786e-03f));
        Vector<float> q = new(1.19825839466702e-06f);
        q = Vector.FusedMultiplyAdd(q, square, new Vector<float>(1.18534705686654e-04f));
        q = Vector.FusedMultiplyAdd(q, square, new Vector<float>(2.26843463243900e-03f));
        q = Vector.FusedMultiplyAdd(q, square, new Vector<float>(4.89352518554385e-03f));
        // In this order nothing underflows before x does.
        return x * (p / q);
    }

    /// <inheritdoc cref="Exp(Vector{float})"/>
    public static void Exp(ReadOnlySpan<float> x, Span<float> y) => Map<ExpLanes>(x, y);

    /// <inheritdoc cref="Sigmoid(Vector{float})"/>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> y) => Map<SigmoidLanes>(x, y);

    /// <inheritdoc cref="Tanh(Vector{float})"/>
    public static void Tanh(ReadOnlySpan<float> x, Span<float> y) => Map<TanhLanes>(x, y);

    /// <summary>x = n·ln 2 + r with |r| ≤ ln 2 / 2: returns e^r and n. The constants are those of the Cephes library's expf.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<float> Mantissa, Vector<int> Exponent) Reduce(Vector<float> x)
    {
        // Adding 1.5·2²³ leaves no fraction bits, which rounds to the nearest integer.
        Vector<float> shift = new(12582912f);
        Vector<float> n = Vector.FusedMultiplyAdd(x, new Vector<float>(1.44269504088896341f), shift) - shift;
        Vector<float> r = Vector.FusedMultiplyAdd(n, new Vector<float>(-0.693359375f), x);
        r = Vector.FusedMultiplyAdd(n, new Vector<float>(2.12194440e-4f), r);
        Vector<float> p = new(1.9875691500e-4f);
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.3981999507e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(8.3334519073e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(4.1665795894e-2f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.6666665459e-1f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(5.0000001201e-1f));
        p = Vector.FusedMultiplyAdd(p, r * r, r) + Vector<float>.One;
        return (p, Vector.ConvertToInt32Native(n));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> PowerOfTwo(Vector<int> n) =>
        Vector.AsVectorSingle(Vector.ShiftLeft(n + new Vector<int>(127), 23));

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
