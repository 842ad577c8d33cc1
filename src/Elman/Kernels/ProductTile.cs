using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Elman.Kernels;

/// <summary>
/// The innermost loops of <see cref="MatrixProduct"/>: a few rows times a few vectors of columns, whose accumulators stay in registers over all steps.
/// </summary>
/// <remarks>
/// Tiles, in rows × vectors. AVX2 has 16 registers and needs 8 chains to hide the multiply-add's latency (4 cycles × 2 units):
/// <list type="bullet">
/// <item><see cref="Tall{TRows, TOrder, TVectors, TVector}"/>, 6 × 2: 12 accumulators, two vectors of B, one broadcast of A; 8 loads for 12 multiply-adds. 5 × 2 and 4 × 2 for remainders. With AVX-512 the
/// two vectors are two panels, so that layout, chains and bits stay what they are with 256 bits.</item>
/// <item><see cref="Wide{TRows}"/>, 3 × 4 and 2 × 4: a few rows over two panels at once.</item>
/// <item><see cref="Row{TPanels, TFormat}"/>, 1 × 12: a single row over six panels at once, whose vectors are operands of the multiply-adds; 13 loads for 12 of them. Fewer panels for remainders.</item>
/// </list>
/// Four steps a turn, because everything beside the 20 instructions of a step (6 × 2) counts where a core is shared (docs/performance.md). One spelling serves every number of rows: the JIT compiles it for each
/// <see cref="ICount"/> and drops the rows (or panels) that are not there. References to accumulators keep them in registers; a structure would not. The tiles
/// skip its first tier, which would call every vector operation, and are never inlined: a caller that takes in many of them exhausts the JIT's budget
/// and calls vector operations again.
/// </remarks>
internal ref struct ProductTile
{
    /// <summary>Element (row, step) of A is at <c>row·ARow + step</c>, unless a tile's rows are interleaved; of S at <c>row·SRow + column</c>, of C at <c>row·CRow + column</c>; S is a null reference where the chains begin at zero.</summary>
    public ref float A, S, C;
    public nint ARow, SRow, CRow;

    /// <summary>The values of A from <see cref="Steps"/> on: element (row, step) is at <c>row·ThenRow + step − Steps</c>.</summary>
    public ref float Then;
    public nint ThenRow;

    /// <summary>How many steps are in <see cref="A"/>, and how many follow in <see cref="Then"/>.</summary>
    public int Steps, ThenSteps;

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

    /// <summary>How the values of A lie for a tile of several rows.</summary>
    public interface IOrder
    {
        /// <summary>Whether the rows of a step are neighbours, [step][row of the tile]; else the steps of a row are.</summary>
        static abstract bool Interleaved { get; }
    }

    public readonly struct ByRow : IOrder { public static bool Interleaved => false; }

    public readonly struct ByStep : IOrder { public static bool Interleaved => true; }

    /// <summary>The two vectors of a step in a tile of several rows.</summary>
    public interface IVectors<TVector>
    {
        /// <summary>How many panels they are from.</summary>
        static abstract int Panels { get; }

        /// <summary>Columns of a vector.</summary>
        static abstract int Columns { get; }

        /// <summary>From the left vector of a step to the right one.</summary>
        static abstract nint Right(nint panelSize);

        static abstract TVector Broadcast(float value);

        static abstract TVector Load(ref float from, nint at);

        static abstract void Store(TVector vector, ref float to, nint at);

        /// <summary>x·b + c, rounded once.</summary>
        static abstract TVector MultiplyAdd(TVector x, TVector b, TVector c);
    }

    /// <summary>The two vectors of a panel.</summary>
    public readonly struct OnePanel : IVectors<Vector<float>>
    {
        public static int Panels => 1;

        public static int Columns => Vector<float>.Count;

        public static nint Right(nint panelSize) => Vector<float>.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Broadcast(float value) => new(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Load(ref float from, nint at) => Vector.LoadUnsafe(ref from, (nuint)at);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector<float> vector, ref float to, nint at) => vector.StoreUnsafe(ref to, (nuint)at);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> MultiplyAdd(Vector<float> x, Vector<float> b, Vector<float> c) => Vector.FusedMultiplyAdd(x, b, c);
    }

    /// <summary>Two panels of 16 columns, a vector of 512 bits each.</summary>
    public readonly struct TwoPanels : IVectors<Vector512<float>>
    {
        /// <summary>Whether the processor multiplies such vectors faster than those of <see cref="OnePanel"/>, of which two make one of them.</summary>
        public static bool IsSupported => Vector512.IsHardwareAccelerated && 2 * Vector<float>.Count == Columns;

        public static int Panels => 2;

        public static int Columns => Vector512<float>.Count;

        public static nint Right(nint panelSize) => panelSize;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Load(ref float from, nint at) => Vector512.LoadUnsafe(ref from, (nuint)at);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector512<float> vector, ref float to, nint at) => vector.StoreUnsafe(ref to, (nuint)at);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> MultiplyAdd(Vector512<float> x, Vector512<float> b, Vector512<float> c) => Vector512.FusedMultiplyAdd(x, b, c);
    }

    /// <summary>Up to 6 rows × two vectors of columns, which are one panel or two, and as many such tiles below it as are asked for.</summary>
    /// <param name="panel">The first value of the (left) panel.</param>
    /// <param name="panelSize">From one panel to the next.</param>
    /// <param name="ahead">What will be read soon: <paramref name="aheadStep"/> bytes of each panel are fetched per step.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Tall<TRows, TOrder, TVectors, TVector>(in ProductTile first, int tiles, ref float panel, nint panelSize, ref float ahead, nint aheadStep)
        where TRows : struct, ICount
        where TOrder : struct, IOrder
        where TVectors : struct, IVectors<TVector>
        where TVector : struct
    {
        ProductTile t = first;
        nint next = TOrder.Interleaved ? TRows.Count : 1;
        nint v = 2 * Vector<float>.Count, right = TVectors.Right(panelSize);
        for (; tiles > 0; tiles--, t.Below(TRows.Count))
        {
            TVector c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
            TVector c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
            (c00, c01) = t.Start<TVectors, TVector>(0);
            if (TRows.Count > 1) (c10, c11) = t.Start<TVectors, TVector>(1);
            if (TRows.Count > 2) (c20, c21) = t.Start<TVectors, TVector>(2);
            if (TRows.Count > 3) (c30, c31) = t.Start<TVectors, TVector>(3);
            if (TRows.Count > 4) (c40, c41) = t.Start<TVectors, TVector>(4);
            if (TRows.Count > 5) (c50, c51) = t.Start<TVectors, TVector>(5);
            nint aRow = t.ARow;
            int left = t.Steps, then = t.ThenSteps;
            ref float a0 = ref t.A, b = ref panel;
            while (true)
            {
                ref float a1 = ref Unsafe.Add(ref a0, aRow), a2 = ref Unsafe.Add(ref a1, aRow), a3 = ref Unsafe.Add(ref a2, aRow), a4 = ref Unsafe.Add(ref a3, aRow), a5 = ref Unsafe.Add(ref a4, aRow);
                nint at = 0;
                for (; left >= 4; left -= 4, at += 4 * next, b = ref Unsafe.Add(ref b, 4 * v))
                {
                    // A line is 64 bytes: one, two or four of them hold what four steps ask for.
                    FetchStep<TVectors, TVector>(ref ahead, right);
                    if (aheadStep > 16) FetchStep<TVectors, TVector>(ref Unsafe.AddByteOffset(ref ahead, 2 * aheadStep), right);
                    if (aheadStep > 32)
                    {
                        FetchStep<TVectors, TVector>(ref Unsafe.AddByteOffset(ref ahead, aheadStep), right);
                        FetchStep<TVectors, TVector>(ref Unsafe.AddByteOffset(ref ahead, 3 * aheadStep), right);
                    }
                    ahead = ref Unsafe.AddByteOffset(ref ahead, 4 * aheadStep);
                    Step<TRows, TOrder, TVectors, TVector>(ref b, 0, right, at, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
                    Step<TRows, TOrder, TVectors, TVector>(ref b, v, right, at + next, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
                    Step<TRows, TOrder, TVectors, TVector>(ref b, 2 * v, right, at + 2 * next, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
                    Step<TRows, TOrder, TVectors, TVector>(ref b, 3 * v, right, at + 3 * next, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
                }
                for (; left > 0; left--, at += next, b = ref Unsafe.Add(ref b, v))
                    Step<TRows, TOrder, TVectors, TVector>(ref b, 0, right, at, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
                if (then == 0) break;
                a0 = ref t.Then;
                aRow = t.ThenRow;
                (left, then) = (then, 0);
            }
            t.Store<TVectors, TVector>(0, c00, c01);
            if (TRows.Count > 1) t.Store<TVectors, TVector>(1, c10, c11);
            if (TRows.Count > 2) t.Store<TVectors, TVector>(2, c20, c21);
            if (TRows.Count > 3) t.Store<TVectors, TVector>(3, c30, c31);
            if (TRows.Count > 4) t.Store<TVectors, TVector>(4, c40, c41);
            if (TRows.Count > 5) t.Store<TVectors, TVector>(5, c50, c51);
        }
    }

    /// <summary>One step of <see cref="Tall"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows, TOrder, TVectors, TVector>(ref float b, nint from, nint right, nint at, ref float a0, ref float a1, ref float a2, ref float a3, ref float a4, ref float a5,
        ref TVector c00, ref TVector c01, ref TVector c10, ref TVector c11, ref TVector c20, ref TVector c21,
        ref TVector c30, ref TVector c31, ref TVector c40, ref TVector c41, ref TVector c50, ref TVector c51)
        where TRows : struct, ICount
        where TOrder : struct, IOrder
        where TVectors : struct, IVectors<TVector>
        where TVector : struct
    {
        TVector b0 = TVectors.Load(ref b, from), b1 = TVectors.Load(ref b, from + right);
        TVector x = TVectors.Broadcast(Unsafe.Add(ref a0, at));
        c00 = TVectors.MultiplyAdd(x, b0, c00);
        c01 = TVectors.MultiplyAdd(x, b1, c01);
        if (TRows.Count > 1)
        {
            x = TVectors.Broadcast(TOrder.Interleaved ? Unsafe.Add(ref a0, at + 1) : Unsafe.Add(ref a1, at));
            c10 = TVectors.MultiplyAdd(x, b0, c10);
            c11 = TVectors.MultiplyAdd(x, b1, c11);
        }
        if (TRows.Count > 2)
        {
            x = TVectors.Broadcast(TOrder.Interleaved ? Unsafe.Add(ref a0, at + 2) : Unsafe.Add(ref a2, at));
            c20 = TVectors.MultiplyAdd(x, b0, c20);
            c21 = TVectors.MultiplyAdd(x, b1, c21);
        }
        if (TRows.Count > 3)
        {
            x = TVectors.Broadcast(TOrder.Interleaved ? Unsafe.Add(ref a0, at + 3) : Unsafe.Add(ref a3, at));
            c30 = TVectors.MultiplyAdd(x, b0, c30);
            c31 = TVectors.MultiplyAdd(x, b1, c31);
        }
        if (TRows.Count > 4)
        {
            x = TVectors.Broadcast(TOrder.Interleaved ? Unsafe.Add(ref a0, at + 4) : Unsafe.Add(ref a4, at));
            c40 = TVectors.MultiplyAdd(x, b0, c40);
            c41 = TVectors.MultiplyAdd(x, b1, c41);
        }
        if (TRows.Count > 5)
        {
            x = TVectors.Broadcast(TOrder.Interleaved ? Unsafe.Add(ref a0, at + 5) : Unsafe.Add(ref a5, at));
            c50 = TVectors.MultiplyAdd(x, b0, c50);
            c51 = TVectors.MultiplyAdd(x, b1, c51);
        }
    }

    /// <summary>2 or 3 rows × two panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Wide<TRows>(in ProductTile t, ref float left, ref float right)
        where TRows : struct, ICount
    {
        nint v = Vector<float>.Count;
        ref float a0 = ref t.A;
        ref float a1 = ref Unsafe.Add(ref a0, t.ARow);
        ref float a2 = ref Unsafe.Add(ref a1, t.ARow);
        (Vector<float> c00, Vector<float> c01) = t.Start<OnePanel, Vector<float>>(0, 0);
        (Vector<float> c02, Vector<float> c03) = t.Start<OnePanel, Vector<float>>(0, 2 * v);
        (Vector<float> c10, Vector<float> c11) = t.Start<OnePanel, Vector<float>>(1, 0);
        (Vector<float> c12, Vector<float> c13) = t.Start<OnePanel, Vector<float>>(1, 2 * v);
        Vector<float> c20 = default, c21 = default, c22 = default, c23 = default;
        if (TRows.Count > 2)
        {
            (c20, c21) = t.Start<OnePanel, Vector<float>>(2, 0);
            (c22, c23) = t.Start<OnePanel, Vector<float>>(2, 2 * v);
        }
        nint from = 0;
        for (int at = 0; at < t.Steps; at++, from += 2 * v)
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
        t.Store<OnePanel, Vector<float>>(0, c00, c01);
        t.Store<OnePanel, Vector<float>>(0, c02, c03, 2 * v);
        t.Store<OnePanel, Vector<float>>(1, c10, c11);
        t.Store<OnePanel, Vector<float>>(1, c12, c13, 2 * v);
        if (TRows.Count > 2)
        {
            t.Store<OnePanel, Vector<float>>(2, c20, c21);
            t.Store<OnePanel, Vector<float>>(2, c22, c23, 2 * v);
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

    /// <summary>One row × up to six panels. Takes references one by one: a structure of them would have to be cleared on the stack, which takes as long as the
    /// product of a small cell.</summary>
    /// <param name="a">[steps]</param>
    /// <param name="panelSize">From one panel to the next.</param>
    /// <param name="start">Where the chains begin; a null reference for zeros.</param>
    /// <param name="then">The values of A from there on, [thenSteps]. Last, because these two are handed over on the stack.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Row<TPanels, TFormat>(ref float a, int steps, ref float b, nint panelSize, ref float start, ref float c, ref float then, int thenSteps)
        where TPanels : struct, ICount
        where TFormat : struct, IPanelFormat
    {
        nint v = Vector<float>.Count;
        ref float b1 = ref Unsafe.Add(ref b, panelSize);
        ref float b2 = ref Unsafe.Add(ref b1, panelSize);
        ref float b3 = ref Unsafe.Add(ref b2, panelSize);
        ref float b4 = ref Unsafe.Add(ref b3, panelSize);
        ref float b5 = ref Unsafe.Add(ref b4, panelSize);
        Vector<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        Vector<float> c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        if (!Unsafe.IsNullRef(ref start))
        {
            (c0, c1) = (Single.Left(ref start, 0), Single.Right(ref start, 0));
            if (TPanels.Count > 1) (c2, c3) = (Single.Left(ref start, 2 * v), Single.Right(ref start, 2 * v));
            if (TPanels.Count > 2) (c4, c5) = (Single.Left(ref start, 4 * v), Single.Right(ref start, 4 * v));
            if (TPanels.Count > 3) (c6, c7) = (Single.Left(ref start, 6 * v), Single.Right(ref start, 6 * v));
            if (TPanels.Count > 4) (c8, c9) = (Single.Left(ref start, 8 * v), Single.Right(ref start, 8 * v));
            if (TPanels.Count > 5) (c10, c11) = (Single.Left(ref start, 10 * v), Single.Right(ref start, 10 * v));
        }
        nint from = 0, words = TFormat.Words;
        while (true)
        {
            for (; steps >= 4; steps -= 4, from += 4 * words, a = ref Unsafe.Add(ref a, 4))
            {
                RowStep<TPanels, TFormat>(new(a), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                RowStep<TPanels, TFormat>(new(Unsafe.Add(ref a, 1)), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from + words, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                RowStep<TPanels, TFormat>(new(Unsafe.Add(ref a, 2)), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from + 2 * words, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                RowStep<TPanels, TFormat>(new(Unsafe.Add(ref a, 3)), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from + 3 * words, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
            }
            for (; steps > 0; steps--, from += words, a = ref Unsafe.Add(ref a, 1))
                RowStep<TPanels, TFormat>(new(a), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
            if (thenSteps == 0) break;
            a = ref then;
            (steps, thenSteps) = (thenSteps, 0);
        }
        Store(ref c, c0, c1);
        if (TPanels.Count > 1) Store(ref Unsafe.Add(ref c, 2 * v), c2, c3);
        if (TPanels.Count > 2) Store(ref Unsafe.Add(ref c, 4 * v), c4, c5);
        if (TPanels.Count > 3) Store(ref Unsafe.Add(ref c, 6 * v), c6, c7);
        if (TPanels.Count > 4) Store(ref Unsafe.Add(ref c, 8 * v), c8, c9);
        if (TPanels.Count > 5) Store(ref Unsafe.Add(ref c, 10 * v), c10, c11);
    }

    /// <summary>One step of <see cref="Row"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RowStep<TPanels, TFormat>(Vector<float> x, ref float b, ref float b1, ref float b2, ref float b3, ref float b4, ref float b5, nint from,
        ref Vector<float> c0, ref Vector<float> c1, ref Vector<float> c2, ref Vector<float> c3, ref Vector<float> c4, ref Vector<float> c5,
        ref Vector<float> c6, ref Vector<float> c7, ref Vector<float> c8, ref Vector<float> c9, ref Vector<float> c10, ref Vector<float> c11)
        where TPanels : struct, ICount
        where TFormat : struct, IPanelFormat
    {
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
        if (TPanels.Count > 4)
        {
            c8 = Vector.FusedMultiplyAdd(x, TFormat.Left(ref b4, from), c8);
            c9 = Vector.FusedMultiplyAdd(x, TFormat.Right(ref b4, from), c9);
        }
        if (TPanels.Count > 5)
        {
            c10 = Vector.FusedMultiplyAdd(x, TFormat.Left(ref b5, from), c10);
            c11 = Vector.FusedMultiplyAdd(x, TFormat.Right(ref b5, from), c11);
        }
    }

    /// <summary>Fetches two panels side by side, as they are read: one after the other, the right one came too late and they took up to twice as long (docs/performance.md).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchStep<TVectors, TVector>(ref float left, nint right)
        where TVectors : struct, IVectors<TVector>
    {
        Fetch(ref left);
        if (TVectors.Panels > 1) Fetch(ref Unsafe.Add(ref left, right));
    }

    /// <summary>Asks for a cache line where the platform lets one ask; it need not be readable memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Fetch(ref float line)
    {
        if (Sse.IsSupported) Sse.Prefetch1(Unsafe.AsPointer(ref line));
    }

    /// <summary>Goes so many rows down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Below(nint rows)
    {
        A = ref Unsafe.Add(ref A, rows * ARow);
        Then = ref Unsafe.Add(ref Then, rows * ThenRow);
        if (!Unsafe.IsNullRef(ref S)) S = ref Unsafe.Add(ref S, rows * SRow);
        C = ref Unsafe.Add(ref C, rows * CRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly (TVector Left, TVector Right) Start<TVectors, TVector>(nint row, nint column = 0)
        where TVectors : struct, IVectors<TVector>
        where TVector : struct
    {
        if (Unsafe.IsNullRef(ref S)) return default;
        ref float from = ref Unsafe.Add(ref S, row * SRow + column);
        return (TVectors.Load(ref from, 0), TVectors.Load(ref from, TVectors.Columns));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Store<TVectors, TVector>(nint row, TVector left, TVector right, nint column = 0)
        where TVectors : struct, IVectors<TVector>
        where TVector : struct
    {
        ref float to = ref Unsafe.Add(ref C, row * CRow + column);
        TVectors.Store(left, ref to, 0);
        TVectors.Store(right, ref to, TVectors.Columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref float to, Vector<float> left, Vector<float> right)
    {
        left.StoreUnsafe(ref to);
        right.StoreUnsafe(ref to, (nuint)Vector<float>.Count);
    }
}
