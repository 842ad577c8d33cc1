using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static Elman.Kernels.ProductTile;

namespace Elman.Kernels;

/// <summary>
/// C = S + A·B. Every element of C is one chain of fused multiply-adds over the steps in ascending order that begins at its element
/// of S, whichever tile computes it: the result of a row is the same to the bit for any number of rows.
/// </summary>
/// <remarks>
/// Loops, from outside: blocks of rows, so that a block of A stays in the second-level cache while all of B passes by; panels of B;
/// the block's tiles of six rows and fewer (<see cref="ProductTile"/>). While the tiles of a panel run they fetch the next panel.
/// </remarks>
internal static class MatrixProduct
{
    /// <summary>Rows of a block, eleven whole tiles: over 512 steps they are 132 KB.</summary>
    private const int BlockRows = 66;

    /// <summary>Steps of a block of a transposed A: no weight gradient sums more of them in one chain.</summary>
    private const int BlockSteps = 512;

    /// <summary>Up to so many rows, two tiles, take one panel at a time: what they wait for is B, and two panels at once were never faster (docs/performance.md).</summary>
    private const int FewRows = 12;

    /// <summary>How many steps before it is packed a step of a transposed A is fetched, line by line: steps are too far apart for the processor to foresee them.</summary>
    private const int StepsAhead = 8, LineValues = 16;

    /// <summary>Computes <paramref name="rows"/> rows of C.</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="a">Element (row, step) is at <c>row·aRowStride + step·aStepStride</c>.</param>
    /// <param name="b">[steps, columns]</param>
    /// <param name="start">S: element (row, column) is at <c>row·startStride + column</c>. Empty means zeros; stride 0 means one row (a bias)
    /// for all; the span of C itself means that the product is added to C.</param>
    /// <param name="c">Element (row, column) is at <c>row·cStride + column</c>.</param>
    /// <exception cref="ArgumentException">A span is too short for the sizes.</exception>
    public static void Multiply(int rows, ReadOnlySpan<float> a, int aRowStride, int aStepStride, PackedMatrix b,
        ReadOnlySpan<float> start, int startStride, Span<float> c, int cStride) =>
        Multiply(rows, a, aRowStride, aStepStride, b, start, startStride, c, cStride, new(0, b.Panels));

    /// <summary>As above, for some panels of B only; the other columns of C stay as they are.</summary>
    public static void Multiply(int rows, ReadOnlySpan<float> a, int aRowStride, int aStepStride, PackedMatrix b,
        ReadOnlySpan<float> start, int startStride, Span<float> c, int cStride, PanelRange panels)
    {
        if (rows == 0 || b.Columns == 0) return;
        if (b.Steps > 0) Require(a.Length, (rows - 1L) * aRowStride + (b.Steps - 1L) * aStepStride + 1, nameof(a));
        Require(c.Length, (rows - 1L) * cStride + b.Columns, nameof(c));
        if (!start.IsEmpty) Require(start.Length, (rows - 1L) * startStride + b.Columns, nameof(start));

        ProductTile operands = new()
        {
            A = ref MemoryMarshal.GetReference(a),
            ARow = aRowStride,
            S = ref start.IsEmpty ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference(start),
            SRow = startStride,
            C = ref MemoryMarshal.GetReference(c),
            CRow = cStride,
            Steps = b.Steps,
        };
        if (aStepStride == 1)
        {
            RunBlocks(operands, b, rows, panels);
            return;
        }
        for (int row = 0; row < rows; row += BlockRows)
            RunTransposed(At(operands, row, 0), aStepStride, b, Math.Min(BlockRows, rows - row), panels);
    }

    /// <summary>As above, for rows of A that lie in two places, so that two products are one: C = S + A·B + A'·B', of factors B and B' that lie one below the other.</summary>
    /// <param name="a">[rows, steps], rows <paramref name="aRowStride"/> apart.</param>
    /// <param name="then">[rows, the other steps of B], rows <paramref name="thenRowStride"/> apart.</param>
    /// <exception cref="ArgumentException">A span is too short for the sizes.</exception>
    public static void MultiplyJoined(int rows, ReadOnlySpan<float> a, int aRowStride, int steps, ReadOnlySpan<float> then, int thenRowStride, PackedMatrix b,
        ReadOnlySpan<float> start, int startStride, Span<float> c, int cStride, PanelRange panels)
    {
        int thenSteps = b.Steps - steps;
        if (rows == 0 || b.Columns == 0) return;
        Require(a.Length, (rows - 1L) * aRowStride + steps, nameof(a));
        Require(then.Length, (rows - 1L) * thenRowStride + thenSteps, nameof(then));
        Require(c.Length, (rows - 1L) * cStride + b.Columns, nameof(c));
        Require(start.Length, (rows - 1L) * startStride + b.Columns, nameof(start));
        ProductTile operands = new()
        {
            A = ref MemoryMarshal.GetReference(a),
            ARow = aRowStride,
            Steps = steps,
            Then = ref MemoryMarshal.GetReference(then),
            ThenRow = thenRowStride,
            ThenSteps = thenSteps,
            S = ref MemoryMarshal.GetReference(start),
            SRow = startStride,
            C = ref MemoryMarshal.GetReference(c),
            CRow = cStride,
        };
        RunBlocks(operands, b, rows, panels);
    }

