using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// One weight gradient, Σ over steps of (product's gradient)ᵀ · (what the weight was multiplied with). The sum of each block of steps is
/// one chain from zero, and the blocks' sums are added to the parameter's gradient one after the other: long sums keep their accuracy, and
/// the result depends neither on how the rows are split over threads nor on how many blocks are in memory at once.
/// </summary>
/// <param name="blocks">The steps of each block, in the order in which backpropagation meets them.</param>
/// <param name="atOnce">How many blocks are packed at once.</param>
/// <param name="terms">The gradients of the products, or whatever is to be summed.</param>
/// <param name="factors">[steps, columns] with rows <paramref name="factorStride"/> apart; empty for a bias, whose factor is 1.</param>
/// <param name="firstGate">The first of the parameter's gates that is meant.</param>
internal sealed class WeightGradient((int Start, int End)[] blocks, int atOnce, Tensor parameter, StepTerms terms, Memory<float> factors, int columns, int factorStride, int firstGate = 0)
{
    /// <summary>Rows of a sum that are computed before they are added, so that they are still in the cache.</summary>
    private const int ChunkRows = 48;

    /// <summary>Packed factors of earlier blocks, whose buffers the next ones take over.</summary>
    private static readonly IdlePool<PackedMatrix> Spare = new();

    private readonly PackedMatrix?[] _factors = factors.IsEmpty ? [] : new PackedMatrix?[atOnce];
    private readonly Memory<float> _gradient = parameter.GradientTensor().Values;

    private int Rows => terms.Stored * ((terms.Units + UnitSizes.Width - 1) / UnitSizes.Width * UnitSizes.Width);

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
        int stride = terms.Row, first = start * stride + terms.First + row;
        if (!factors.IsEmpty)
        {
            MatrixProduct.Multiply(sums.Length / columns, terms.Values.Span[first..], 1, stride, _factors[block % atOnce]!, default, 0, sums, columns);
            return;
        }
        SumSteps(end - start, terms.Values.Span[first..], stride, sums);
    }

    /// <summary>The sums of <paramref name="values"/> [steps, …], rows <paramref name="stride"/> apart, step after step. They are whole vectors, summed in pairs so that
    /// one need not wait for itself.</summary>
    private static void SumSteps(int steps, ReadOnlySpan<float> values, int stride, Span<float> sums)
    {
        nint width = UnitSizes.Width;
        for (int first = 0; first < sums.Length; first += 2 * (int)width)
        {
            // Without a right neighbour the left one takes its place.
            nint right = first + width < sums.Length ? width : 0;
            ref float value = ref MemoryMarshal.GetReference(values.Slice(first, (steps - 1) * stride + (int)(right + width)));
            Vector<float> leftSum = Vector<float>.Zero, rightSum = leftSum;
            for (int step = 0; step < steps; step++, value = ref Unsafe.Add(ref value, stride))
            {
                leftSum += Vector.LoadUnsafe(ref value);
                rightSum += Vector.LoadUnsafe(ref value, (nuint)right);
            }
            leftSum.CopyTo(sums[first..]);
            rightSum.CopyTo(sums[(first + (int)right)..]);
        }
    }

    /// <summary>Adds rows [block of V units][gate][V] to the parameter's gradient, whose rows are [gate][unit].</summary>
    private void AddRows(int row, ReadOnlySpan<float> sums)
    {
        int width = UnitSizes.Width;
        for (; !sums.IsEmpty; row++, sums = sums[columns..])
        {
            int unit = row / (terms.Stored * width) * width + row % width, gate = row / width % terms.Stored;
            if (unit >= terms.Units || gate >= terms.Gates) continue;
            Span<float> target = _gradient.Span.Slice(((firstGate + gate) * terms.Units + unit) * columns, columns);
            TensorPrimitives.Add(target, sums[..columns], target);
        }
    }
}

/// <summary>Values of every step that a gradient is a sum of, in rows [block of V units][gate][V].</summary>
/// <param name="Values">[steps, row]</param>
/// <param name="Row">Values of a step.</param>
/// <param name="First">Where they begin in a row.</param>
/// <param name="Gates">Gates that are summed.</param>
/// <param name="Stored">Gates that a block has, of which those are the first.</param>
/// <param name="Units">Units that a gate has.</param>
internal readonly record struct StepTerms(Memory<float> Values, int Row, int First, int Gates, int Stored, int Units)
{
    public StepTerms(Memory<float> values, int row, int first, int gates, int units)
        : this(values, row, first, gates, gates, units)
    {
    }
}
