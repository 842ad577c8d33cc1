using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Elman.Kernels;

/// <summary>
/// Numbers that are too small to matter become 0, with their sign, where a computation makes them or is given them: processors take 50 to 200 times as long for a
/// denormal one, and .NET cannot switch that off. The bound is 2⁻⁶³, 1.1e-19: no product of two numbers that are not below it is denormal.
/// </summary>
internal static class Denormals
{
    /// <summary>The smallest magnitude that stays.</summary>
    public const float Bound = 1.08420217e-19f;

    /// <summary>The smallest that stays of what is a sum of squares: the smallest normal number, and the square of <see cref="Bound"/>.</summary>
    public const float SquareBound = 1.17549435e-38f;

    /// <summary>The bits of which a magnitude of at least <see cref="Bound"/> has one or both: those of exponents from −63 on.</summary>
    public const int LargeBits = 0x60000000;

    /// <summary>All bits but that of the sign.</summary>
    public const int MagnitudeBits = 0x7FFFFFFF;

    /// <summary>Flushes each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Flush(Vector<float> value)
    {
        Vector<int> bits = Vector.AsVectorInt32(value), isSmall = Vector.Equals(bits & new Vector<int>(LargeBits), Vector<int>.Zero);
        return Vector.AsVectorSingle(Vector.AndNot(bits, isSmall & new Vector<int>(MagnitudeBits)));
    }

    /// <summary>Flushes each lane that is below a bound of its own; not a number stays so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Flush(Vector<float> value, float bound) =>
        Vector.ConditionalSelect(Vector.LessThan(Vector.Abs(value), new Vector<float>(bound)), Vector<float>.Zero, value);

    /// <summary>Flushes each lane of what an optimizer remembers; zeros have no sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> FlushMean(Vector<float> mean) => Flush(mean, Bound);

    /// <summary>The same of sums of squares, which have no sign: below <see cref="SquareBound"/> they become 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> FlushSquare(Vector<float> sum) => Vector.ConditionalSelect(Vector.LessThan(sum, new Vector<float>(SquareBound)), Vector<float>.Zero, sum);

    /// <summary>Flushes each value.</summary>
    public static void Flush(Span<float> values) => Flush(values, values);

    /// <summary>Copies values, flushed.</summary>
    /// <exception cref="ArgumentException"><paramref name="to"/> is shorter.</exception>
    public static void Flush(ReadOnlySpan<float> from, Span<float> to)
    {
        if (to.Length < from.Length) throw new ArgumentException($"{from.Length} values do not fit into {to.Length}");
        ref float source = ref MemoryMarshal.GetReference(from), target = ref MemoryMarshal.GetReference(to);
        nint at = 0;
        for (; at <= from.Length - UsualVector.Count; at += UsualVector.Count) UsualVector.Store(UsualVector.Flush(UsualVector.Load(ref source, at)), ref target, at);
        for (; at < from.Length; at++) Unsafe.Add(ref target, at) = Flush(Unsafe.Add(ref source, at));
    }

    /// <summary>Multiplies values, which go on from step to step, by factors of any size.</summary>
    public static void Multiply(Span<float> values, ReadOnlySpan<float> factors)
    {
        int at = 0, width = Vector<float>.Count;
        for (; at <= values.Length - width; at += width) Flush(new Vector<float>(values[at..]) * Flush(new Vector<float>(factors[at..]))).CopyTo(values[at..]);
        for (; at < values.Length; at++) values[at] = Flush(values[at] * Flush(factors[at]));
    }

    /// <summary>Whether flushing would change any of so many values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(ref float values, nint count)
    {
        nint at = 0;
        if (count >= UsualVector.Count)
        {
            Vector<int> found = Vector<int>.Zero;
            for (; at <= count - UsualVector.Count; at += UsualVector.Count)
            {
                Vector<float> value = Vector.LoadUnsafe(ref values, (nuint)at);
                found |= Vector.AndNot(Vector.Equals(Vector.AsVectorInt32(value) & new Vector<int>(LargeBits), Vector<int>.Zero), Vector.Equals(value, Vector<float>.Zero));
            }
            if (found != Vector<int>.Zero) return true;
        }
        for (; at < count; at++)
            if (IsSmall(Unsafe.Add(ref values, at))) return true;
        return false;
    }

    /// <summary>The values themselves, or where flushing changes any of them a copy in a rented buffer.</summary>
    /// <param name="rented">To be returned by <see cref="Return"/>.</param>
    public static ReadOnlySpan<float> Flushed(ReadOnlySpan<float> values, out float[]? rented)
    {
        rented = null;
        if (!Any(ref MemoryMarshal.GetReference(values), values.Length)) return values;
        rented = ArrayPool<float>.Shared.Rent(values.Length);
        Flush(values, rented);
        return rented.AsSpan(0, values.Length);
    }

    /// <inheritdoc cref="Flushed(ReadOnlySpan{float}, out float[])"/>
    public static Memory<float> Flushed(Memory<float> values, out float[]? rented)
    {
        Flushed(values.Span, out rented);
        return rented is null ? values : rented.AsMemory(0, values.Length);
    }

    /// <summary>Gives a buffer back, if there is one.</summary>
    public static void Return([MaybeNull] float[]? rented)
    {
        if (rented is not null) ArrayPool<float>.Shared.Return(rented);
    }

    private static float Flush(float value) => IsSmall(value) ? MathF.CopySign(0, value) : value;

    /// <summary>Whether a value is below the bound and not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSmall(float value) => (BitConverter.SingleToUInt32Bits(value) << 1) - 1 < (LargeBits & ~0x40000000u) * 2 - 1;
}