    /// <summary>One row of C = S + A·B whose columns are whole panels, without any check: what a stream does at every step.</summary>
    /// <param name="a">[steps]</param>
    /// <param name="start">S: [columns], which may be C.</param>
    /// <param name="c">[columns]</param>
    public static void MultiplyRow(ref float a, PackedMatrix b, ref float start, ref float c, bool fromEnd = false) => MultiplyRow(ref a, b.Steps, ref a, b, ref start, ref c, fromEnd);

    /// <summary>The same for a row that lies in two places.</summary>
    /// <param name="a">[steps]</param>
    /// <param name="then">The rest, for the other steps of B.</param>
    public static void MultiplyRow(ref float a, int steps, ref float then, PackedMatrix b, ref float start, ref float c, bool fromEnd = false) =>
        RunWholePanels(ref a, steps, ref then, b, ref start, ref c, new(0, b.Panels, fromEnd));

    /// <summary>
    /// A stands transposed (a weight gradient sums over rows of the batch): blocks of it are packed tile by tile first, because broadcasts that lie a row
    /// apart miss the cache. The chains go on from block to block.
    /// </summary>
    private static void RunTransposed(in ProductTile o, nint aStep, PackedMatrix b, int rows, PanelRange panels)
    {
        float[] block = ArrayPool<float>.Shared.Rent(rows * Math.Min(BlockSteps, b.Steps));
        for (int step = 0; step == 0 || step < b.Steps; step += BlockSteps)
        {
            int steps = Math.Min(BlockSteps, b.Steps - step);
            PackBlock(ref Unsafe.Add(ref o.A, step * aStep), o.ARow, aStep, steps, rows, block);
            ProductTile part = new()
            {
                A = ref MemoryMarshal.GetArrayDataReference(block),
                ARow = steps,
                S = ref step == 0 ? ref o.S : ref o.C,
                SRow = step == 0 ? o.SRow : o.CRow,
                C = ref o.C,
                CRow = o.CRow,
                Steps = steps,
            };
            RunPacked(part, b, step, rows, panels);
        }
        ArrayPool<float>.Shared.Return(block);
    }

    /// <summary>Copies a block of a transposed A tile by tile, each as [step][row of the tile].</summary>
    private static void PackBlock(ref float a, nint aRow, nint aStep, int steps, int rows, Span<float> block)
    {
        int sixes = 0, fives = 0;
        if (aRow == 1)
        {
            while (InTile(rows - 6 * sixes) == 6) sixes++;
            while (InTile(rows - 6 * sixes - 5 * fives) == 5) fives++;
        }
        for (int step = 0; step < steps; step++, a = ref Unsafe.Add(ref a, aStep))
        {
            for (nint row = 0; aRow == 1 && row < rows; row += LineValues) Fetch(ref Unsafe.Add(ref a, StepsAhead * aStep + row));
            ref float source = ref a, target = ref Unsafe.Add(ref MemoryMarshal.GetReference(block), step * 6);
            for (int tile = 0; tile < sixes; tile++, source = ref Unsafe.Add(ref source, 6), target = ref Unsafe.Add(ref target, 6 * steps))
            {
                Vector128.LoadUnsafe(ref source).StoreUnsafe(ref target);
                Vector64.LoadUnsafe(ref source, 4).StoreUnsafe(ref target, 4);
            }
            target = ref Unsafe.Add(ref target, -step);
            for (int tile = 0; tile < fives; tile++, source = ref Unsafe.Add(ref source, 5), target = ref Unsafe.Add(ref target, 5 * steps))
            {
                Vector128.LoadUnsafe(ref source).StoreUnsafe(ref target);
                Unsafe.Add(ref target, 4) = Unsafe.Add(ref source, 4);
            }
            for (int row = 6 * sixes + 5 * fives, height; row < rows; row += height)
            {
                height = InTile(rows - row);
                Span<float> tile = block.Slice(row * steps + step * height, height);
                for (int r = 0; r < height; r++) tile[r] = Unsafe.Add(ref a, (row + r) * aRow);
            }
        }
    }

    private static void RunPacked(in ProductTile o, PackedMatrix b, int firstStep, int rows, PanelRange panels) => RunPanels<ByStep>(o, b, firstStep, rows, panels);

