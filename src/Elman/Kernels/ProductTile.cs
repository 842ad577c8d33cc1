using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Elman.Kernels;

/// <summary>
/// The innermost loops of <see cref="MatrixProduct"/> for several rows: a few rows times a few vectors of columns, whose accumulators stay in registers over all steps.
/// <see cref="RowTile"/> is that of a single row.
/// </summary>
/// <remarks>
/// Tiles, in rows × vectors. A multiply-add takes four cycles and two can begin in each, so that eight chains hide the wait:
/// <list type="bullet">
/// <item><see cref="Tall{TRows, TVectors, TOrder, V}"/>, 6 × 2 of the 16 registers of AVX2: 12 accumulators, two vectors of B, one broadcast of A; 8 loads for 12 multiply-adds. 8 × 2 of the 32 registers of
/// AVX-512, where the two vectors are two panels; layout, chains and bits stay what they are with 256 bits. Fewer rows, and a single vector, for remainders.</item>
/// <item><see cref="Wide{TRows, V}"/>, 3 × 4 and 2 × 4, with AVX-512 also 4 × 4: a few rows over more panels at once.</item>
/// </list>
/// Four steps a turn, because everything beside the 20 instructions of a step (6 × 2) counts where a core is shared (docs/performance.md). One spelling serves every number of rows: the JIT compiles it for each
/// <see cref="ICount"/> and drops the rows that are not there. Sums that are passed by reference stay in their registers; a structure of them would not, and sums that are returned are copied. The tiles
/// skip its first tier, which would call every vector operation, and are never inlined: a caller that takes in many of them exhausts the JIT's budget
/// and calls vector operations again.
/// </remarks>
internal ref struct ProductTile
{
    /// <summary>Element (row, step) of A is at <c>row·ARow + step</c>, unless a tile's rows are interleaved; of S at <c>row·SRow + column</c>, of C at <c>row·CRow + column</c>; S is a null reference where the chains begin at zero.</summary>
    public ref float A, S, C;
    public nint ARow, SRow, CRow;

    /// <summary>From one step of A to the next where the rows of a tile are neighbours; 0 if they are all that a step has.</summary>
    public nint AStep;

    /// <summary>The values of A from <see cref="Steps"/> on: element (row, step) is at <c>row·ThenRow + step − Steps</c>.</summary>
    public ref float Then;
    public nint ThenRow;

    /// <summary>How many steps are in <see cref="A"/>, and how many follow in <see cref="Then"/>.</summary>
    public int Steps, ThenSteps;

    /// <summary>How the values of A lie for a tile of several rows.</summary>
    public interface IOrder
    {
        /// <summary>Whether the rows of a step are neighbours, [step][row of the tile]; else the steps of a row are.</summary>
        static abstract bool Interleaved { get; }
    }

    public readonly struct ByRow : IOrder { public static bool Interleaved => false; }

    public readonly struct ByStep : IOrder { public static bool Interleaved => true; }

    /// <summary>Rows of the largest tile: what sixteen registers hold; of the 32 of AVX-512 more rows gain nothing (docs/performance.md).</summary>
    public static int MostRows => WideVector.IsSupported ? 8 : 6;

    /// <summary>Panels that two vectors are from: one, or two if a vector is a whole panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PanelsOfTwo<V>() where V : struct, IVector<V> => 2 * V.Count / PackedMatrix.PanelWidth;

    /// <summary>From the first vector of two to the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint ToSecond<V>(nint panelSize) where V : struct, IVector<V> => PanelsOfTwo<V>() == 1 ? V.Count : panelSize;

    /// <summary>Up to 8 rows × one or two vectors of columns, and as many such tiles below it as are asked for.</summary>
    /// <param name="panel">The first value of the first panel.</param>
    /// <param name="panelSize">From one panel to the next.</param>
    /// <param name="ahead">What will be read soon: <paramref name="aheadStep"/> bytes of each panel are fetched per step.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Tall<TRows, TVectors, TOrder, V>(in ProductTile first, int tiles, ref float panel, nint panelSize, ref float ahead, nint aheadStep)
        where TRows : struct, ICount
        where TVectors : struct, ICount
        where TOrder : struct, IOrder
        where V : struct, IVector<V>
    {
        ProductTile t = first;
        nint next = !TOrder.Interleaved ? 1 : t.AStep == 0 ? TRows.Count : t.AStep;
        nint v = PackedMatrix.PanelWidth, right = ToSecond<V>(panelSize);
        for (; tiles > 0; tiles--, t.Below(TRows.Count))
        {
            V c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
            V c40 = default, c41 = default, c50 = default, c51 = default, c60 = default, c61 = default, c70 = default, c71 = default;
            (c00, c01) = t.Start<TVectors, V>(0);
            if (TRows.Count > 1) (c10, c11) = t.Start<TVectors, V>(1);
            if (TRows.Count > 2) (c20, c21) = t.Start<TVectors, V>(2);
            if (TRows.Count > 3) (c30, c31) = t.Start<TVectors, V>(3);
            if (TRows.Count > 4) (c40, c41) = t.Start<TVectors, V>(4);
            if (TRows.Count > 5) (c50, c51) = t.Start<TVectors, V>(5);
            if (TRows.Count > 6) (c60, c61) = t.Start<TVectors, V>(6);
            if (TRows.Count > 7) (c70, c71) = t.Start<TVectors, V>(7);
            nint aRow = t.ARow;
            int left = t.Steps, then = t.ThenSteps;
            ref float a0 = ref t.A, b = ref panel;
            while (true)
            {
                nint two = 2 * aRow;
                ref float a3 = ref Unsafe.Add(ref a0, aRow + two), a6 = ref Unsafe.Add(ref a3, aRow + two);
                for (int turns = left / 4; turns > 0; turns--)
                {
                    // A line is 64 bytes: two of them hold what four steps of one tile of several ask for, and four what a single tile does, which with AVX-512 asks for nothing.
                    if (aheadStep > 0)
                    {
                        FetchStep<TVectors, V>(ref ahead, right);
                        FetchStep<TVectors, V>(ref Unsafe.AddByteOffset(ref ahead, 2 * aheadStep), right);
                        if (V.Count < 16 && aheadStep > 32)
                        {
                            FetchStep<TVectors, V>(ref Unsafe.AddByteOffset(ref ahead, aheadStep), right);
                            FetchStep<TVectors, V>(ref Unsafe.AddByteOffset(ref ahead, 3 * aheadStep), right);
                        }
                        ahead = ref Unsafe.AddByteOffset(ref ahead, 4 * aheadStep);
                    }
                    Step<TRows, TVectors, TOrder, V>(ref b, 0, right, ref a0, ref a3, ref a6, aRow, two, 0,
                        ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51, ref c60, ref c61, ref c70, ref c71);
                    Step<TRows, TVectors, TOrder, V>(ref b, v, right, ref a0, ref a3, ref a6, aRow, two, next,
                        ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51, ref c60, ref c61, ref c70, ref c71);
                    Step<TRows, TVectors, TOrder, V>(ref b, 2 * v, right, ref a0, ref a3, ref a6, aRow, two, 2 * next,
                        ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51, ref c60, ref c61, ref c70, ref c71);
                    Step<TRows, TVectors, TOrder, V>(ref b, 3 * v, right, ref a0, ref a3, ref a6, aRow, two, 3 * next,
                        ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51, ref c60, ref c61, ref c70, ref c71);
                    b = ref Unsafe.Add(ref b, 4 * v);
                    a0 = ref Unsafe.Add(ref a0, 4 * next);
                    if (!TOrder.Interleaved && TRows.Count > 3) a3 = ref Unsafe.Add(ref a3, 4);
                    if (!TOrder.Interleaved && TRows.Count > 6) a6 = ref Unsafe.Add(ref a6, 4);
                }
                for (left %= 4; left > 0; left--)
                {
                    Step<TRows, TVectors, TOrder, V>(ref b, 0, right, ref a0, ref a3, ref a6, aRow, two, 0,
                        ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51, ref c60, ref c61, ref c70, ref c71);
                    b = ref Unsafe.Add(ref b, v);
                    a0 = ref Unsafe.Add(ref a0, next);
                    if (!TOrder.Interleaved && TRows.Count > 3) a3 = ref Unsafe.Add(ref a3, 1);
                    if (!TOrder.Interleaved && TRows.Count > 6) a6 = ref Unsafe.Add(ref a6, 1);
                }
                if (then == 0) break;
                a0 = ref t.Then;
                aRow = t.ThenRow;
                (left, then) = (then, 0);
            }
            t.Store<TVectors, V>(0, c00, c01);
            if (TRows.Count > 1) t.Store<TVectors, V>(1, c10, c11);
            if (TRows.Count > 2) t.Store<TVectors, V>(2, c20, c21);
            if (TRows.Count > 3) t.Store<TVectors, V>(3, c30, c31);
            if (TRows.Count > 4) t.Store<TVectors, V>(4, c40, c41);
            if (TRows.Count > 5) t.Store<TVectors, V>(5, c50, c51);
            if (TRows.Count > 6) t.Store<TVectors, V>(6, c60, c61);
            if (TRows.Count > 7) t.Store<TVectors, V>(7, c70, c71);
        }
    }

    /// <summary>One step of <see cref="Tall"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows, TVectors, TOrder, V>(ref float b, nint from, nint right, ref float a0, ref float a3, ref float a6, nint one, nint two, nint at,
        ref V c00, ref V c01, ref V c10, ref V c11, ref V c20, ref V c21, ref V c30, ref V c31,
        ref V c40, ref V c41, ref V c50, ref V c51, ref V c60, ref V c61, ref V c70, ref V c71)
        where TRows : struct, ICount
        where TVectors : struct, ICount
        where TOrder : struct, IOrder
        where V : struct, IVector<V>
    {
        V b0 = V.Load(ref b, from), b1 = TVectors.Count > 1 ? V.Load(ref b, from + right) : default;
        Row<TVectors, V>(Unsafe.Add(ref a0, at), b0, b1, ref c00, ref c01);
        if (TRows.Count > 1) Row<TVectors, V>(TOrder.Interleaved ? Unsafe.Add(ref a0, at + 1) : Unsafe.Add(ref a0, one + at), b0, b1, ref c10, ref c11);
        if (TRows.Count > 2) Row<TVectors, V>(TOrder.Interleaved ? Unsafe.Add(ref a0, at + 2) : Unsafe.Add(ref a0, two + at), b0, b1, ref c20, ref c21);
        if (TRows.Count > 3) Row<TVectors, V>(TOrder.Interleaved ? Unsafe.Add(ref a0, at + 3) : Unsafe.Add(ref a3, at), b0, b1, ref c30, ref c31);
        if (TRows.Count > 4) Row<TVectors, V>(TOrder.Interleaved ? Unsafe.Add(ref a0, at + 4) : Unsafe.Add(ref a3, one + at), b0, b1, ref c40, ref c41);
        if (TRows.Count > 5) Row<TVectors, V>(TOrder.Interleaved ? Unsafe.Add(ref a0, at + 5) : Unsafe.Add(ref a3, two + at), b0, b1, ref c50, ref c51);
        if (TRows.Count > 6) Row<TVectors, V>(TOrder.Interleaved ? Unsafe.Add(ref a0, at + 6) : Unsafe.Add(ref a6, at), b0, b1, ref c60, ref c61);
        if (TRows.Count > 7) Row<TVectors, V>(TOrder.Interleaved ? Unsafe.Add(ref a0, at + 7) : Unsafe.Add(ref a6, one + at), b0, b1, ref c70, ref c71);
    }

    /// <summary>One row of a step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<TVectors, V>(float a, V b0, V b1, ref V c0, ref V c1)
        where TVectors : struct, ICount
        where V : struct, IVector<V>
    {
        V x = V.Create(a);
        V.Accumulate(x, b0, ref c0);
        if (TVectors.Count > 1) V.Accumulate(x, b1, ref c1);
    }

    /// <summary>2 to 4 rows × four vectors of columns.</summary>
    /// <param name="second">The third vector of the first step; the first is at <paramref name="first"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Wide<TRows, V>(in ProductTile t, ref float first, ref float second, nint panelSize)
        where TRows : struct, ICount
        where V : struct, IVector<V>
    {
        nint width = 2 * V.Count, right = ToSecond<V>(panelSize);
        (V c00, V c01) = t.Start<Two, V>(0);
        (V c02, V c03) = t.Start<Two, V>(0, width);
        (V c10, V c11) = t.Start<Two, V>(1);
        (V c12, V c13) = t.Start<Two, V>(1, width);
        V c20 = default, c21 = default, c22 = default, c23 = default, c30 = default, c31 = default, c32 = default, c33 = default;
        if (TRows.Count > 2) (c20, c21) = t.Start<Two, V>(2);
        if (TRows.Count > 2) (c22, c23) = t.Start<Two, V>(2, width);
        if (TRows.Count > 3) (c30, c31) = t.Start<Two, V>(3);
        if (TRows.Count > 3) (c32, c33) = t.Start<Two, V>(3, width);
        nint aRow = t.ARow, from = 0;
        int left = t.Steps, then = t.ThenSteps;
        ref float a0 = ref t.A;
        while (true)
        {
            ref float a1 = ref Unsafe.Add(ref a0, aRow), a2 = ref Unsafe.Add(ref a1, aRow), a3 = ref Unsafe.Add(ref a2, aRow);
            for (int at = 0; at < left; at++, from += PackedMatrix.PanelWidth)
            {
                V x0 = V.Create(Unsafe.Add(ref a0, at)), x1 = V.Create(Unsafe.Add(ref a1, at)), x2 = default, x3 = default;
                if (TRows.Count > 2) x2 = V.Create(Unsafe.Add(ref a2, at));
                if (TRows.Count > 3) x3 = V.Create(Unsafe.Add(ref a3, at));
                Column<TRows, V>(V.Load(ref first, from), x0, x1, x2, x3, ref c00, ref c10, ref c20, ref c30);
                Column<TRows, V>(V.Load(ref first, from + right), x0, x1, x2, x3, ref c01, ref c11, ref c21, ref c31);
                Column<TRows, V>(V.Load(ref second, from), x0, x1, x2, x3, ref c02, ref c12, ref c22, ref c32);
                Column<TRows, V>(V.Load(ref second, from + right), x0, x1, x2, x3, ref c03, ref c13, ref c23, ref c33);
            }
            if (then == 0) break;
            a0 = ref t.Then;
            aRow = t.ThenRow;
            (left, then) = (then, 0);
        }
        t.Store<Two, V>(0, c00, c01);
        t.Store<Two, V>(0, c02, c03, width);
        t.Store<Two, V>(1, c10, c11);
        t.Store<Two, V>(1, c12, c13, width);
        if (TRows.Count > 2) t.Store<Two, V>(2, c20, c21);
        if (TRows.Count > 2) t.Store<Two, V>(2, c22, c23, width);
        if (TRows.Count > 3) t.Store<Two, V>(3, c30, c31);
        if (TRows.Count > 3) t.Store<Two, V>(3, c32, c33, width);
    }

    /// <summary>One vector of columns in a step of <see cref="Wide"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column<TRows, V>(V b, V x0, V x1, V x2, V x3, ref V c0, ref V c1, ref V c2, ref V c3)
        where TRows : struct, ICount
        where V : struct, IVector<V>
    {
        V.Accumulate(x0, b, ref c0);
        V.Accumulate(x1, b, ref c1);
        if (TRows.Count > 2) V.Accumulate(x2, b, ref c2);
        if (TRows.Count > 3) V.Accumulate(x3, b, ref c3);
    }

    /// <summary>Fetches two panels side by side, as they are read: one after the other, the right one came too late and they took up to twice as long (docs/performance.md).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchStep<TVectors, V>(ref float left, nint right)
        where TVectors : struct, ICount
        where V : struct, IVector<V>
    {
        Fetch(ref left);
        if (TVectors.Count > 1 && PanelsOfTwo<V>() > 1) Fetch(ref Unsafe.Add(ref left, right));
    }

    /// <summary>Asks for a cache line where the platform lets one ask; it need not be readable memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Fetch(ref float line)
    {
        if (Sse.IsSupported) Sse.Prefetch1(Unsafe.AsPointer(ref line));
    }

    /// <summary>The part of the product that begins so many rows down and columns to the right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ProductTile At(nint row, nint column) => this with
    {
        A = ref Unsafe.Add(ref A, row * ARow),
        Then = ref Unsafe.Add(ref Then, row * ThenRow),
        S = ref Unsafe.IsNullRef(ref S) ? ref S : ref Unsafe.Add(ref S, row * SRow + column),
        C = ref Unsafe.Add(ref C, row * CRow + column),
    };

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
    private readonly (V Left, V Right) Start<TVectors, V>(nint row, nint column = 0)
        where TVectors : struct, ICount
        where V : struct, IVector<V>
    {
        if (Unsafe.IsNullRef(ref S)) return default;
        ref float from = ref Unsafe.Add(ref S, row * SRow + column);
        return (V.Load(ref from, 0), TVectors.Count > 1 ? V.Load(ref from, V.Count) : default);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Store<TVectors, V>(nint row, V left, V right, nint column = 0)
        where TVectors : struct, ICount
        where V : struct, IVector<V>
    {
        ref float to = ref Unsafe.Add(ref C, row * CRow + column);
        V.Store(left, ref to, 0);
        if (TVectors.Count > 1) V.Store(right, ref to, V.Count);
    }
}
