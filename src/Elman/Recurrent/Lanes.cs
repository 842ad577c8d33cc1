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
    private readonly Flushing _flushing;

    /// <param name="first">Value 0 of the first unit.</param>
    /// <param name="stride">From one value of a unit to the next.</param>
    /// <param name="flushing">A constant, so that the compiler leaves out what is not asked for.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Lanes(ref float first, nint stride, Flushing flushing = Flushing.None)
    {
        _first = ref first;
        _stride = stride;
        _flushing = flushing;
    }

    /// <summary>Value <paramref name="index"/> of the units. The index is not checked: it is a constant below the unit's own count.</summary>
    public V this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            V value = V.Load(ref _first, index * _stride);
            return _flushing == Flushing.Read ? V.Flush(value) : value;
        }
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => V.Store(_flushing == Flushing.Written ? V.Flush(value) : value, ref _first, index * _stride);
    }
}

/// <summary>Which values are flushed: those that go on to the next step, or into products (<see cref="Denormals"/>). A chain that decays so ends at 0 and not among the denormal numbers.</summary>
internal enum Flushing
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those that a cell reads.</summary>
    Read,

    /// <summary>Those that a cell writes.</summary>
    Written,
}

/// <summary>Functions for the cells; a lane's bits depend on its value alone.</summary>
public static class Lanes
{
    /// <summary>1 / (1 + e^−x); below −43.66 it stays at 1.1e-19.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V>(V x)
        where V : struct, IVector<V> => VectorMath.GateSigmoid(x, V.Zero, V.Zero).Item1;

    /// <summary>The same of three vectors in less time than one after the other; what is not wanted can be dropped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V, V, V) Sigmoid<V>(V x, V y, V z)
        where V : struct, IVector<V> => VectorMath.GateSigmoid(x, y, z);

    /// <summary>tanh x; 0 where |x| is below 1.1e-19.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V>(V x)
        where V : struct, IVector<V> => VectorMath.GateTanh(x);
}
