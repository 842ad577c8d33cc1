using System.Numerics;
using CsCheck;
using Elman.Kernels;
using static Elman.Tests.Kernels.ProductCheck;

namespace Elman.Tests.Kernels;

public class MatrixProductTests
{
    private static readonly int V = Vector<float>.Count;

    [Fact]
    public void Every_number_of_rows_and_columns_gives_the_chain_of_multiply_adds()
    {
        using ProductCheck check = new();
        Start[] starts = Enum.GetValues<Start>();
        int which = 0;
        for (int rows = 0; rows <= 20; rows++)
            for (int columns = 0; columns <= 70; columns++)
                foreach (int steps in (int[])[0, 1, 2, 7])
                    foreach (Start start in starts)
                        check.Run(new Product(rows, columns, steps, start, ByStep: which % 3 == 0, Gap: which % 2, AtEnd: which++ % 5 < 3));
    }

    [Fact]
    public void Every_number_of_steps_gives_the_chain_of_multiply_adds()
    {
        using ProductCheck check = new();
        int which = 0;
        for (int steps = 0; steps <= 300; steps++)
        {
            foreach (int rows in (int[])[1, 5, 19])
            {
                foreach (int columns in (int[])[1, V, 8 * V + 1, 10 * V - 1])
                    foreach (bool byStep in (bool[])[false, true])
                        check.Run(new Product(rows, columns, steps, (Start)(which % 4), byStep, Gap: which % 3, AtEnd: which++ % 2 == 0));
            }
        }
    }

    [Fact]
    public void Transposed_blocks_end_anywhere()
    {
        using ProductCheck check = new();
        foreach (int rows in (int[])[4, 47, 48, 49, 95, 96, 97, 150])
            foreach (int steps in (int[])[0, 1, 192, 385, 511, 512, 513, 1024, 1025])
                foreach (Start start in Enum.GetValues<Start>())
                    check.Run(new Product(rows, 2 * V + 3, steps, start, ByStep: true, Gap: 1, AtEnd: true));
        // Many columns, for which blocks are packed.
        int which = 0;
        foreach (int rows in (int[])[5, 48, 49])
            foreach (int steps in (int[])[1, 511, 512, 513])
                check.Run(new Product(rows, 68 * V + 3, steps, (Start)(which++ % 4), ByStep: true, Gap: 1, AtEnd: true));
    }

