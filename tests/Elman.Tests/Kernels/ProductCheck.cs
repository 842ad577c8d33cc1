using Elman.Kernels;

namespace Elman.Tests.Kernels;

/// <summary>Checks one matrix product in guarded memory: against the chain of multiply-adds to the bit, and against the double twin.</summary>
internal sealed class ProductCheck : IDisposable
{
    private const int Capacity = 1 << 20;

    private static readonly float[] ValuesA = Kernel.Values(Capacity, 1), ValuesB = Kernel.Values(Capacity, 2), ValuesS = Kernel.Values(Capacity, 3);

    private readonly GuardedMemory _a = new(Capacity), _b = new(Capacity), _s = new(Capacity), _c = new(Capacity);
    private readonly PackedMatrix _packed = new();
    private readonly float[] _chain = new float[Capacity];

    /// <summary>Where the chains begin.</summary>
    public enum Start { Zero, Bias, Matrix, InPlace }

    /// <param name="ByStep">Whether A lies step after step (transposed) and not row after row.</param>
    /// <param name="Gap">Values between the rows of A, S and C, and between A's steps if rows are adjacent there.</param>
    /// <param name="AtEnd">Whether the spans end, and not begin, at a guard page.</param>
    public sealed record Product(int Rows, int Columns, int Steps, Start Start, bool ByStep, int Gap, bool AtEnd);

    public void Run(Product p)
    {
        (int rowStride, int stepStride) = p.ByStep ? (1 + p.Gap / 2, p.Rows * (1 + p.Gap / 2) + p.Gap) : (p.Steps + p.Gap, 1);
        int cStride = p.Columns + p.Gap, startStride = p.Start switch { Start.Matrix => p.Columns + 2 * p.Gap, Start.InPlace => cStride, _ => 0 };
        Span<float> a = Fill(_a, ValuesA, Extent(p.Rows, rowStride, p.Steps, stepStride), p.AtEnd);
        Span<float> b = Fill(_b, ValuesB, Extent(p.Steps, p.Columns, p.Columns, 1), p.AtEnd);
        Span<float> c = Fill(_c, ValuesS, Extent(p.Rows, cStride, p.Columns, 1), p.AtEnd);
        Span<float> start = p.Start switch
        {
            Start.Zero => default,
            Start.InPlace => c,
            _ => Fill(_s, ValuesS.AsSpan(Capacity / 2), Extent(p.Rows, startStride, p.Columns, 1), p.AtEnd),
        };
        Span<float> chain = _chain.AsSpan(0, c.Length);
        c.CopyTo(chain);
        Chain(p, a, rowStride, stepStride, b, start, startStride, chain, cStride);

        MatrixProduct.Multiply(p.Rows, a, rowStride, stepStride, _packed.Pack(b, p.Steps, p.Columns, p.Columns, 1), start, startStride, c, cStride);

        Bits.Equal(chain, c, p.ToString());
    }

    public void Dispose()
    {
        foreach (GuardedMemory memory in (GuardedMemory[])[_a, _b, _s, _c]) memory.Dispose();
    }

    /// <summary>
    /// The scalar twin, which is the contract; and its distance from the sum in double precision, at most that of one rounding per step
    /// (Higham 2002, section 3.1).
    /// </summary>
    private static void Chain(Product p, ReadOnlySpan<float> a, int rowStride, int stepStride, ReadOnlySpan<float> b,
        ReadOnlySpan<float> start, int startStride, Span<float> c, int cStride)
    {
        for (int row = 0; row < p.Rows; row++)
        {
            for (int column = 0; column < p.Columns; column++)
            {
                float sum = p.Start == Start.Zero ? 0 : start[row * startStride + column];
                double exact = sum, magnitude = Math.Abs(exact);
                for (int step = 0; step < p.Steps; step++)
                {
                    float x = a[row * rowStride + step * stepStride], y = b[step * p.Columns + column];
                    sum = MathF.FusedMultiplyAdd(x, y, sum);
                    exact += (double)x * y;
                    magnitude += Math.Abs((double)x * y);
                }
                if (Math.Abs(sum - exact) > p.Steps * Math.ScaleB(1.01, -24) * magnitude) Assert.Fail($"the twins differ: {sum:R} and {exact:R} in {p}");
                c[row * cStride + column] = sum;
            }
        }
    }

    /// <summary>Floats from the first to the last element of a strided matrix.</summary>
    private static int Extent(int rows, int rowStride, int columns, int columnStride) =>
        rows == 0 || columns == 0 ? 0 : (rows - 1) * rowStride + (columns - 1) * columnStride + 1;

    private static Span<float> Fill(GuardedMemory memory, ReadOnlySpan<float> values, int count, bool end)
    {
        Span<float> span = memory.At(end, count);
        values[..count].CopyTo(span);
        return span;
    }
}
