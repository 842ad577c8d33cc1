using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// Weight gradients that are sums over the same terms: Σ over steps of (products' gradient)ᵀ · (what the weights were multiplied with), for all weights of these products at once, so that
/// the terms are read once. The sum of each block of steps is
/// one chain from zero, and the sums of a group's blocks are added one after the other: long sums keep their accuracy, and
/// the result depends neither on how the rows are split over threads nor on how many blocks are in memory at once.
/// </summary>
/// <param name="blocks">The steps of each block of each group, in the order in which backpropagation meets them.</param>
/// <param name="atOnce">How many blocks of each group are packed at once.</param>
/// <param name="sums">Where the groups' sums are.</param>
/// <param name="terms">The gradients of the products, or whatever is to be summed.</param>
internal sealed class WeightGradient(StepBlock[][] blocks, int atOnce, GradientSums sums, StepTerms terms)
{
    /// <summary>Rows of a sum that are computed before they are added, so that they are still in the cache: eight tiles, and whole lines of it in each step's terms.</summary>
    private static int ChunkRows => WideVector.IsSupported ? 64 : 48;

    /// <summary>Packed factors of earlier blocks, whose buffers the next ones take over.</summary>
    private static readonly IdlePool<PackedMatrix> Spare = new();

    private readonly PackedMatrix?[] _factors = new PackedMatrix?[blocks.Length * atOnce];
    // Seldom more than two: a warm training step allocates little, and this would be much of it.
    private readonly List<Summed> _weights = new(2), _biases = new(2);

    /// <summary>Columns of the packed factors: whole panels of each weight.</summary>
    private int _columns;

    /// <summary>The gradients of the products.</summary>
    public StepTerms Terms => terms;

    private int Rows => terms.Stored * terms.Order.Padded;

    /// <summary>Values of the packed factors of one block, at most.</summary>
    public static int PackedSize(int columns) => SequenceLayout.LongestBlock * PackedMatrix.WholePanels(columns);

    /// <summary>Sums for a weight.</summary>
    /// <param name="factors">[steps, columns] with rows <paramref name="factorStride"/> apart.</param>
    /// <param name="firstGate">The first of the parameter's gates that is meant.</param>
    /// <param name="packed">Whether the factors are those of packed steps, and not of the buffers' steps.</param>
    public void AddWeight(Tensor parameter, Memory<float> factors, int columns, int factorStride, int firstGate = 0, bool packed = false)
    {
        _weights.Add(new(sums.Of(parameter), firstGate, columns, factors, factorStride, packed, _columns));
        _columns += PackedMatrix.WholePanels(columns);
    }

    /// <summary>Sums for a bias, whose factor is 1.</summary>
    public void AddBias(Tensor parameter, int firstGate = 0) => _biases.Add(new(sums.Of(parameter), firstGate, 1, default, 0, false, 0));

    /// <summary>Packs the factors of a block, for <see cref="Add"/>.</summary>
    public void Pack(int group, int block)
    {
        if (_columns == 0 || block >= blocks[group].Length) return;
        StepBlock steps = blocks[group][block];
        PackedMatrix packed = Factors(group, block) = Spare.Take(PackedSize(_columns)) ?? new PackedMatrix();
        packed.Reserve(steps.End - steps.Start, _columns);
        foreach (Summed weight in _weights)
            packed.SetPanels(weight.FirstColumn / PackedMatrix.PanelWidth, weight.Factors.Span[((weight.Packed ? steps.Packed : steps.Start) * weight.FactorStride)..], weight.Columns, weight.FactorStride);
    }

    /// <summary>Lets go of what <see cref="Pack"/> has made.</summary>
    public void Unpack(int group, int block)
    {
        if (_columns == 0 || block >= blocks[group].Length) return;
        Spare.Give(PackedSize(_columns), Factors(group, block)!);
    }

