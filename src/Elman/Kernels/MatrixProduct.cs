using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static Elman.Kernels.ProductTile;
using static Elman.Kernels.RowTile;

namespace Elman.Kernels;

/// <summary>
/// C = S + A·B. Every element of C is one chain of fused multiply-adds over the steps in ascending order that begins at its element
/// of S, whichever tile computes it: the result of a row is the same to the bit for any number of rows.
/// </summary>
/// <remarks>
/// Loops, from outside: blocks of rows, so that a block of A stays in the second-level cache while all of B passes by; panels of B;
/// the block's tiles of a few rows (<see cref="ProductTile"/>). While the tiles of a panel run they fetch the next panel. A single row has a tile of its own (<see cref="RowTile"/>).
/// </remarks>
internal static class MatrixProduct
{
    /// <summary>Rows of a block, eight or eleven whole tiles: over 512 steps they are 132 KB.</summary>
    private static int BlockRows => WideVector.IsSupported ? 64 : 66;

    /// <summary>Steps of a block of a transposed A: no weight gradient sums more of them in one chain.</summary>
    private const int BlockSteps = 512;

    /// <summary>The same where A is read as it stands: half as many, because each step of a tile is a cache line of its own.</summary>
    private const int UnpackedSteps = 256;

    /// <summary>Steps that lie a multiple of so many values apart share a few sets of the second-level cache, which cannot hold a block of them.</summary>
    private const int AliasedStep = 1024;

    /// <summary>Panels for which packing a block of a transposed A does not pay (docs/performance.md).</summary>
    private static int FewPanels => WideVector.IsSupported ? 32 : 8;

    /// <summary>Values of B, 2 MB, that with AVX-512 arrive in time without being asked for (docs/performance.md).</summary>
    private const int FewValues = 1 << 19;

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
            RunTransposed(operands.At(row, 0), aStepStride, b, Math.Min(BlockRows, rows - row), panels);
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
    /// A stands transposed (a weight gradient sums over rows of the batch), in blocks of steps, whose chains go on from block to block. Where many panels read a block, or its steps would fall upon
    /// each other in the cache, it is first packed tile by tile, because broadcasts that lie a step apart miss the first-level cache.
    /// </summary>
    private static void RunTransposed(in ProductTile o, nint aStep, PackedMatrix b, int rows, PanelRange panels)
    {
        bool packs = o.ARow != 1 || aStep % AliasedStep == 0 || panels.Count > FewPanels;
        int most = packs ? BlockSteps : UnpackedSteps;
        float[] block = packs ? ArrayPool<float>.Shared.Rent(rows * Math.Min(most, b.Steps)) : [];
        for (int step = 0; step == 0 || step < b.Steps; step += most)
        {
            int steps = Math.Min(most, b.Steps - step);
            ProductTile part = o with { A = ref Unsafe.Add(ref o.A, step * aStep), AStep = aStep, Steps = steps };
            if (packs)
            {
                PackBlock(ref part.A, o.ARow, aStep, steps, new(rows), block);
                (part.ARow, part.AStep) = (steps, 0);
                part.A = ref MemoryMarshal.GetArrayDataReference(block);
            }
            if (step > 0)
            {
                part.S = ref o.C;
                part.SRow = o.CRow;
            }
            RunPanels<ByStep>(part, b, step, new(rows), panels);
        }
        if (packs) ArrayPool<float>.Shared.Return(block);
    }

    /// <summary>Copies a block of a transposed A tile by tile, each as [step][row of the tile].</summary>
    private static void PackBlock(ref float a, nint aRow, nint aStep, int steps, TileRows rows, Span<float> block)
    {
        for (int step = 0; step < steps; step++, a = ref Unsafe.Add(ref a, aStep))
        {
            for (nint row = 0; aRow == 1 && row < rows.Total; row += LineValues) Fetch(ref Unsafe.Add(ref a, StepsAhead * aStep + row));
            ref float source = ref a, target = ref MemoryMarshal.GetReference(block);
            for (int tile = 0; tile < rows.Tiles; tile++)
            {
                int height = rows.Height(tile);
                CopyStep(ref source, aRow, ref Unsafe.Add(ref target, step * height), height);
                source = ref Unsafe.Add(ref source, height * aRow);
                target = ref Unsafe.Add(ref target, steps * height);
            }
        }
    }

    /// <summary>Copies the values of a tile's rows at one step: eight neighbours in a vector, four and more in two, which may overlap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyStep(ref float source, nint aRow, ref float target, nint height)
    {
        if (aRow == 1 && height == 8)
        {
            Vector256.LoadUnsafe(ref source).StoreUnsafe(ref target);
            return;
        }
        if (aRow == 1 && height >= 4)
        {
            nuint last = (nuint)(height - 4);
            Vector128<float> end = Vector128.LoadUnsafe(ref source, last);
            Vector128.LoadUnsafe(ref source).StoreUnsafe(ref target);
            end.StoreUnsafe(ref target, last);
            return;
        }
        for (nint row = 0; row < height; row++) Unsafe.Add(ref target, row) = Unsafe.Add(ref source, row * aRow);
    }

