using System.Numerics;
using System.Runtime.CompilerServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// How the values of a layer's units lie where each unit has several (products of its gates, coefficients): [block][value][unit of the block]. A block has as many units as the widest vector that the
/// processor computes well has lanes, so that a value of all of them is one vector; units that do not fill such a block are in one of V units, padded.
/// </summary>
/// <param name="Units">H, or how many there are.</param>
internal readonly record struct UnitOrder(int Units)
{
    /// <summary>V, the units of the smallest block.</summary>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector<float>.Count;
    }

    /// <summary>Units rounded up to multiples of V.</summary>
    public int Padded
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (Units + Width - 1) / Width * Width;
    }

    /// <summary>Units in wide blocks; all others are in one of V.</summary>
    public int Wide
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => WideEnd(0, Padded);
    }

    /// <summary>Where wide blocks end, of the blocks from one unit to another, the first of which begins one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WideEnd(int first, int end) => WideVector.IsSupported ? first + ((end - first) & -WideVector.Count) : first;

    /// <summary>Units of the block that a unit is in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int WidthAt(int unit) => unit < Wide ? WideVector.Count : Width;

    /// <summary>Where value <paramref name="value"/> of <paramref name="values"/> of a unit lies; those of the other units of its block follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Place(int unit, int value, int values)
    {
        int width = WidthAt(unit), first = unit / width * width;
        return first * values + value * width + unit - first;
    }

    /// <summary>The unit and the value that lie at a place: the reverse of <see cref="Place"/>.</summary>
    public (int Unit, int Value) At(int place, int values)
    {
        int width = place < Wide * values ? WideVector.Count : Width, first = place / (values * width) * width, inside = place - first * values;
        return (first + inside % width, inside / width);
    }
}