    /// <summary>Adds the sums over a group's blocks packed from <paramref name="firstBlock"/> on to part of the rows of the group's sums. Several threads may call it, each for its part.</summary>
    public void Add(int group, int firstBlock, int part, int parts)
    {
        int units = Rows / UnitOrder.Width, width = UnitOrder.Width;
        int from = units * part / parts * width, to = units * (part + 1) / parts * width;
        float[] buffer = ArrayPool<float>.Shared.Rent(ChunkRows * Math.Max(1, _columns));
        for (int block = firstBlock; block < Math.Min(firstBlock + atOnce, blocks[group].Length); block++)
        {
            (int start, int end, _, bool isFirst) = blocks[group][block];
            for (int row = from; row < to; row += ChunkRows)
            {
                int rows = Math.Min(ChunkRows, to - row);
                ReadOnlySpan<float> values = terms.Values.Span[(start * terms.Row + terms.First + row)..];
                if (_columns > 0) MatrixProduct.Multiply(rows, values, 1, terms.Row, Factors(group, block)!, default, 0, buffer, _columns);
                foreach (Summed weight in _weights) AddRows(weight, group, isFirst, row, rows, buffer.AsSpan(weight.FirstColumn), _columns);
                if (_biases.Count > 0) SumSteps(end - start, values, terms.Row, buffer.AsSpan(0, rows));
                foreach (Summed bias in _biases) AddRows(bias, group, isFirst, row, rows, buffer, 1);
            }
        }
        ArrayPool<float>.Shared.Return(buffer);
    }

    private ref PackedMatrix? Factors(int group, int block) => ref _factors[group * atOnce + block % atOnce];

    /// <summary>The sums of <paramref name="values"/> [steps, …], rows <paramref name="stride"/> apart, step after step. They are whole vectors, summed in pairs so that
    /// one need not wait for itself.</summary>
    private static void SumSteps(int steps, ReadOnlySpan<float> values, int stride, Span<float> sums)
    {
        nint width = Vector<float>.Count;
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

    /// <summary>Adds rows in the order of the units to a group's sums for a parameter, whose rows are [gate][unit]; or writes them, if they are of the first block.</summary>
    private void AddRows(in Summed parameter, int group, bool isFirst, int firstRow, int rows, ReadOnlySpan<float> sums, int stride)
    {
        bool writes = isFirst && parameter.Sums.BeginsFresh(group);
        int columns = parameter.Columns;
        Span<float> gradient = parameter.Sums.Of(group);
        for (int i = 0; i < rows; i++)
        {
            (int unit, int gate) = terms.Order.At(firstRow + i, terms.Stored);
            if (unit >= terms.Units || gate >= terms.Gates) continue;
            int at = (parameter.FirstGate + gate) * terms.Units + unit;
            if (columns == 1)
            {
                gradient[at] = writes ? sums[i * stride] : gradient[at] + sums[i * stride];
                continue;
            }
            ReadOnlySpan<float> sum = sums.Slice(i * stride, columns);
            Span<float> total = gradient.Slice(at * columns, columns);
            if (writes) sum.CopyTo(total);
            else TensorPrimitives.Add(total, sum, total);
        }
    }

    /// <summary>A parameter to sum for.</summary>
    /// <param name="Sums">[gates · units, columns]</param>
    /// <param name="FirstColumn">Where its factors begin among the packed ones.</param>
    private readonly record struct Summed(ParameterSums Sums, int FirstGate, int Columns, Memory<float> Factors, int FactorStride, bool Packed, int FirstColumn);
}

/// <summary>Steps of a group that are summed in one chain, as they lie in the buffers of a range.</summary>
/// <param name="Packed">The packed index of the first.</param>
/// <param name="IsFirst">Whether backpropagation meets it as the first of its group, of all ranges.</param>
internal readonly record struct StepBlock(int Start, int End, int Packed, bool IsFirst = false);

/// <summary>Values of every step that a gradient is a sum of, in the order of the units.</summary>
/// <param name="Values">[steps, row]</param>
/// <param name="Row">Values of a step.</param>
/// <param name="First">Where they begin in a row.</param>
/// <param name="Gates">Gates that are summed.</param>
/// <param name="Stored">Gates that a block has, of which those are the first.</param>
/// <param name="Units">Units that a gate has.</param>
internal readonly record struct StepTerms(Memory<float> Values, int Row, int First, int Gates, int Stored, int Units)
{
    /// <summary>How the units' values lie in a row.</summary>
    public UnitOrder Order => new(Units);

    public StepTerms(Memory<float> values, int row, int first, int gates, int units)
        : this(values, row, first, gates, gates, units)
    {
    }
}
