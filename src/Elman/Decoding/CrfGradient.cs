using System.Buffers;
using System.Numerics.Tensors;

namespace Elman;

/// <summary>
/// Σ (log Z − s(tags)) of a batch and its derivatives, without a tape: by E it is P(y_t = j) − [tag], by A the expected moves less those
/// made. Blocks of rows may run
/// on any threads; each has sums of its own, which are added in order.
/// </summary>
internal sealed class CrfGradient
{
    private readonly CrfWeights _weights;
    private readonly Memory<float> _emissions;
    private readonly int[] _tags, _lengths;
    private readonly int _steps, _classes, _blockRows;
    private readonly float? _share;
    private readonly double[] _losses;
    private readonly Tensor? _pairs, _first, _last;

    /// <param name="weights">The scores of moves.</param>
    /// <param name="emissions">E [N, L, C].</param>
    /// <param name="tags">[N, L], legal.</param>
    /// <param name="lengths">[N]</param>
    /// <param name="blockRows">Rows of a block.</param>
    /// <param name="share">The factor of the derivatives; null if none are wanted.</param>
    public CrfGradient(CrfWeights weights, Tensor emissions, int[] tags, int[] lengths, int blockRows, float? share)
    {
        (_weights, _emissions, _tags, _lengths, _blockRows, _share) = (weights, emissions.Values, tags, lengths, blockRows, share);
        (_steps, _classes) = (emissions.Shape[1], weights.Classes);
        Blocks = (lengths.Length + blockRows - 1) / blockRows;
        _losses = new double[lengths.Length];
        if (share is null) return;
        OfEmissions = Tensor.Zeros(emissions.Shape.Extents);
        _pairs = Tensor.Zeros(Blocks, _classes * _classes);
        (_first, _last) = (Tensor.Zeros(Blocks, _classes), Tensor.Zeros(Blocks, _classes));
    }

    /// <summary>Parts of the work.</summary>
    public int Blocks { get; }

    /// <summary>After all blocks: the sum.</summary>
    public double Loss => _losses.Sum();

    /// <summary>Its derivatives by E, times the share.</summary>
    public Tensor? OfEmissions { get; }

    /// <summary>By A.</summary>
    public Tensor OfTransitions() => Summed(_pairs!);

    /// <summary>By the scores of the first tag.</summary>
    public Tensor OfStart() => Summed(_first!);

    /// <summary>By those of the last.</summary>
    public Tensor OfEnd() => Summed(_last!);

    /// <summary>Computes a block.</summary>
    public void Run(int block)
    {
        int first = block * _blockRows, end = Math.Min(first + _blockRows, _lengths.Length), most = 0;
        for (int row = first; row < end; row++) most = Math.Max(most, _lengths[row]);
        int size = most * _classes;
        float[] values = ArrayPool<float>.Shared.Rent((4 * size) + (_classes * _classes));
        double[] numbers = ArrayPool<double>.Shared.Rent(ForwardBackward.Chain.Numbers(most));
        for (int row = first; row < end; row++)
        {
            if (_lengths[row] == 0) continue;
            int length = _lengths[row] * _classes;
            ForwardBackward.Chain chain = new(_lengths[row], values.AsSpan(0, length), values.AsSpan(size, length), values.AsSpan(2 * size, length), values.AsSpan(3 * size, length), numbers);
            Row(row, block, chain, values.AsSpan(4 * size, _classes * _classes));
        }
        ArrayPool<float>.Shared.Return(values);
        ArrayPool<double>.Shared.Return(numbers);
    }

    private void Row(int row, int block, in ForwardBackward.Chain chain, Span<float> scratch)
    {
        int length = _lengths[row];
        ReadOnlySpan<float> emissions = _emissions.Span.Slice(row * _steps * _classes, length * _classes);
        ReadOnlySpan<int> tags = _tags.AsSpan(row * _steps, length);
        Span<float> pairs = _share is null ? default : Part(_pairs!, block);
        double logPartition;
        if (ForwardBackward.TryRun(_weights, emissions, chain))
        {
            logPartition = chain.LogPartition[0];
            if (_share is not null) ForwardBackward.AddPairs(_weights, chain, scratch, pairs);
        }
        else
        {
            LogForwardBackward exact = new(_weights, emissions);
            logPartition = exact.LogPartition;
            for (int at = 0; at < chain.Marginals.Length; at++) chain.Marginals[at] = (float)exact.Marginal(at / _classes, at % _classes);
            if (_share is not null) exact.AddPairs(pairs);
        }
        _losses[row] = logPartition - Score(emissions, tags);
        if (_share is { } share) Slopes(row, block, chain.Marginals, tags, pairs, share);
    }

    private double Score(ReadOnlySpan<float> emissions, ReadOnlySpan<int> tags)
    {
        double score = (double)_weights.Start[tags[0]] + _weights.End[tags[^1]];
        for (int step = 0; step < tags.Length; step++)
        {
            score += emissions[(step * _classes) + tags[step]];
            if (step > 0) score += _weights.Transitions[(tags[step - 1] * _classes) + tags[step]];
        }
        return score;
    }

    private void Slopes(int row, int block, Span<float> marginals, ReadOnlySpan<int> tags, Span<float> pairs, float share)
    {
        for (int step = 0; step < tags.Length; step++)
        {
            marginals[(step * _classes) + tags[step]]--;
            if (step > 0) pairs[(tags[step - 1] * _classes) + tags[step]]--;
        }
        Span<float> first = Part(_first!, block), last = Part(_last!, block);
        TensorPrimitives.Add(first, marginals[.._classes], first);
        TensorPrimitives.Add(last, marginals[^_classes..], last);
        TensorPrimitives.Multiply(marginals, share, OfEmissions!.Values.Span.Slice(row * _steps * _classes, marginals.Length));
    }

    private static Span<float> Part(Tensor parts, int block) => parts.Values.Span.Slice(block * parts.Shape[1], parts.Shape[1]);

    private Tensor Summed(Tensor parts)
    {
        Tensor sum = Tensor.Zeros(parts.Shape[1]);
        if (Blocks > 0) Summation.OfRows(parts.Span, parts.Shape[1], sum.Writable());
        TensorPrimitives.Multiply(sum.Span, _share ?? 0, sum.Writable());
        return sum;
    }
}