    /// <summary>Rows that lie row by row, block by block.</summary>
    private static void RunBlocks(in ProductTile o, PackedMatrix b, int rows, PanelRange panels)
    {
        if (rows == 1) RunRow(o, b, panels);
        else
            for (int row = 0; row < rows; row += BlockRows) Run(At(o, row, 0), b, Math.Min(BlockRows, rows - row), panels);
    }

    private static void Run(in ProductTile o, PackedMatrix b, int rows, PanelRange panels)
    {
        if (rows is 2 or 3 && o.ThenSteps == 0) panels = RunFewRows(o, b, rows, panels);
        RunPanels<ByRow>(o, b, 0, rows, panels);
    }

    /// <summary>Two panels at once for two or three rows; returns the panels that are left.</summary>
    private static PanelRange RunFewRows(in ProductTile o, PackedMatrix b, int rows, PanelRange panels)
    {
        int pairs = (Math.Min(panels.End, b.Columns / PackedMatrix.PanelWidth) - panels.First) / 2;
        PanelRange firsts = new(0, pairs, panels.FromEnd);
        for (int i = 0; i < pairs; i++)
        {
            int panel = panels.First + 2 * firsts[i];
            ProductTile tile = At(o, 0, panel * PackedMatrix.PanelWidth);
            if (rows == 3) Wide<Three>(tile, ref b.Panel(panel), ref b.Panel(panel + 1));
            else Wide<Two>(tile, ref b.Panel(panel), ref b.Panel(panel + 1));
        }
        return panels with { First = panels.First + 2 * pairs };
    }

