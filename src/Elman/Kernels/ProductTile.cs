using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Elman.Kernels;

/// <summary>
/// The innermost loops of <see cref="MatrixProduct"/>: a few rows times a few vectors of columns, whose accumulators stay in registers over all steps.
/// </summary>
/// <remarks>
/// Tiles, in rows × vectors. AVX2 has 16 registers and needs 8 chains to hide the multiply-add's latency (4 cycles × 2 units):
/// <list type="bullet">
/// <item><see cref="Tall{TRows}"/>, 6 × 2: 12 accumulators, two vectors of B, one broadcast of A; 8 loads for 12 multiply-adds. 5 × 2 and 4 × 2 for remainders.</item>
/// <item><see cref="Wide{TRows}"/>, 3 × 4 and 2 × 4: a few rows over two panels at once.</item>
/// <item><see cref="Row{TPanels, TFormat}"/>, 1 × 8: a single row over four panels at once; 1 × 6, 1 × 4 and 1 × 2 for remainders.</item>
/// </list>
/// One spelling serves every number of rows: the JIT compiles it for each <see cref="ICount"/> and drops the rows (or panels) that are not there. The tiles
/// skip its first tier, which would call every vector operation, and are never inlined: a caller that takes in many of them exhausts the JIT's budget
/// and calls vector operations again.
/// </remarks>
internal ref struct ProductTile
{
    /// <summary>Element (row, step) of A is at <c>row·ARow + step·AStep</c>, of S at <c>row·SRow + column</c>, of C at <c>row·CRow + column</c>; S is a null reference where the chains begin at zero.</summary>
    public ref float A, S, C;
    public nint ARow, AStep, SRow, CRow;

    /// <summary>How many rows or panels a tile has, known to the compiler.</summary>
    public interface ICount
    {
        static abstract int Count { get; }
    }

    public readonly struct One : ICount { public static int Count => 1; }

    public readonly struct Two : ICount { public static int Count => 2; }

    public readonly struct Three : ICount { public static int Count => 3; }

    public readonly struct Four : ICount { public static int Count => 4; }

    public readonly struct Five : ICount { public static int Count => 5; }

    public readonly struct Six : ICount { public static int Count => 6; }

    /// <summary>Up to 6 rows × one panel.</summary>
    /// <param name="b">The panel's first value.</param>
    /// <param name="ahead">What will be read soon: one line of it is fetched per step, <paramref name="aheadStep"/> bytes on at each.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Tall<TRows>(in ProductTile t, ref float b, int steps, ref float ahead, nint aheadStep)
        where TRows : struct, ICount
    {
        nint v = Vector<float>.Count;
        ref float a0 = ref t.A;
        ref float a1 = ref Unsafe.Add(ref a0, t.ARow);
        ref float a2 = ref Unsafe.Add(ref a1, t.ARow);
        ref float a3 = ref Unsafe.Add(ref a2, t.ARow);
        ref float a4 = ref Unsafe.Add(ref a3, t.ARow);
        ref float a5 = ref Unsafe.Add(ref a4, t.ARow);
        Vector<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        (c00, c01) = t.Start(0);
        if (TRows.Count > 1) (c10, c11) = t.Start(1);
        if (TRows.Count > 2) (c20, c21) = t.Start(2);
        if (TRows.Count > 3) (c30, c31) = t.Start(3);
        if (TRows.Count > 4) (c40, c41) = t.Start(4);
        if (TRows.Count > 5) (c50, c51) = t.Start(5);
        nint at = 0, stride = t.AStep;
        for (int step = 0; step < steps; step++, at += stride, b = ref Unsafe.Add(ref b, 2 * v))
        {
            Fetch(ref ahead);
            ahead = ref Unsafe.AddByteOffset(ref ahead, aheadStep);
            Vector<float> b0 = Vector.LoadUnsafe(ref b), b1 = Vector.LoadUnsafe(ref b, (nuint)v);
            Vector<float> x = new(Unsafe.Add(ref a0, at));
            c00 = Vector.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector.FusedMultiplyAdd(x, b1, c01);
            if (TRows.Count > 1)
            {
                x = new(Unsafe.Add(ref a1, at));
                c10 = Vector.FusedMultiplyAdd(x, b0, c10);
                c11 = Vector.FusedMultiplyAdd(x, b1, c11);
            }
            if (TRows.Count > 2)
            {
                x = new(Unsafe.Add(ref a2, at));
                c20 = Vector.FusedMultiplyAdd(x, b0, c20);
                c21 = Vector.FusedMultiplyAdd(x, b1, c21);
            }
            if (TRows.Count > 3)
            {
                x = new(Unsafe.Add(ref a3, at));
                c30 = Vector.FusedMultiplyAdd(x, b0, c30);
                c31 = Vector.FusedMultiplyAdd(x, b1, c31);
            }
            if (TRows.Count > 4)
            {
                x = new(Unsafe.Add(ref a4, at));
                c40 = Vector.FusedMultiplyAdd(x, b0, c40);
                c41 = Vector.FusedMultiplyAdd(x, b1, c41);
            }
            if (TRows.Count > 5)
            {
                x = new(Unsafe.Add(ref a5, at));
                c50 = Vector.FusedMultiplyAdd(x, b0, c50);
                c51 = Vector.FusedMultiplyAdd(x, b1, c51);
            }
        }
        t.Store(0, c00, c01);
        if (TRows.Count > 1) t.Store(1, c10, c11);
        if (TRows.Count > 2) t.Store(2, c20, c21);
        if (TRows.Count > 3) t.Store(3, c30, c31);
        if (TRows.Count > 4) t.Store(4, c40, c41);
        if (TRows.Count > 5) t.Store(5, c50, c51);
    }

    /// <summary>2 or 3 rows × two panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Wide<TRows>(in ProductTile t, ref float left, ref float right, int steps)
        where TRows : struct, ICount
    {
        nint v = Vector<float>.Count;
        ref float a0 = ref t.A;
        ref float a1 = ref Unsafe.Add(ref a0, t.ARow);
        ref float a2 = ref Unsafe.Add(ref a1, t.ARow);
        (Vector<float> c00, Vector<float> c01) = t.Start(0);
        (Vector<float> c02, Vector<float> c03) = t.Start(0, 2 * v);
        (Vector<float> c10, Vector<float> c11) = t.Start(1);
        (Vector<float> c12, Vector<float> c13) = t.Start(1, 2 * v);
        Vector<float> c20 = default, c21 = default, c22 = default, c23 = default;
        if (TRows.Count > 2)
        {
            (c20, c21) = t.Start(2);
            (c22, c23) = t.Start(2, 2 * v);
        }
        nint at = 0, from = 0, stride = t.AStep;
        for (int step = 0; step < steps; step++, at += stride, from += 2 * v)
        {
            Vector<float> x0 = new(Unsafe.Add(ref a0, at)), x1 = new(Unsafe.Add(ref a1, at)), x2 = default;
            if (TRows.Count > 2) x2 = new(Unsafe.Add(ref a2, at));
            Vector<float> b = Vector.LoadUnsafe(ref left, (nuint)from);
            c00 = Vector.FusedMultiplyAdd(x0, b, c00);
            c10 = Vector.FusedMultiplyAdd(x1, b, c10);
            if (TRows.Count > 2) c20 = Vector.FusedMultiplyAdd(x2, b, c20);
            b = Vector.LoadUnsafe(ref left, (nuint)(from + v));
            c01 = Vector.FusedMultiplyAdd(x0, b, c01);
            c11 = Vector.FusedMultiplyAdd(x1, b, c11);
            if (TRows.Count > 2) c21 = Vector.FusedMultiplyAdd(x2, b, c21);
            b = Vector.LoadUnsafe(ref right, (nuint)from);
            c02 = Vector.FusedMultiplyAdd(x0, b, c02);
            c12 = Vector.FusedMultiplyAdd(x1, b, c12);
            if (TRows.Count > 2) c22 = Vector.FusedMultiplyAdd(x2, b, c22);
            b = Vector.LoadUnsafe(ref right, (nuint)(from + v));
            c03 = Vector.FusedMultiplyAdd(x0, b, c03);
            c13 = Vector.FusedMultiplyAdd(x1, b, c13);
            if (TRows.Count > 2) c23 = Vector.FusedMultiplyAdd(x2, b, c23);
        }
        t.Store(0, c00, c01);
        t.Store(0, c02, c03, 2 * v);
        t.Store(1, c10, c11);
        t.Store(1, c12, c13, 2 * v);
        if (TRows.Count > 2)
        {
            t.Store(2, c20, c21);
            t.Store(2, c22, c23, 2 * v);
        }
    }

    /// <summary>How the values of a panel lie in memory.</summary>
    public interface IPanelFormat
    {
        /// <summary>Words of four bytes of a panel's step.</summary>
        static abstract int Words { get; }

        /// <summary>The left vector of a step. Each is loaded where it is multiplied, so that the load becomes part of the multiply-add.</summary>
        static abstract Vector<float> Left(ref float panel, nint at);

        /// <summary>The right vector of a step.</summary>
        static abstract Vector<float> Right(ref float panel, nint at);
    }

    /// <summary>Single precision: the left vector, then the right one.</summary>
    public readonly struct Single : IPanelFormat
    {
        public static int Words => 2 * Vector<float>.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Left(ref float panel, nint at) => Vector.LoadUnsafe(ref panel, (nuint)at);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Right(ref float panel, nint at) => Vector.LoadUnsafe(ref panel, (nuint)(at + Vector<float>.Count));
    }

    /// <summary>bfloat16, the upper half of a single: each word holds a value of the left vector in its lower half and one of the right vector in its upper half.</summary>
    public readonly struct BFloat16 : IPanelFormat
    {
        public static int Words => Vector<float>.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Left(ref float panel, nint at) =>
            Vector.AsVectorSingle(Vector.ShiftLeft(Vector.AsVectorUInt32(Vector.LoadUnsafe(ref panel, (nuint)at)), 16));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Right(ref float panel, nint at) =>
            Vector.AsVectorSingle(Vector.AsVectorUInt32(Vector.LoadUnsafe(ref panel, (nuint)at)) & new Vector<uint>(0xFFFF0000));
    }

    /// <summary>One row × up to four panels. Takes references one by one: a structure of them would have to be cleared on the stack, which takes as long as the
    /// product of a small cell.</summary>
    /// <param name="a">[steps], <paramref name="aStep"/> apart.</param>
    /// <param name="start">Where the chains begin; a null reference for zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Row<TPanels, TFormat>(ref float a, nint aStep, ref float b, int steps, ref float start, ref float c)
        where TPanels : struct, ICount
        where TFormat : struct, IPanelFormat
    {
        nint v = Vector<float>.Count, panelSize = (nint)steps * TFormat.Words;
        ref float b1 = ref Unsafe.Add(ref b, panelSize);
        ref float b2 = ref Unsafe.Add(ref b1, panelSize);
        ref float b3 = ref Unsafe.Add(ref b2, panelSize);
        Vector<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        if (!Unsafe.IsNullRef(ref start))
        {
            (c0, c1) = (Single.Left(ref start, 0), Single.Right(ref start, 0));
            if (TPanels.Count > 1) (c2, c3) = (Single.Left(ref start, 2 * v), Single.Right(ref start, 2 * v));
            if (TPanels.Count > 2) (c4, c5) = (Single.Left(ref start, 4 * v), Single.Right(ref start, 4 * v));
            if (TPanels.Count > 3) (c6, c7) = (Single.Left(ref start, 6 * v), Single.Right(ref start, 6 * v));
        }
        nint at = 0, from = 0;
        for (int step = 0; step < steps; step++, at += aStep, from += TFormat.Words)
        {
            Vector<float> x = new(Unsafe.Add(ref a, at));
            c0 = Vector.FusedMultiplyAdd(x, TFormat.Left(ref b, from), c0);
            c1 = Vector.FusedMultiplyAdd(x, TFormat.Right(ref b, from), c1);
            if (TPanels.Count > 1)
            {
                c2 = Vector.FusedMultiplyAdd(x, TFormat.Left(ref b1, from), c2);
                c3 = Vector.FusedMultiplyAdd(x, TFormat.Right(ref b1, from), c3);
            }
            if (TPanels.Count > 2)
            {
                c4 = Vector.FusedMultiplyAdd(x, TFormat.Left(ref b2, from), c4);
                c5 = Vector.FusedMultiplyAdd(x, TFormat.Right(ref b2, from), c5);
            }
            if (TPanels.Count > 3)
            {
                c6 = Vector.FusedMultiplyAdd(x, TFormat.Left(ref b3, from), c6);
                c7 = Vector.FusedMultiplyAdd(x, TFormat.Right(ref b3, from), c7);
            }
        }
        Store(ref c, c0, c1);
        if (TPanels.Count > 1) Store(ref Unsafe.Add(ref c, 2 * v), c2, c3);
        if (TPanels.Count > 2) Store(ref Unsafe.Add(ref c, 4 * v), c4, c5);
        if (TPanels.Count > 3) Store(ref Unsafe.Add(ref c, 6 * v), c6, c7);
    }

    /// <summary>Asks for a cache line where the platform lets one ask; it need not be readable memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Fetch(ref float line)
    {
        if (Sse.IsSupported) Sse.Prefetch1(Unsafe.AsPointer(ref line));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly (Vector<float> Left, Vector<float> Right) Start(nint row, nint column = 0)
    {
        if (Unsafe.IsNullRef(ref S)) return (Vector<float>.Zero, Vector<float>.Zero);
        ref float from = ref Unsafe.Add(ref S, row * SRow + column);
        return (Vector.LoadUnsafe(ref from), Vector.LoadUnsafe(ref from, (nuint)Vector<float>.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Store(nint row, Vector<float> left, Vector<float> right, nint column = 0) =>
        Store(ref Unsafe.Add(ref C, row * CRow + column), left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref float to, Vector<float> left, Vector<float> right)
    {
        left.StoreUnsafe(ref to);
        right.StoreUnsafe(ref to, (nuint)Vector<float>.Count);
    }
}
