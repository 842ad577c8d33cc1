using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Elman.Kernels;

/// <summary>
/// C = S + A·B. Every element of C is one chain of fused multiply-adds over the steps in ascending order that begins at its element
/// of S, whichever tile computes it: the result of a row is the same to the bit for any number of rows.
/// </summary>
/// <remarks>
/// Tiles, in rows × vectors: 6 × 2 keeps 12 accumulators, two vectors of B and one broadcast of A in the 16 registers of AVX2 and hides
/// the latency of the multiply-add (4 cycles × 2 units need 8 chains); 4 × 2 serves remainders; a single row takes 1 × 8, over four panels
/// at once, again for 8 chains. The tiles skip the JIT's first tier, which would call every vector operation.
/// </remarks>
internal static class MatrixProduct
{
    /// <summary>Computes <paramref name="rows"/> rows of C.</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="a">Element (row, step) is at <c>row·aRowStride + step·aStepStride</c>.</param>
    /// <param name="b">[steps, columns]</param>
    /// <param name="start">S: element (row, column) is at <c>row·startStride + column</c>. Empty means zeros; stride 0 means one row (a bias)
    /// for all; the span of C itself means that the product is added to C.</param>
    /// <param name="c">Element (row, column) is at <c>row·cStride + column</c>.</param>
    /// <exception cref="ArgumentException">A span is too short for the sizes.</exception>
    public static void Multiply(int rows, ReadOnlySpan<float> a, int aRowStride, int aStepStride, PackedMatrix b,
        ReadOnlySpan<float> start, int startStride, Span<float> c, int cStride)
    {
        if (rows == 0 || b.Columns == 0) return;
        if (b.Steps > 0) Require(a.Length, (rows - 1L) * aRowStride + (b.Steps - 1L) * aStepStride + 1, nameof(a));
        Require(c.Length, (rows - 1L) * cStride + b.Columns, nameof(c));
        if (!start.IsEmpty) Require(start.Length, (rows - 1L) * startStride + b.Columns, nameof(start));

        Operands operands = new()
        {
            A = ref MemoryMarshal.GetReference(a),
            ARow = aRowStride,
            AStep = aStepStride,
            S = ref MemoryMarshal.GetReference(start),
            SRow = startStride,
            C = ref MemoryMarshal.GetReference(c),
            CRow = cStride,
            Zero = start.IsEmpty,
        };
        if (aStepStride == 1 || rows < 4) Run(operands, b, 0, b.Steps, 0, rows);
        else RunTransposed(operands, b, rows);
    }

    /// <summary>Rows <paramref name="row"/> to <paramref name="end"/>, over <paramref name="steps"/> steps of B from <paramref name="firstStep"/> on.</summary>
    private static void Run(in Operands operands, PackedMatrix b, int firstStep, int steps, int row, int end)
    {
        int tiled = row + TiledRows(end - row);
        for (int panel = 0; panel < b.Panels && tiled > row; panel++) RunPanel(operands, b, panel, firstStep, steps, row, tiled);
        for (row = tiled; row < end; row++) RunRow(operands, b, firstStep, steps, row);
    }

    /// <summary>
    /// A stands transposed (a weight gradient sums over rows of the batch): blocks of it are turned into a small row-major copy first, because
    /// broadcasts that lie a row apart miss the cache. The chains go on from block to block.
    /// </summary>
    private static void RunTransposed(in Operands operands, PackedMatrix b, int rows)
    {
        const int blockRows = 48, blockSteps = 192;
        Span<float> block = stackalloc float[blockRows * blockSteps];
        for (int row = 0; row < rows; row += blockRows)
        {
            int height = Math.Min(blockRows, rows - row);
            for (int step = 0; step == 0 || step < b.Steps; step += blockSteps)
            {
                int steps = Math.Min(blockSteps, b.Steps - step);
                for (int k = 0; k < steps; k++)
                {
                    ref float from = ref Unsafe.Add(ref operands.A, row * operands.ARow + (step + k) * operands.AStep);
                    for (int r = 0; r < height; r++) block[r * blockSteps + k] = Unsafe.Add(ref from, r * operands.ARow);
                }
                bool first = step == 0;
                Operands part = new()
                {
                    A = ref MemoryMarshal.GetReference(block),
                    ARow = blockSteps,
                    AStep = 1,
                    S = ref first && !operands.Zero ? ref Unsafe.Add(ref operands.S, row * operands.SRow) : ref Unsafe.Add(ref operands.C, row * operands.CRow),
                    SRow = first ? operands.SRow : operands.CRow,
                    C = ref Unsafe.Add(ref operands.C, row * operands.CRow),
                    CRow = operands.CRow,
                    Zero = first && operands.Zero,
                };
                Run(part, b, step, steps, 0, height);
            }
        }
    }