    /// <summary>Rows that lie row by row, block by block.</summary>
    private static void RunBlocks(in ProductTile o, PackedMatrix b, int rows, PanelRange panels)
    {
        if (rows == 1) RunRow(o, b, panels);
        else
            for (int row = 0; row < rows; row += BlockRows) Run(o.At(row, 0), b, Math.Min(BlockRows, rows - row), panels);
    }

    private static void Run(in ProductTile o, PackedMatrix b, int rows, PanelRange panels)
    {
        if (rows is 2 or 3 or 4)
        {
            if (WideVector.IsSupported) panels = RunFewRows<WideVector>(o, b, rows, panels);
            else if (rows < 4) panels = RunFewRows<UsualVector>(o, b, rows, panels);
        }
        RunPanels<ByRow>(o, b, 0, new(rows), panels);
    }

    /// <summary>Four vectors of columns at once for a few rows; returns the panels that are left.</summary>
    private static PanelRange RunFewRows<V>(in ProductTile o, PackedMatrix b, int rows, PanelRange panels)
        where V : struct, IVector<V>
    {
        int pair = PanelsOfTwo<V>(), groups = (Math.Min(panels.End, b.Columns / PackedMatrix.PanelWidth) - panels.First) / (2 * pair);
        nint panelSize = (nint)b.PanelSteps * PackedMatrix.PanelWidth;
        PanelRange firsts = new(0, groups, panels.FromEnd);
        for (int i = 0; i < groups; i++)
        {
            int panel = panels.First + 2 * pair * firsts[i];
            ProductTile tile = o.At(0, panel * PackedMatrix.PanelWidth);
            switch (rows)
            {
                case 4: Wide<Four, V>(tile, ref b.Panel(panel), ref b.Panel(panel + pair), panelSize); break;
                case 3: Wide<Three, V>(tile, ref b.Panel(panel), ref b.Panel(panel + pair), panelSize); break;
                default: Wide<Two, V>(tile, ref b.Panel(panel), ref b.Panel(panel + pair), panelSize); break;
            }
        }
        return panels with { First = panels.First + 2 * pair * groups };
    }

    /// <summary>A single row.</summary>
    private static void RunRow(in ProductTile o, PackedMatrix b, PanelRange panels)
    {
        int width = PackedMatrix.PanelWidth, whole = Math.Min(panels.End, b.Columns / width);
        if (whole > panels.First) RunWholePanels(ref o.A, o.Steps, ref o.Then, b, ref o.S, ref o.C, panels with { End = whole });
        if (whole < panels.End) RunEdge<ByRow>(o.At(0, whole * width), ref b.Panel(whole), 1, 1, b.Columns - whole * width);
    }

