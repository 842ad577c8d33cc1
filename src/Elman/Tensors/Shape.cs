using System.Diagnostics.CodeAnalysis;

namespace Elman;

/// <summary>The extents of a dense row-major tensor, outermost axis first; a scalar has rank 0.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    private readonly int[]? _extents;
    private readonly int _count;

    /// <summary>Makes a shape from its extents.</summary>
    /// <exception cref="ArgumentException">
    /// An extent is negative, or the number of elements exceeds <see cref="int.MaxValue"/>; an extent of 0 does not excuse the others.
    /// </exception>
    public Shape(params ReadOnlySpan<int> extents)
    {
        long count = 1;
        bool empty = false;
        foreach (int extent in extents)
        {
            if (extent < 0) throw new ArgumentException($"shape {Format(extents)} has a negative extent");
            if (extent == 0) empty = true;
            else count *= extent;
            if (count > int.MaxValue) throw new ArgumentException($"shape {Format(extents)} has more than {int.MaxValue} elements");
        }
        _extents = extents.ToArray();
        _count = empty ? 0 : (int)count;
    }

    /// <summary>Number of axes.</summary>
    public int Rank => Extents.Length;

    /// <summary>Number of elements: the product of all extents, 1 for a scalar.</summary>
    public int Count => _extents is null ? 1 : _count;

    /// <summary>The extents, outermost first.</summary>
    public ReadOnlySpan<int> Extents => _extents;

    /// <summary>The extent of one axis; <c>^1</c> is the innermost.</summary>
    public int this[Index axis] => Extents[axis];

    /// <summary>Whether both shapes have the same extents in the same order.</summary>
    public bool Equals(Shape other) => Extents.SequenceEqual(other.Extents);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int extent in Extents) hash.Add(extent);
        return hash.ToHashCode();
    }

    /// <summary>Whether both shapes have the same extents in the same order.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether the shapes differ.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>A shape from an array of extents.</summary>
    public static implicit operator Shape(int[] extents) => new(extents);

    /// <summary>The extents in brackets, for example <c>[5, 3, 10]</c>.</summary>
    public override string ToString() => Format(Extents);

    /// <summary>Turns an axis counted from either end (−1 is the innermost) into one counted from the start.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has no such axis.</exception>
    internal int Axis(int axis)
    {
        int rank = Rank;
        if (axis < -rank || axis >= rank)
            throw new ArgumentOutOfRangeException(nameof(axis), $"axis {axis} does not exist in shape {this} of rank {rank}");
        return axis < 0 ? axis + rank : axis;
    }

    /// <summary>Product of the extents from axis <paramref name="first"/> up to, not including, <paramref name="end"/>.</summary>
    internal int Product(int first, int end)
    {
        int product = 1;
        foreach (int extent in Extents[first..end]) product *= extent;
        return product;
    }

    /// <summary>Extents, or axes, in brackets.</summary>
    internal static string Format(ReadOnlySpan<int> extents) => "[" + string.Join(", ", extents.ToArray()) + "]";
}