    /// <summary>A single row.</summary>
    private static void RunRow(in ProductTile o, PackedMatrix b, PanelRange panels)
    {
        int width = PackedMatrix.PanelWidth, whole = Math.Min(panels.End, b.Columns / width);
        RunWholePanels(ref o.A, o.Steps, ref o.Then, b, ref o.S, ref o.C, panels with { End = whole });
        if (whole < panels.End) RunEdge<ByRow>(At(o, 0, whole * width), ref b.Panel(whole), 1, b.Columns - whole * width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunWholePanels(ref float a, int steps, ref float then, PackedMatrix b, ref float start, ref float c, PanelRange panels)
    {
        if (b.IsBFloat16) RunWholePanels<BFloat16>(ref a, steps, ref then, b, ref b.BFloat16Panel(panels.First), ref start, ref c, panels);
        else RunWholePanels<ProductTile.Single>(ref a, steps, ref then, b, ref b.Panel(panels.First), ref start, ref c, panels);
    }

    private static void RunWholePanels<TFormat>(ref float a, int steps, ref float then, PackedMatrix b, ref float values, ref float start, ref float c, PanelRange range)
        where TFormat : struct, IPanelFormat
    {
        int width = PackedMatrix.PanelWidth, thenSteps = b.Steps - steps;
        nint panelSize = (nint)b.PanelSteps * TFormat.Words, add = Unsafe.IsNullRef(ref start) ? 0 : width;
        for (int left = range.Count, panels; left > 0; left -= panels)
        {
            panels = InTile(left);
            nint place = range.FromEnd ? left - panels : range.Count - left, column = range.First + place;
            ref float b0 = ref Unsafe.Add(ref values, place * panelSize), s0 = ref Unsafe.Add(ref start, column * add), c0 = ref Unsafe.Add(ref c, column * width);
            switch (panels)
            {
                case 6: Row<Six, TFormat>(ref a, steps, ref b0, panelSize, ref s0, ref c0, ref then, thenSteps); break;
                case 5: Row<Five, TFormat>(ref a, steps, ref b0, panelSize, ref s0, ref c0, ref then, thenSteps); break;
                case 4: Row<Four, TFormat>(ref a, steps, ref b0, panelSize, ref s0, ref c0, ref then, thenSteps); break;
                case 3: Row<Three, TFormat>(ref a, steps, ref b0, panelSize, ref s0, ref c0, ref then, thenSteps); break;
                case 2: Row<Two, TFormat>(ref a, steps, ref b0, panelSize, ref s0, ref c0, ref then, thenSteps); break;
                default: Row<One, TFormat>(ref a, steps, ref b0, panelSize, ref s0, ref c0, ref then, thenSteps); break;
            }
        }
    }

    /// <summary>Rows (or, of a single row, panels) of the next tile when so many are left: as few tiles as there can be, shared evenly among them, the larger ones first. Beyond 30 that is six.</summary>
    private static int InTile(int left) => left > 30 ? 6 : Even[left];

    private static ReadOnlySpan<byte> Even => [0, 1, 2, 3, 4, 5, 6, 4, 4, 5, 5, 6, 6, 5, 5, 5, 6, 6, 6, 5, 5, 6, 6, 6, 6, 5, 6, 6, 6, 6, 6];

    /// <summary>All rows of a block times some panels; two at once where their vectors pay.</summary>
    private static void RunPanels<TOrder>(in ProductTile o, PackedMatrix b, int firstStep, int rows, PanelRange panels)
        where TOrder : struct, IOrder
    {
        int whole = Math.Min(panels.End, b.Columns / PackedMatrix.PanelWidth), pairs = TwoPanels.IsSupported && rows > FewRows ? (whole - panels.First) / 2 : 0;
        PanelRange firsts = new(0, pairs, panels.FromEnd);
        for (int i = 0; i < pairs; i++)
            RunPanel<TOrder, TwoPanels, Vector512<float>>(o, b, panels.First + 2 * firsts[i], 2 * panels.Direction, firstStep, rows);
        panels = panels with { First = panels.First + 2 * pairs };
        for (int i = 0; i < panels.Count; i++)
            RunPanel<TOrder, OnePanel, Vector<float>>(o, b, panels[i], panels.Direction, firstStep, rows);
    }

    /// <summary>All rows of a block times the panel(s) of a tile, tiles of the same height at once.</summary>
    /// <param name="next">From here to the panel that comes next.</param>
    private static void RunPanel<TOrder, TVectors, TVector>(in ProductTile o, PackedMatrix b, int panel, int next, int firstStep, int rows)
        where TOrder : struct, IOrder
        where TVectors : struct, IVectors<TVector>
        where TVector : struct
    {
        int width = PackedMatrix.PanelWidth, valid = b.Columns - panel * width;
        // Bytes of the next panel's step that each row fetches while its tile is at this panel's step.
        nint share = (sizeof(float) * width + rows - 1) / rows;
        ref float values = ref b.Panel(panel, firstStep), ahead = ref b.Panel(panel + next, firstStep);
        for (int row = 0, height, tiles; row < rows; row += tiles * height)
        {
            height = InTile(rows - row);
            tiles = 1;
            if (valid < width)
            {
                RunEdge<TOrder>(At(o, row, panel * width), ref values, height, valid);
                continue;
            }
            while (InTile(rows - row - tiles * height) == height) tiles++;
            Run<TOrder, TVectors, TVector>(At(o, row, panel * width), height, tiles, ref values, (nint)b.PanelSteps * width, ref Unsafe.AddByteOffset(ref ahead, (o.Steps + o.ThenSteps) * share * row), share * height);
        }
    }

    private static void Run<TOrder, TVectors, TVector>(in ProductTile tile, int height, int tiles, ref float values, nint panelSize, ref float ahead, nint aheadStep)
        where TOrder : struct, IOrder
        where TVectors : struct, IVectors<TVector>
        where TVector : struct
    {
        switch (height)
        {
            case 6: Tall<Six, TOrder, TVectors, TVector>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
            case 5: Tall<Five, TOrder, TVectors, TVector>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
            case 4: Tall<Four, TOrder, TVectors, TVector>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
            case 3: Tall<Three, TOrder, TVectors, TVector>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
            case 2: Tall<Two, TOrder, TVectors, TVector>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
            default: Tall<One, TOrder, TVectors, TVector>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
        }
    }

    /// <summary>A partly filled panel: computed beside C, then the valid columns are copied.</summary>
    private static void RunEdge<TOrder>(in ProductTile o, ref float values, int rows, int valid)
        where TOrder : struct, IOrder
    {
        int width = PackedMatrix.PanelWidth;
        Span<float> scratch = stackalloc float[6 * width];
        scratch.Clear();
        if (!Unsafe.IsNullRef(ref o.S))
        {
            for (int row = 0; row < rows; row++)
                MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref o.S, row * o.SRow), valid).CopyTo(scratch[(row * width)..]);
        }
        ProductTile tile = o with { S = ref MemoryMarshal.GetReference(scratch), SRow = width, C = ref MemoryMarshal.GetReference(scratch), CRow = width };
        Run<TOrder, OnePanel, Vector<float>>(tile, rows, 1, ref values, 0, ref values, 0);
        for (int row = 0; row < rows; row++)
            scratch.Slice(row * width, valid).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref o.C, row * o.CRow), valid));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ProductTile At(in ProductTile o, nint row, nint column) => o with
    {
        A = ref Unsafe.Add(ref o.A, row * o.ARow),
        Then = ref Unsafe.Add(ref o.Then, row * o.ThenRow),
        S = ref Unsafe.IsNullRef(ref o.S) ? ref o.S : ref Unsafe.Add(ref o.S, row * o.SRow + column),
        C = ref Unsafe.Add(ref o.C, row * o.CRow + column),
    };

    private static void Require(long length, long needed, string name)
    {
        if (length < needed) throw new ArgumentException($"the product reads or writes {needed} values of '{name}', which has {length}", name);
    }
}