    [Fact]
    public void Any_sizes_strides_and_starts() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[0, 90], Gen.Int[0, 400], Gen.Enum<Start>(), Gen.Bool, Gen.Int[0, 9], Gen.Bool,
            (rows, columns, steps, start, byStep, gap, end) => new Product(rows, columns, steps, start, byStep, gap, end))
        .Sample(
            product =>
            {
                using ProductCheck check = new();
                check.Run(product);
            },
            iter: 300, threads: 1);

    [Fact]
    public void A_row_is_the_same_to_the_bit_among_any_number_of_rows()
    {
        const int steps = 37, most = 25;
        int columns = 5 * V + 3;
        PackedMatrix b = new PackedMatrix().Pack(Kernel.Values(steps * columns, 2), steps, columns, columns, 1);
        float[] a = Kernel.Values(most * steps), all = new float[most * columns], some = new float[most * columns];
        MatrixProduct.Multiply(most, a, steps, 1, b, default, 0, all, columns);
        for (int first = 0; first < most; first++)
        {
            for (int rows = 1; first + rows <= most; rows++)
            {
                MatrixProduct.Multiply(rows, a.AsSpan(first * steps), steps, 1, b, default, 0, some, columns);
                Bits.Equal(all.AsSpan(first * columns, rows * columns), some.AsSpan(0, rows * columns), $"{rows} rows from row {first} on");
            }
        }
    }

    [Fact]
    public void Joined_products_are_one_chain_over_both()
    {
        const int most = 20;
        foreach ((int first, int second) in new[] { (0, 5), (1, 1), (3, 9), (4, 8), (7, 4), (2, 0), (37, 21) })
        {
            foreach (int columns in (int[])[1, V, 4 * V, 13 * V, 15 * V + 2])
            {
                int steps = first + second;
                PackedMatrix whole = new PackedMatrix().Pack(Kernel.Values(steps * columns, 2), steps, columns, columns, 1), above = new(), below = new();
                above.Share(whole, 0, first);
                below.Share(whole, first, second);
                float[] a = Kernel.Values(most * steps), bias = Kernel.Values(columns, 3);
                // Rows of the two parts are apart by their own strides.
                float[] left = new float[most * (first + 1)], right = new float[most * (second + 3)];
                for (int row = 0; row < most; row++)
                {
                    a.AsSpan(row * steps, first).CopyTo(left.AsSpan(row * (first + 1)));
                    a.AsSpan(row * steps + first, second).CopyTo(right.AsSpan(row * (second + 3)));
                }
                for (int rows = 0; rows <= most; rows++)
                {
                    float[] expected = new float[rows * columns], joined = new float[rows * columns], added = new float[rows * columns];
                    MatrixProduct.Multiply(rows, a, steps, 1, whole, bias, 0, expected, columns);
                    foreach (bool fromEnd in (bool[])[false, true])
                    {
                        joined.AsSpan().Clear();
                        MatrixProduct.MultiplyJoined(rows, left, first + 1, first, right, second + 3, whole, bias, 0, joined, columns, new(0, whole.Panels, fromEnd));
                        Bits.Equal(expected, joined, $"{rows} rows, {first} + {second} steps, {columns} columns, from the {(fromEnd ? "end" : "start")}");
                    }
                    joined.AsSpan().Clear();
                    MatrixProduct.Multiply(rows, a, steps, 1, whole, bias, 0, joined, columns, new(0, whole.Panels, FromEnd: true));
                    Bits.Equal(expected, joined, $"{rows} rows, {steps} steps, {columns} columns, from the end");
                    MatrixProduct.Multiply(rows, left, first + 1, 1, above, bias, 0, added, columns);
                    MatrixProduct.Multiply(rows, right, second + 3, 1, below, added, columns, added, columns);
                    Bits.Equal(expected, added, $"one after the other: {rows} rows, {first} + {second} steps, {columns} columns");
                }
                if (columns % (2 * V) != 0) continue;
                float[] single = new float[columns], row1 = new float[columns];
                MatrixProduct.Multiply(1, a, steps, 1, whole, bias, 0, single, columns);
                MatrixProduct.MultiplyRow(ref a[0], first, ref a.AsSpan(first)[0], whole, ref bias[0], ref row1[0]);
                Bits.Equal(single, row1, $"a row, {first} + {second} steps, {columns} columns");
                row1.AsSpan().Clear();
                MatrixProduct.MultiplyRow(ref a[0], first, ref a.AsSpan(first)[0], whole, ref bias[0], ref row1[0], fromEnd: true);
                Bits.Equal(single, row1, $"a row, {first} + {second} steps, {columns} columns, from the end");
            }
        }
    }

    [Theory]
    [InlineData("a", 7, 15)]
    [InlineData("then", 8, 14)]
    public void A_part_of_a_joined_product_too_short_for_the_sizes_is_refused_by_name(string name, int a, int then)
    {
        PackedMatrix b = new PackedMatrix().Pack(new float[7 * 5], 7, 5, 5, 1);
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => MatrixProduct.MultiplyJoined(3, new float[a], 3, 2, new float[then], 5, b, new float[5], 0, new float[15], 5, new(0, b.Panels)));
        Assert.Equal(name, error.ParamName);
    }

    [Theory]
    [InlineData("a", 11, 8, 15)]
    [InlineData("start", 12, 7, 15)]
    [InlineData("c", 12, 8, 14)]
    public void A_span_too_short_for_the_sizes_is_refused_by_name(string name, int a, int start, int c)
    {
        PackedMatrix b = new PackedMatrix().Pack(new float[4 * 5], 4, 5, 5, 1);
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => MatrixProduct.Multiply(3, new float[a], 4, 1, b, new float[start + 5], 4, new float[c], 5));
        Assert.Equal(name, error.ParamName);
    }

    [Fact]
    public void Infinities_and_NaN_stay_in_their_rows()
    {
        PackedMatrix b = new PackedMatrix().Pack(Kernel.Values(3 * 40, 2), 3, 40, 40, 1);
        float[] a = Kernel.Values(7 * 3), clean = new float[7 * 40], dirty = new float[7 * 40];
        MatrixProduct.Multiply(7, a, 3, 1, b, default, 0, clean, 40);
        (a[4], a[10]) = (float.NaN, float.PositiveInfinity);
        MatrixProduct.Multiply(7, a, 3, 1, b, default, 0, dirty, 40);
        for (int row = 0; row < 7; row++)
        {
            if (row is 1 or 3) Assert.DoesNotContain(dirty[(row * 40)..(row * 40 + 40)], float.IsFinite);
            else Bits.Equal(clean.AsSpan(row * 40, 40), dirty.AsSpan(row * 40, 40), $"row {row}");
        }
    }
}
