using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Elman.Kernels;

/// <summary>A vector of 512 bits beside usual ones of 256: a whole panel, and the units of a wide block.</summary>
internal struct WideVector(Vector512<float> lanes) : IVector<WideVector>
{
    private Vector512<float> _lanes = lanes;

    /// <summary>Whether the processor computes such vectors faster than two usual ones, and they fit the layout of panels.</summary>
    public static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated && 2 * Vector<float>.Count == Count;
    }

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<float>.Count;
    }

    public static WideVector Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<float>.Zero);
    }

    public static WideVector One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<float>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector Create(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector operator +(WideVector left, WideVector right) => new(left._lanes + right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector operator -(WideVector left, WideVector right) => new(left._lanes - right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector operator *(WideVector left, WideVector right) => new(left._lanes * right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector operator /(WideVector left, WideVector right) => new(left._lanes / right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector operator -(WideVector value) => new(-value._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector FusedMultiplyAdd(WideVector x, WideVector y, WideVector z) => new(Vector512.FusedMultiplyAdd(x._lanes, y._lanes, z._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector Max(WideVector left, WideVector right) => new(Vector512.Max(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector Min(WideVector left, WideVector right) => new(Vector512.Min(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector Abs(WideVector value) => new(Vector512.Abs(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector LessThan(WideVector left, WideVector right) => new(Vector512.LessThan(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector LessThanOrEqual(WideVector left, WideVector right) => new(Vector512.LessThanOrEqual(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector And(WideVector left, WideVector right) => new(Vector512.BitwiseAnd(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector Select(WideVector mask, WideVector then, WideVector otherwise) => new(Vector512.ConditionalSelect(mask._lanes, then._lanes, otherwise._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector Flush(WideVector value)
    {
        Vector512<int> bits = value._lanes.AsInt32(), isSmall = Vector512.Equals(bits & Vector512.Create(Denormals.LargeBits), Vector512<int>.Zero);
        return new(Vector512.ConditionalSelect(isSmall, bits & Vector512.Create(~Denormals.MagnitudeBits), bits).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector MaxNative(WideVector left, WideVector right) => new(Vector512.MaxNative(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector MinNative(WideVector left, WideVector right) => new(Vector512.MinNative(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector ShiftLeft(WideVector bits, int count) => new(Vector512.ShiftLeft(bits._lanes.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideVector Load(ref float from, nint at) => new(Vector512.LoadUnsafe(ref from, (nuint)at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(WideVector value, ref float to, nint at) => value._lanes.StoreUnsafe(ref to, (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(WideVector x, WideVector y, ref WideVector sum) => sum._lanes = Vector512.FusedMultiplyAdd(x._lanes, y._lanes, sum._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(WideVector x, ref float y, nint at, ref WideVector sum) => sum._lanes = Vector512.FusedMultiplyAdd(x._lanes, Vector512.LoadUnsafe(ref y, (nuint)at), sum._lanes);
}
