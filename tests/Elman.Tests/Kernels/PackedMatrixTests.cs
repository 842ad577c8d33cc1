using System.Numerics;
using System.Runtime.CompilerServices;
using Elman.Kernels;

namespace Elman.Tests.Kernels;

public class PackedMatrixTests
{
    private static readonly int V = Vector<float>.Count;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Elements_come_to_their_panel_step_and_lane(bool byColumn)
    {
        using GuardedMemory memory = new(11 * (8 * V + 1));
        PackedMatrix packed = new();
        for (int steps = 0; steps <= 9; steps++)
        {
            for (int columns = 0; columns <= 8 * V + 1; columns++)
            {
                (int stepStride, int columnStride) = byColumn ? (1, steps + 2) : (columns + 2, 1);
                int count = steps == 0 || columns == 0 ? 0 : (steps - 1) * stepStride + (columns - 1) * columnStride + 1;
                foreach (bool end in (bool[])[false, true])
                {
                    Span<float> source = memory.At(end, count);
                    Kernel.Values(count, (ulong)columns).CopyTo(source);
                    packed.Pack(source, steps, columns, stepStride, columnStride);
                    Check(packed, source, steps, columns, stepStride, columnStride);
                }
            }
        }
    }

    [Fact]
    public void A_smaller_matrix_leaves_nothing_of_a_larger_one_behind()
    {
        PackedMatrix packed = new PackedMatrix().Pack(Kernel.Values(100 * 100), 100, 100, 100, 1);
        float[] small = Kernel.Values(3 * 5, 2);
        Check(packed.Pack(small, 3, 5, 5, 1), small, 3, 5, 5, 1);
        Check(packed.Pack(small, 5, 3, 1, 5), small, 5, 3, 1, 5);
    }

    [Fact]
    public void A_part_is_filled_and_read_in_the_place_of_its_steps()
    {
        int columns = 5 * V;
        PackedMatrix whole = new(), above = new(), below = new();
        whole.Resize(7, columns);
        above.Share(whole, 0, 3);
        below.Share(whole, 3, 4);
        float[] values = Kernel.Values(7 * columns);
        // Steps for one part, columns (of the transposed values) for the other.
        for (int step = 0; step < 3; step++) above.SetStep(step, values.AsSpan(step * columns, columns));
        for (int first = 0; first < columns; first += V) below.SetColumns(first, values.AsSpan(3 * columns + first), V, columns, 1);
        Check(whole, values, 7, columns, columns, 1);
        Check(above, values, 3, columns, columns, 1);
        Check(below, values.AsSpan(3 * columns), 4, columns, columns, 1);
    }

    [Fact]
    public void A_part_has_the_words_of_its_steps_wherever_it_begins()
    {
        int columns = 5 * V;
        float[] values = Kernel.Values(7 * columns);
        PackedMatrix whole = new PackedMatrix().Pack(values, 7, columns, columns, 1), part = new();
        whole.RoundToBFloat16();
        CheckWords(whole, 7);
        foreach ((int first, int steps) in ((int, int)[])[(0, 7), (2, 5), (4, 3), (3, 4), (1, 3), (6, 1)])
        {
            part.Share(whole, first, steps);
            Assert.True(part.IsBFloat16);
            CheckWords(part, steps);
        }
        CheckWords(whole, 7);
    }

    /// <summary>The words of a matrix against its rounded values.</summary>
    private static void CheckWords(PackedMatrix packed, int steps)
    {
        for (int panel = 0; panel < packed.Panels; panel++)
            for (int step = 0; step < steps; step++)
                for (int column = 0; column < PackedMatrix.PanelWidth; column++)
                {
                    uint word = BitConverter.SingleToUInt32Bits(Unsafe.Add(ref packed.BFloat16Words, panel * packed.BFloat16PanelSize + step / 2 * PackedMatrix.PanelWidth + column));
                    Assert.Equal(BitConverter.SingleToUInt32Bits(Unsafe.Add(ref packed.Panel(panel, step), column)), (step % 2 == 0 ? word << 16 : word) & 0xFFFF0000);
                }
    }

    [Fact]
    public unsafe void Panels_begin_at_a_cache_line()
    {
        for (int steps = 1; steps < 40; steps++)
        {
            PackedMatrix packed = new();
            packed.Resize(steps, V);
            fixed (float* first = &packed.Panel(0)) Assert.Equal(0, (nint)first % 64);
        }
    }

    [Fact]
    public void A_matrix_beyond_the_largest_array_is_refused() =>
        Assert.Throws<OverflowException>(() => new PackedMatrix().Resize(1 << 16, 1 << 16));

    private static void Check(PackedMatrix packed, ReadOnlySpan<float> source, int steps, int columns, int stepStride, int columnStride)
    {
        Assert.Equal((steps, columns), (packed.Steps, packed.Columns));
        Assert.Equal((columns + 2 * V - 1) / (2 * V), packed.Panels);
        for (int panel = 0; panel < packed.Panels; panel++)
        {
            for (int step = 0; step < steps; step++)
            {
                for (int lane = 0; lane < 2 * V; lane++)
                {
                    int column = panel * 2 * V + lane;
                    float expected = column < columns ? source[step * stepStride + column * columnStride] : 0;
                    Assert.Equal(expected, System.Runtime.CompilerServices.Unsafe.Add(ref packed.Panel(panel, step), lane));
                }
            }
        }
    }
}
