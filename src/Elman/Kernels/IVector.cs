namespace Elman;

/// <summary>
/// A vector of single-precision numbers, one for each of its lanes. Kernels and cells are written once for any such type; the library has two, one as wide as
/// <c>Vector&lt;float&gt;</c> and one of 512 bits for processors that have them, and gives the same bits in either. All operations treat each lane alone.
/// </summary>
/// <typeparam name="V">The type itself.</typeparam>
public interface IVector<V>
    where V : struct, IVector<V>
{
    /// <summary>0 in every lane.</summary>
    static abstract V Zero { get; }

    /// <summary>1 in every lane.</summary>
    static abstract V One { get; }

    /// <summary>The number of lanes.</summary>
    internal static abstract int Count { get; }

    /// <summary>The same number in every lane.</summary>
    static abstract V Create(float value);

    /// <summary>The sum.</summary>
    static abstract V operator +(V left, V right);

    /// <summary>The difference.</summary>
    static abstract V operator -(V left, V right);

    /// <summary>The product.</summary>
    static abstract V operator *(V left, V right);

    /// <summary>The quotient.</summary>
    static abstract V operator /(V left, V right);

    /// <summary>The opposite number.</summary>
    static abstract V operator -(V value);

    /// <summary>x·y + z, rounded once.</summary>
    static abstract V FusedMultiplyAdd(V x, V y, V z);

    /// <summary>The larger number, or NaN if either is.</summary>
    static abstract V Max(V left, V right);

    /// <summary>The smaller number, or NaN if either is.</summary>
    static abstract V Min(V left, V right);

    /// <summary>The number without its sign.</summary>
    static abstract V Abs(V value);

    /// <summary>A mask of the lanes in which <paramref name="left"/> is smaller.</summary>
    static abstract V LessThan(V left, V right);

    /// <summary>A mask of the lanes in which <paramref name="left"/> is smaller or the same.</summary>
    static abstract V LessThanOrEqual(V left, V right);

    /// <summary>The lanes that two masks share.</summary>
    static abstract V And(V left, V right);

    /// <summary>In the lanes of a mask <paramref name="then"/>, in the others <paramref name="otherwise"/>.</summary>
    static abstract V Select(V mask, V then, V otherwise);

    /// <summary>0 with its sign where the number is too small to matter (<see cref="Kernels.Denormals"/>), else the number.</summary>
    internal static abstract V Flush(V value);

    /// <summary>The larger number, in one instruction: <paramref name="right"/> if either is NaN, or on Arm NaN.</summary>
    internal static abstract V MaxNative(V left, V right);

    /// <summary>The smaller number, in one instruction: as <see cref="MaxNative"/> where either is NaN.</summary>
    internal static abstract V MinNative(V left, V right);

    /// <summary>The bits of each lane, shifted as a whole number.</summary>
    internal static abstract V ShiftLeft(V bits, int count);

    /// <summary>The numbers from <c>from[at]</c> on.</summary>
    internal static abstract V Load(ref float from, nint at);

    internal static abstract void Store(V value, ref float to, nint at);

    /// <summary>Adds x·y to a sum, rounded once: what <see cref="FusedMultiplyAdd"/> does, but so that the compiler leaves the sum in its register.</summary>
    internal static abstract void Accumulate(V x, V y, ref V sum);

    /// <summary>The same with the y from <c>y[at]</c> on, in one instruction.</summary>
    internal static abstract void Accumulate(V x, ref float y, nint at, ref V sum);
}