    /// <summary>Rows that go through the tiles of 6 and 4; the rest, three at most, go one by one.</summary>
    private static int TiledRows(int rows) => rows < 4 ? 0 : (rows % 6) switch
    {
        4 or 0 => rows,
        5 => rows - 1,
        // 8 = 4 + 4 and 14 = 6 + 4 + 4 leave nothing; 9 and 7 leave one row.
        2 => rows,
        3 => rows - 1,
        _ => rows - 1,
    };

    private static void RunPanel(in Operands o, PackedMatrix b, int panel, int firstStep, int steps, int row, int end)
    {
        int column = panel * PackedMatrix.PanelWidth;
        bool whole = b.Columns - column >= PackedMatrix.PanelWidth;
        ref float values = ref b.Panel(panel, firstStep);
        while (row < end)
        {
            int left = end - row;
            int height = left == 4 || left == 8 ? 4 : 6;
            if (whole)
            {
                Tile tile = o.At(row, column);
                if (height == 6) Tile6(tile, ref values, steps);
                else Tile4(tile, ref values, steps);
            }
            else
            {
                RunEdge(o, ref values, steps, row, height, column, b.Columns - column);
            }
            row += height;
        }
    }

    /// <summary>One row: four panels at a time, then one at a time.</summary>
    private static void RunRow(in Operands o, PackedMatrix b, int firstStep, int steps, int row)
    {
        int whole = b.Columns / PackedMatrix.PanelWidth, panel = 0;
        for (; panel <= whole - 4; panel += 4) Row8(o.At(row, panel * PackedMatrix.PanelWidth), b, panel, firstStep, steps);
        for (; panel < whole; panel++) Row2(o.At(row, panel * PackedMatrix.PanelWidth), ref b.Panel(panel, firstStep), steps);
        if (panel < b.Panels)
        {
            int column = panel * PackedMatrix.PanelWidth;
            RunEdge(o, ref b.Panel(panel, firstStep), steps, row, 1, column, b.Columns - column);
        }
    }