    /// <summary>A row times whole panels, at least one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunWholePanels(ref float a, int steps, ref float then, PackedMatrix b, ref float start, ref float c, PanelRange panels)
    {
        if (b.IsBFloat16) RunWholePanels<BFloat16>(ref a, steps, ref then, b, ref start, ref c, panels);
        else RunWholePanels<RowTile.Single>(ref a, steps, ref then, b, ref start, ref c, panels);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunWholePanels<TFormat>(ref float a, int steps, ref float then, PackedMatrix b, ref float start, ref float c, PanelRange panels)
        where TFormat : struct, IFormat
    {
        if (WideVector.IsSupported) RunWholePanels<TFormat, WideVector>(ref a, steps, ref then, b, ref start, ref c, panels);
        else RunWholePanels<TFormat, UsualVector>(ref a, steps, ref then, b, ref start, ref c, panels);
    }

    /// <summary>The same in one format and width of vectors: most streams take one tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunWholePanels<TFormat, V>(ref float a, int steps, ref float then, PackedMatrix b, ref float start, ref float c, PanelRange panels)
        where TFormat : struct, IFormat
        where V : struct, IVector<V>
    {
        if (panels.Count <= MostPanels<V>()) RunTile<TFormat, V>(ref a, steps, ref then, b, ref start, ref c, panels.First, panels.Count);
        else RunTiles<TFormat, V>(ref a, steps, ref then, b, ref start, ref c, panels);
    }

    /// <summary>The same in several tiles, as few as there can be, shared evenly among them.</summary>
    private static void RunTiles<TFormat, V>(ref float a, int steps, ref float then, PackedMatrix b, ref float start, ref float c, PanelRange range)
        where TFormat : struct, IFormat
        where V : struct, IVector<V>
    {
        int tiles = (range.Count + MostPanelsOfSeveral<V>() - 1) / MostPanelsOfSeveral<V>();
        for (int left = range.Count, panels; left > 0; left -= panels, tiles--)
        {
            panels = (left + tiles - 1) / tiles;
            RunTile<TFormat, V>(ref a, steps, ref then, b, ref start, ref c, range.FromEnd ? range.First + left - panels : range.End - left, panels);
        }
    }

    /// <summary>A row times the panels of one tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunTile<TFormat, V>(ref float a, int steps, ref float then, PackedMatrix b, ref float start, ref float c, nint panel, int panels)
        where TFormat : struct, IFormat
        where V : struct, IVector<V>
    {
        nint panelSize = TFormat.PanelSize(b), column = panel * PackedMatrix.PanelWidth;
        RunTile<TFormat, V>(ref a, steps, ref Unsafe.Add(ref TFormat.First(b), panel * panelSize), panelSize, ref Unsafe.Add(ref start, Unsafe.IsNullRef(ref start) ? 0 : column),
            ref Unsafe.Add(ref c, column), ref then, b.Steps - steps, panels);
    }

    /// <summary>The same, from where its panels begin. Their number comes last, so that everything else already is where the tile takes it from: beside the sums of a small cell each instruction counts.</summary>
    private static void RunTile<TFormat, V>(ref float a, int steps, ref float b, nint panelSize, ref float start, ref float c, ref float then, int thenSteps, int panels)
        where TFormat : struct, IFormat
        where V : struct, IVector<V>
    {
        switch (PanelsOfTwo<V>() == 1 ? 2 * panels : panels)
        {
            case 12: TFormat.Run<Twelve, V>(ref a, steps, ref b, panelSize, ref start, ref c, ref then, thenSteps); return;
            case 11: TFormat.Run<Eleven, V>(ref a, steps, ref b, panelSize, ref start, ref c, ref then, thenSteps); return;
            case 10: TFormat.Run<Ten, V>(ref a, steps, ref b, panelSize, ref start, ref c, ref then, thenSteps); return;
            case 9: TFormat.Run<Nine, V>(ref a, steps, ref b, panelSize, ref start, ref c, ref then, thenSteps); return;
            case 8: TFormat.Run<Eight, V>(ref a, steps, ref b, panelSize, ref start, ref c, ref then, thenSteps); return;
            case 7: TFormat.Run<Seven, V>(ref a, steps, ref b, panelSize, ref start, ref c, ref then, thenSteps); return;
            case 6: TFormat.Run<Six, V>(ref a, steps, ref b, panelSize, ref start, ref c, ref then, thenSteps); return;
            case 5: TFormat.Run<Five, V>(ref a, steps, ref b, panelSize, ref start, ref c, ref then, thenSteps); return;
            case 4: TFormat.Run<Four, V>(ref a, steps, ref b, panelSize, ref start, ref c, ref then, thenSteps); return;
            case 3: TFormat.Run<Three, V>(ref a, steps, ref b, panelSize, ref start, ref c, ref then, thenSteps); return;
            case 2: TFormat.Run<Two, V>(ref a, steps, ref b, panelSize, ref start, ref c, ref then, thenSteps); return;
            default: TFormat.Run<One, V>(ref a, steps, ref b, panelSize, ref start, ref c, ref then, thenSteps); return;
        }
    }

    /// <summary>All rows of a block times some panels.</summary>
    private static void RunPanels<TOrder>(in ProductTile o, PackedMatrix b, int firstStep, TileRows rows, PanelRange panels)
        where TOrder : struct, IOrder
    {
        int whole = Math.Min(panels.End, b.Columns / PackedMatrix.PanelWidth), pairs = WideVector.IsSupported ? (whole - panels.First) / 2 : 0;
        PanelRange firsts = new(0, pairs, panels.FromEnd);
        for (int i = 0; i < pairs; i++)
            RunPanel<Two, TOrder, WideVector>(o, b, panels.First + 2 * firsts[i], 2 * panels.Direction, firstStep, rows);
        panels = panels with { First = panels.First + 2 * pairs };
        for (int i = 0; i < panels.Count; i++)
        {
            if (WideVector.IsSupported) RunPanel<One, TOrder, WideVector>(o, b, panels[i], panels.Direction, firstStep, rows);
            else RunPanel<Two, TOrder, UsualVector>(o, b, panels[i], panels.Direction, firstStep, rows);
        }
    }

    /// <summary>All rows of a block times the panel(s) of a tile, tiles of the same height at once.</summary>
    /// <param name="next">From here to the panel that comes next.</param>
    private static void RunPanel<TVectors, TOrder, V>(in ProductTile o, PackedMatrix b, int panel, int next, int firstStep, TileRows rows)
        where TVectors : struct, ICount
        where TOrder : struct, IOrder
        where V : struct, IVector<V>
    {
        int width = PackedMatrix.PanelWidth, valid = b.Columns - panel * width;
        // Bytes of the next panel's step that each row fetches while its tile is at this panel's step. With AVX-512 a single tile waits for nothing but its panels, and asking twice delays it.
        nint share = WideVector.IsSupported && (rows.Tiles == 1 || (long)b.PanelSteps * b.Columns <= FewValues) ? 0 : (sizeof(float) * width + rows.Total - 1) / rows.Total;
        ref float values = ref b.Panel(panel, firstStep), ahead = ref b.Panel(panel + next, firstStep);
        for (int tile = 0, row = 0, height, count; tile < rows.Tiles; tile += count, row += count * height)
        {
            height = rows.Height(tile);
            count = rows.Alike(tile);
            if (valid < width) RunEdge<TOrder>(o.At(row, panel * width), ref values, height, count, valid);
            else Run<TVectors, TOrder, V>(o.At(row, panel * width), height, count, ref values, (nint)b.PanelSteps * width, ref Unsafe.AddByteOffset(ref ahead, (o.Steps + o.ThenSteps) * share * row), share * height);
        }
    }

    private static void Run<TVectors, TOrder, V>(in ProductTile tile, int height, int tiles, ref float values, nint panelSize, ref float ahead, nint aheadStep)
        where TVectors : struct, ICount
        where TOrder : struct, IOrder
        where V : struct, IVector<V>
    {
        switch (height)
        {
            case 8: Tall<Eight, TVectors, TOrder, V>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
            case 7: Tall<Seven, TVectors, TOrder, V>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
            case 6: Tall<Six, TVectors, TOrder, V>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
            case 5: Tall<Five, TVectors, TOrder, V>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
            case 4: Tall<Four, TVectors, TOrder, V>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
            case 3: Tall<Three, TVectors, TOrder, V>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
            case 2: Tall<Two, TVectors, TOrder, V>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
            default: Tall<One, TVectors, TOrder, V>(tile, tiles, ref values, panelSize, ref ahead, aheadStep); break;
        }
    }

    /// <summary>A partly filled panel: computed beside C, then the valid columns are copied.</summary>
    [SkipLocalsInit]
    private static void RunEdge<TOrder>(in ProductTile o, ref float values, int height, int tiles, int valid)
        where TOrder : struct, IOrder
    {
        int width = PackedMatrix.PanelWidth, rows = height * tiles;
        ref float scratch = ref MemoryMarshal.GetReference(stackalloc float[(BlockRows + MostRows) * width]);
        ProductTile tile = o with { C = ref scratch, CRow = width };
        if (!Unsafe.IsNullRef(ref o.S))
        {
            CopyRows(ref o.S, o.SRow, ref scratch, width, rows, valid);
            tile.S = ref scratch;
            tile.SRow = width;
        }
        if (WideVector.IsSupported) Run<One, TOrder, WideVector>(tile, height, tiles, ref values, 0, ref values, 0);
        else if (valid <= UsualVector.Count) Run<One, TOrder, UsualVector>(tile, height, tiles, ref values, 0, ref values, 0);
        else Run<Two, TOrder, UsualVector>(tile, height, tiles, ref values, 0, ref values, 0);
        CopyRows(ref scratch, width, ref o.C, o.CRow, rows, valid);
    }

    private static void CopyRows(ref float source, nint sourceRow, ref float target, nint targetRow, int rows, int columns)
    {
        for (; rows > 0; rows--, source = ref Unsafe.Add(ref source, sourceRow), target = ref Unsafe.Add(ref target, targetRow))
            for (nint column = 0; column < columns; column++) Unsafe.Add(ref target, column) = Unsafe.Add(ref source, column);
    }

    private static void Require(long length, long needed, string name)
    {
        if (length < needed) throw new ArgumentException($"the product reads or writes {needed} values of '{name}', which has {length}", name);
    }

    /// <summary>Rows shared among as few tiles as there can be, evenly: the first ones may have a row more than the others.</summary>
    private readonly struct TileRows
    {
        private readonly int _least, _taller;

        public TileRows(int total)
        {
            Total = total;
            Tiles = (total + MostRows - 1) / MostRows;
            _least = total / Tiles;
            _taller = total - Tiles * _least;
        }

        public int Total { get; }

        public int Tiles { get; }

        public int Height(int tile) => tile < _taller ? _least + 1 : _least;

        /// <summary>Tiles of the same height from this one on.</summary>
        public int Alike(int tile) => tile < _taller ? _taller - tile : Tiles - tile;
    }
}
