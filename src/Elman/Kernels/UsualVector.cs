using System.Numerics;
using System.Runtime.CompilerServices;

namespace Elman.Kernels;

/// <summary>A vector as wide as the runtime makes <c>Vector&lt;float&gt;</c>: half a panel, and the units of one block.</summary>
internal struct UsualVector(Vector<float> lanes) : IVector<UsualVector>
{
    private Vector<float> _lanes = lanes;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector<float>.Count;
    }

    /// <summary>Copies so many values; for few of them sooner than a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ref float from, ref float to, nint count)
    {
        nint at = 0;
        for (; at <= count - Count; at += Count) Store(Load(ref from, at), ref to, at);
        for (; at < count; at++) Unsafe.Add(ref to, at) = Unsafe.Add(ref from, at);
    }

    public static UsualVector Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector<float>.Zero);
    }

    public static UsualVector One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector<float>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector Create(float value) => new(new Vector<float>(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector operator +(UsualVector left, UsualVector right) => new(left._lanes + right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector operator -(UsualVector left, UsualVector right) => new(left._lanes - right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector operator *(UsualVector left, UsualVector right) => new(left._lanes * right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector operator /(UsualVector left, UsualVector right) => new(left._lanes / right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector operator -(UsualVector value) => new(-value._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector FusedMultiplyAdd(UsualVector x, UsualVector y, UsualVector z) => new(Vector.FusedMultiplyAdd(x._lanes, y._lanes, z._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector Max(UsualVector left, UsualVector right) => new(Vector.Max(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector Min(UsualVector left, UsualVector right) => new(Vector.Min(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector Abs(UsualVector value) => new(Vector.Abs(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector LessThan(UsualVector left, UsualVector right) => new(Vector.AsVectorSingle(Vector.LessThan(left._lanes, right._lanes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector LessThanOrEqual(UsualVector left, UsualVector right) => new(Vector.AsVectorSingle(Vector.LessThanOrEqual(left._lanes, right._lanes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector And(UsualVector left, UsualVector right) => new(Vector.BitwiseAnd(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector Select(UsualVector mask, UsualVector then, UsualVector otherwise) => new(Vector.ConditionalSelect(mask._lanes, then._lanes, otherwise._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector Flush(UsualVector value) => new(Denormals.Flush(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector MaxNative(UsualVector left, UsualVector right) => new(Vector.MaxNative(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector MinNative(UsualVector left, UsualVector right) => new(Vector.MinNative(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector ShiftLeft(UsualVector bits, int count) => new(Vector.AsVectorSingle(Vector.ShiftLeft(Vector.AsVectorInt32(bits._lanes), count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UsualVector Load(ref float from, nint at) => new(Vector.LoadUnsafe(ref from, (nuint)at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(UsualVector value, ref float to, nint at) => value._lanes.StoreUnsafe(ref to, (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(UsualVector x, UsualVector y, ref UsualVector sum) => sum._lanes = Vector.FusedMultiplyAdd(x._lanes, y._lanes, sum._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(UsualVector x, ref float y, nint at, ref UsualVector sum) => sum._lanes = Vector.FusedMultiplyAdd(x._lanes, Vector.LoadUnsafe(ref y, (nuint)at), sum._lanes);
}