    /// <summary>A partly filled panel: computed beside C, then the valid columns are copied.</summary>
    private static void RunEdge(in Operands o, ref float values, int steps, int row, int height, int column, int valid)
    {
        int width = PackedMatrix.PanelWidth;
        Span<float> scratch = stackalloc float[height * width];
        scratch.Clear();
        if (!o.Zero)
        {
            for (int r = 0; r < height; r++)
                MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref o.S, (nint)(row + r) * o.SRow + column), valid).CopyTo(scratch[(r * width)..]);
        }
        Tile tile = new()
        {
            A = ref Unsafe.Add(ref o.A, row * o.ARow),
            ARow = o.ARow,
            AStep = o.AStep,
            S = ref MemoryMarshal.GetReference(scratch),
            SRow = width,
            C = ref MemoryMarshal.GetReference(scratch),
            CRow = width,
        };
        if (height == 6) Tile6(tile, ref values, steps);
        else if (height == 4) Tile4(tile, ref values, steps);
        else Row2(tile, ref values, steps);
        for (int r = 0; r < height; r++)
            scratch.Slice(r * width, valid).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref o.C, (nint)(row + r) * o.CRow + column), valid));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6(in Tile t, ref float b, int steps)
    {
        nint v = Vector<float>.Count;
        ref float a0 = ref t.A;
        ref float a1 = ref Unsafe.Add(ref a0, t.ARow);
        ref float a2 = ref Unsafe.Add(ref a1, t.ARow);
        ref float a3 = ref Unsafe.Add(ref a2, t.ARow);
        ref float a4 = ref Unsafe.Add(ref a3, t.ARow);
        ref float a5 = ref Unsafe.Add(ref a4, t.ARow);
        (Vector<float> c00, Vector<float> c01) = t.Start(0);
        (Vector<float> c10, Vector<float> c11) = t.Start(1);
        (Vector<float> c20, Vector<float> c21) = t.Start(2);
        (Vector<float> c30, Vector<float> c31) = t.Start(3);
        (Vector<float> c40, Vector<float> c41) = t.Start(4);
        (Vector<float> c50, Vector<float> c51) = t.Start(5);
        nint at = 0, stride = t.AStep;
        for (int step = 0; step < steps; step++, at += stride, b = ref Unsafe.Add(ref b, 2 * v))
        {
            Vector<float> b0 = Vector.LoadUnsafe(ref b), b1 = Vector.LoadUnsafe(ref b, (nuint)v);
            Vector<float> x = new(Unsafe.Add(ref a0, at));
            c00 = Vector.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector.FusedMultiplyAdd(x, b1, c01);
            x = new(Unsafe.Add(ref a1, at));
            c10 = Vector.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector.FusedMultiplyAdd(x, b1, c11);
            x = new(Unsafe.Add(ref a2, at));
            c20 = Vector.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector.FusedMultiplyAdd(x, b1, c21);
            x = new(Unsafe.Add(ref a3, at));
            c30 = Vector.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector.FusedMultiplyAdd(x, b1, c31);
            x = new(Unsafe.Add(ref a4, at));
            c40 = Vector.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector.FusedMultiplyAdd(x, b1, c41);
            x = new(Unsafe.Add(ref a5, at));
            c50 = Vector.FusedMultiplyAdd(x, b0, c50);
            c51 = Vector.FusedMultiplyAdd(x, b1, c51);
        }
        t.Store(0, c00, c01);
        t.Store(1, c10, c11);
        t.Store(2, c20, c21);
        t.Store(3, c30, c31);
        t.Store(4, c40, c41);
        t.Store(5, c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(in Tile t, ref float b, int steps)
    {
        nint v = Vector<float>.Count;
        ref float a0 = ref t.A;
        ref float a1 = ref Unsafe.Add(ref a0, t.ARow);
        ref float a2 = ref Unsafe.Add(ref a1, t.ARow);
        ref float a3 = ref Unsafe.Add(ref a2, t.ARow);
        (Vector<float> c00, Vector<float> c01) = t.Start(0);
        (Vector<float> c10, Vector<float> c11) = t.Start(1);
        (Vector<float> c20, Vector<float> c21) = t.Start(2);
        (Vector<float> c30, Vector<float> c31) = t.Start(3);
        nint at = 0, stride = t.AStep;
        for (int step = 0; step < steps; step++, at += stride, b = ref Unsafe.Add(ref b, 2 * v))
        {
            Vector<float> b0 = Vector.LoadUnsafe(ref b), b1 = Vector.LoadUnsafe(ref b, (nuint)v);
            Vector<float> x = new(Unsafe.Add(ref a0, at));
            c00 = Vector.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector.FusedMultiplyAdd(x, b1, c01);
            x = new(Unsafe.Add(ref a1, at));
            c10 = Vector.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector.FusedMultiplyAdd(x, b1, c11);
            x = new(Unsafe.Add(ref a2, at));
            c20 = Vector.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector.FusedMultiplyAdd(x, b1, c21);
            x = new(Unsafe.Add(ref a3, at));
            c30 = Vector.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector.FusedMultiplyAdd(x, b1, c31);
        }
        t.Store(0, c00, c01);
        t.Store(1, c10, c11);
        t.Store(2, c20, c21);
        t.Store(3, c30, c31);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row2(in Tile t, ref float b, int steps)
    {
        nint v = Vector<float>.Count;
        (Vector<float> c0, Vector<float> c1) = t.Start(0);
        nint at = 0, stride = t.AStep;
        ref float a = ref t.A;
        for (int step = 0; step < steps; step++, at += stride, b = ref Unsafe.Add(ref b, 2 * v))
        {
            Vector<float> x = new(Unsafe.Add(ref a, at));
            c0 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref b), c0);
            c1 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref b, (nuint)v), c1);
        }
        t.Store(0, c0, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row8(Tile t, PackedMatrix matrix, int panel, int firstStep, int steps)
    {
        nint v = Vector<float>.Count;
        ref float b0 = ref matrix.Panel(panel, firstStep);
        ref float b1 = ref matrix.Panel(panel + 1, firstStep);
        ref float b2 = ref matrix.Panel(panel + 2, firstStep);
        ref float b3 = ref matrix.Panel(panel + 3, firstStep);
        (Vector<float> c0, Vector<float> c1) = t.Start(0);
        (Vector<float> c2, Vector<float> c3) = t.Start(0, 2 * v);
        (Vector<float> c4, Vector<float> c5) = t.Start(0, 4 * v);
        (Vector<float> c6, Vector<float> c7) = t.Start(0, 6 * v);
        nint at = 0, from = 0, stride = t.AStep;
        ref float a = ref t.A;
        for (int step = 0; step < steps; step++, at += stride, from += 2 * v)
        {
            Vector<float> x = new(Unsafe.Add(ref a, at));
            c0 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref b0, (nuint)from), c0);
            c1 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref b0, (nuint)(from + v)), c1);
            c2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref b1, (nuint)from), c2);
            c3 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref b1, (nuint)(from + v)), c3);
            c4 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref b2, (nuint)from), c4);
            c5 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref b2, (nuint)(from + v)), c5);
            c6 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref b3, (nuint)from), c6);
            c7 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref b3, (nuint)(from + v)), c7);
        }
        t.Store(0, c0, c1);
        t.Store(0, c2, c3, 2 * v);
        t.Store(0, c4, c5, 4 * v);
        t.Store(0, c6, c7, 6 * v);
    }

    private static void Require(long length, long needed, string name)
    {
        if (length < needed) throw new ArgumentException($"the product reads or writes {needed} values of '{name}', which has {length}", name);
    }

    /// <summary>The strided operands of a whole product.</summary>
    private ref struct Operands
    {
        public ref float A, S, C;
        public nint ARow, AStep, SRow, CRow;
        public bool Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Tile At(nint row, nint column) => new()
        {
            A = ref Unsafe.Add(ref A, row * ARow),
            ARow = ARow,
            AStep = AStep,
            S = ref Zero ? ref Unsafe.NullRef<float>() : ref Unsafe.Add(ref S, row * SRow + column),
            SRow = SRow,
            C = ref Unsafe.Add(ref C, row * CRow + column),
            CRow = CRow,
        };
    }

    /// <summary>The operands from one tile's corner on; S is a null reference where the chains begin at zero.</summary>
    private ref struct Tile
    {
        public ref float A, S, C;
        public nint ARow, AStep, SRow, CRow;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly (Vector<float> Left, Vector<float> Right) Start(nint row, nint column = 0)
        {
            if (Unsafe.IsNullRef(ref S)) return (Vector<float>.Zero, Vector<float>.Zero);
            ref float from = ref Unsafe.Add(ref S, row * SRow + column);
            return (Vector.LoadUnsafe(ref from), Vector.LoadUnsafe(ref from, (nuint)Vector<float>.Count));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(nint row, Vector<float> left, Vector<float> right, nint column = 0)
        {
            ref float to = ref Unsafe.Add(ref C, row * CRow + column);
            left.StoreUnsafe(ref to);
            right.StoreUnsafe(ref to, (nuint)Vector<float>.Count);
        }
    }
}
