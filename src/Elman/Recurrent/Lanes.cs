using System.Runtime.CompilerServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// The values of as many neighbouring units of one row as a vector has lanes: lane k of vector i is value i (a gate, a state)
/// of unit k. What an <see cref="IRecurrentUnit"/> computes with.
/// </summary>
/// <typeparam name="V">The vector.</typeparam>
public readonly ref struct Lanes<V>
    where V : struct, IVector<V>
{
    private readonly ref float _first;
    private readonly nint _stride;

    /// <param name="first">Value 0 of the first unit.</param>
    /// <param name="stride">From one value of a unit to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Lanes(ref float first, nint stride)
    {
        _first = ref first;
        _stride = stride;
    }

    /// <summary>Value <paramref name="index"/> of the units. The index is not checked: it is a constant below the unit's own count.</summary>
    public V this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Load(ref _first, index * _stride);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => V.Store(value, ref _first, index * _stride);
    }
}

/// <summary>Functions for the cells; a lane's bits depend on its value alone.</summary>
public static class Lanes
{
    /// <summary>1 / (1 + e^−x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V>(V x)
        where V : struct, IVector<V> => VectorMath.Sigmoid(x);

    /// <summary>The same of three vectors in less time than one after the other; what is not wanted can be dropped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V, V) Sigmoid<V>(V x, V y, V z)
        where V : struct, IVector<V> => VectorMath.Sigmoid(x, y, z);

    /// <summary>tanh x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V>(V x)
        where V : struct, IVector<V> => VectorMath.Tanh(x);
}
