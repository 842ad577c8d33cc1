using System.Numerics;
using System.Runtime.CompilerServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// The values of V neighbouring units of one row, V = <c>Vector&lt;float&gt;.Count</c>: lane k of vector i is value i (a gate, a state)
/// of unit k. What an <see cref="IRecurrentUnit"/> computes with.
/// </summary>
public readonly ref struct Lanes
{
    private readonly ref float _first;
    private readonly nint _stride;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Lanes(ref float first, nint stride)
    {
        _first = ref first;
        _stride = stride;
    }

    /// <summary>Value <paramref name="index"/> of the V units. The index is not checked: it is a constant below the unit's own count.</summary>
    public Vector<float> this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector.LoadUnsafe(ref Unsafe.Add(ref _first, index * _stride));
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => value.StoreUnsafe(ref Unsafe.Add(ref _first, index * _stride));
    }

    /// <summary>1 / (1 + e^−x), the same bits in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x) => VectorMath.Sigmoid(x);

    /// <summary>The same of three vectors in less time than one after the other; what is not wanted can be dropped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<float>, Vector<float>, Vector<float>) Sigmoid(Vector<float> x, Vector<float> y, Vector<float> z) => VectorMath.Sigmoid(x, y, z);

    /// <summary>tanh x, the same bits in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Tanh(Vector<float> x) => VectorMath.Tanh(x);
}
