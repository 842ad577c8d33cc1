using System.Buffers;
using System.Numerics.Tensors;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// One weight gradient, Σ over steps of (product's gradient)ᵀ · (what the weight was multiplied with). The sum of each block of steps is
/// one chain from zero, and the blocks' sums are added to the parameter's gradient one after the other: long sums keep their accuracy, and
/// the result depends neither on how the rows are split over threads nor on how many blocks are in memory at once.
/// </summary>
/// <param name="blocks">The steps of each block, in the order in which backpropagation meets them.</param>
/// <param name="atOnce">How many blocks are packed at once.</param>
/// <param name="products">Gradients of the products, [steps, G·H padded].</param>
/// <param name="factors">[steps, columns] with rows <paramref name="factorStride"/> apart; empty for a bias, whose factor is 1.</param>
/// <param name="firstGate">The first of the parameter's gates that is meant, and where its products begin in a row.</param>
internal sealed class WeightGradient((int Start, int End)[] blocks, int atOnce, UnitSizes sizes, Tensor parameter, Memory<float> products, Memory<float> factors,
    int columns, int factorStride, int firstGate, int gates, int productFirst)
{
    /// <summary>Rows of a sum that are computed before they are added, so that they are still in the cache.</summary>
    private const int ChunkRows = 48;

    /// <summary>Packed factors of earlier blocks, whose buffers the next ones take over.</summary>
    private static readonly IdlePool<PackedMatrix> Spare = new();

    private readonly PackedMatrix?[] _factors = new PackedMatrix?[atOnce];
    private readonly Memory<float> _gradient = parameter.GradientTensor().Values;

    private int Rows => gates * sizes.Padded;

    /// <summary>Blocks of steps to sum over.</summary>
    public int Blocks => blocks.Length;

    /// <summary>Values of the packed factors of one block, at most.</summary>
    public static int PackedSize(int columns) =>
        SequenceLayout.LongestBlock * ((columns + PackedMatrix.PanelWidth - 1) / PackedMatrix.PanelWidth * PackedMatrix.PanelWidth);

    /// <summary>Packs the factors of a block, for <see cref="Add"/>.</summary>
    public void Pack(int block)
    {
        if (factors.IsEmpty || block >= blocks.Length) return;
        (int start, int end) = blocks[block];
        PackedMatrix packed = Spare.Take(PackedSize(columns)) ?? new PackedMatrix();
        _factors[block % atOnce] = packed.Pack(factors.Span[(start * factorStride)..], end - start, columns, factorStride, 1);
    }

    /// <summary>Lets go of what <see cref="Pack"/> has made.</summary>
    public void Unpack(int block)
    {
        if (factors.IsEmpty || block >= blocks.Length) return;
        Spare.Give(PackedSize(columns), _factors[block % atOnce]!);
    }

    /// <summary>Adds the sums over the blocks packed from <paramref name="firstBlock"/> on to part of the rows of the parameter's gradient. Several threads may call it, each for its part.</summary>
    public void Add(int firstBlock, int part, int parts)
    {
        int units = Rows / UnitSizes.Width, width = UnitSizes.Width;
        int from = units * part / parts * width, to = units * (part + 1) / parts * width;
        float[] buffer = ArrayPool<float>.Shared.Rent(ChunkRows * columns);
        for (int block = firstBlock; block < Math.Min(firstBlock + atOnce, blocks.Length); block++)
        {
            for (int row = from; row < to; row += ChunkRows)
            {
                Span<float> sums = buffer.AsSpan(0, Math.Min(ChunkRows, to - row) * columns);
                Sum(block, row, sums);
                AddRows(row, sums);
            }
        }
        ArrayPool<float>.Shared.Return(buffer);
    }

    /// <summary>The sums of one block for the rows from <paramref name="row"/> on.</summary>
    private void Sum(int block, int row, Span<float> sums)
    {
        (int start, int end) = blocks[block];
        int stride = sizes.GateRow, first = start * stride + productFirst + row;
        if (!factors.IsEmpty)
        {
            MatrixProduct.Multiply(sums.Length / columns, products.Span[first..], 1, stride, _factors[block % atOnce]!, default, 0, sums, columns);
            return;
        }
        sums.Clear();
        for (int step = start; step < end; step++, first += stride)
            TensorPrimitives.Add(sums, products.Span.Slice(first, sums.Length), sums);
    }

    /// <summary>Adds rows [block of V units][gate][V] to the parameter's gradient, whose rows are [gate][unit].</summary>
    private void AddRows(int row, ReadOnlySpan<float> sums)
    {
        int width = UnitSizes.Width;
        for (; !sums.IsEmpty; row++, sums = sums[columns..])
        {
            int unit = row / (gates * width) * width + row % width, gate = firstGate + row / width % gates;
            if (unit >= sizes.Hidden) continue;
            Span<float> target = _gradient.Span.Slice((gate * sizes.Hidden + unit) * columns, columns);
            TensorPrimitives.Add(target, sums[..columns], target);
        }
    }
}
