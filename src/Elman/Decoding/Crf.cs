using System.Numerics.Tensors;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// A linear-chain conditional random field upon scores of each step (Lafferty et al. 2001; Lample et al. 2016, section 2.2): a sequence's
/// score is
/// s(y) = start[y₁] + Σ_t E[t, y_t] + Σ_t A[y_{t−1}, y_t] + end[y_L], its probability e^{s(y)} / Z over all sequences that the moves allow.
/// What they do not allow has the probability 0, in training
/// and in decoding. Lengths may be 0; steps past a row's length are not read; a row's result does not depend on its batch mates or on the
/// number of threads.
/// </summary>
/// <example><code>
/// Crf crf = new(scheme.Moves(tags));
/// Tensor loss = crf.Loss(net.Forward(x, lengths), gold, lengths);
/// int[][] best = crf.Viterbi(net.Forward(x, lengths), lengths);
/// </code></example>
public sealed class Crf : Module
{
    /// <summary>
    /// Sequences that one thread takes at a time; the gradient of the moves is added up in this order whatever the number of threads.
    /// </summary>
    private const int BlockRows = 8;

    private readonly CrfWeights _weights;

    /// <summary>A field whose scores are 0 at first.</summary>
    /// <param name="moves">Which tags may follow each other.</param>
    public Crf(TagMoves moves)
    {
        ArgumentNullException.ThrowIfNull(moves);
        Moves = moves;
        Transitions = AddParameter("transitions", Tensor.Zeros(moves.Classes, moves.Classes));
        Start = AddParameter("start_transitions", Tensor.Zeros(moves.Classes));
        End = AddParameter("end_transitions", Tensor.Zeros(moves.Classes));
        _weights = new CrfWeights(moves.Classes);
    }

    /// <summary>A field in which every tag may follow every other.</summary>
    /// <param name="classes">C.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public Crf(int classes)
        : this(TagMoves.All(classes))
    {
    }

    /// <summary>Which tags may follow each other; constant, no part of the parameters.</summary>
    public TagMoves Moves { get; }

    /// <summary>C.</summary>
    public int Classes => Moves.Classes;

    /// <summary>A [C, C], from → to. Where a move is not allowed the value is not read.</summary>
    public Tensor Transitions { get; }

    /// <summary>Scores of the first tag [C].</summary>
    public Tensor Start { get; }

    /// <summary>Scores of the last tag [C].</summary>
    public Tensor End { get; }

    /// <inheritdoc/>
    public override string Description => $"crf of {Classes} tags";

    /// <summary>
    /// Hands the scores on: what they mean together is what <see cref="Loss"/>, <see cref="Viterbi"/> and <see cref="Marginals"/> say.
    /// </summary>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        Lengths(input, lengths);
        return input;
    }

    /// <summary>
    /// The mean over all valid steps of −log P(tags): Σ (log Z − s(tags)) / Σ lengths; 0 without a step. One recorded operation, whose
    /// gradient is that of forward and backward sums.
    /// </summary>
    /// <param name="emissions">E [N, L, C].</param>
    /// <param name="tags">The tag of every step [N, L], row-major; past a row's length it is not read.</param>
    /// <param name="lengths">Valid steps of each row [N]; empty if all are L.</param>
    /// <exception cref="ArgumentException">A shape does not fit, a tag is none, or a row breaks the moves, which has no
    /// probability.</exception>
    public Tensor Loss(Tensor emissions, ReadOnlySpan<int> tags, ReadOnlySpan<int> lengths = default)
    {
        int[] valid = Lengths(emissions, lengths);
        int rows = emissions.Shape[0], steps = emissions.Shape[1];
        if (tags.Length != (long)rows * steps) throw new ArgumentException($"{tags.Length} tags for emissions of shape {emissions.Shape}; one for each step is expected", nameof(tags));
        for (int row = 0; row < rows; row++) Check(tags.Slice(row * steps, valid[row]), row);
        long count = valid.Sum(length => (long)length);
        bool wanted = Tensor.Recording(emissions, Transitions, Start, End);
        CrfGradient gradient = new(Weights(), emissions, tags.ToArray(), valid, BlockRows, wanted ? (float)(1.0 / Math.Max(1, count)) : null);
        Workers.Run(gradient.Blocks, gradient, static (job, block) => job.Run(block));
        Tensor result = Tensor.Scalar(count == 0 ? 0 : (float)(gradient.Loss / count));
        return Tensor.Record(result, [emissions, Transitions, Start, End], () =>
        {
            float slope = result.GradientSpan()[0];
            AddScaled(emissions, gradient.OfEmissions!, slope);
            AddScaled(Transitions, gradient.OfTransitions(), slope);
            AddScaled(Start, gradient.OfStart(), slope);
            AddScaled(End, gradient.OfEnd(), slope);
        });
    }

    /// <summary>
    /// The best tags of every row. Of several that are equally good, those whose last tag has the lowest number, then the one before it,
    /// and so on.
    /// </summary>
    /// <param name="emissions">E [N, L, C].</param>
    /// <param name="lengths">Valid steps of each row [N]; empty if all are L.</param>
    /// <returns>For each row as many tags as it has steps.</returns>
    /// <exception cref="ArgumentException">A shape does not fit, or the moves allow no sequence of a row's length.</exception>
    public int[][] Viterbi(Tensor emissions, ReadOnlySpan<int> lengths = default) =>
        ForEachRow(emissions, lengths, static (weights, scores) => new ViterbiSearch(weights).Best(scores));

    /// <summary>
    /// The best few sequences of every row, best first; fewer where there are not so many. Ties as in <see cref="Viterbi"/>.
    /// </summary>
    /// <param name="emissions">E [N, L, C].</param>
    /// <param name="count">K: how many.</param>
    /// <param name="lengths">Valid steps of each row [N]; empty if all are L.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    /// <exception cref="ArgumentException">A shape does not fit, or the moves allow no sequence of a row's length.</exception>
    public TagPath[][] Best(Tensor emissions, int count, ReadOnlySpan<int> lengths = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return ForEachRow(emissions, lengths, (weights, scores) => PathSearch.Best(weights, scores, count));
    }

    /// <summary>The probabilities of every row's tags, each by itself and in runs.</summary>
    /// <param name="emissions">E [N, L, C].</param>
    /// <param name="lengths">Valid steps of each row [N]; empty if all are L.</param>
    /// <exception cref="ArgumentException">A shape does not fit, or the moves allow no sequence of a row's length.</exception>
    public TagPosterior[] Marginals(Tensor emissions, ReadOnlySpan<int> lengths = default) =>
        ForEachRow(emissions, lengths, static (weights, scores) => new TagPosterior(weights, scores));

    internal CrfWeights Weights() => _weights.Update(Transitions, Start, End, Moves);

    private TResult[] ForEachRow<TResult>(Tensor emissions, ReadOnlySpan<int> lengths, Func<CrfWeights, ReadOnlySpan<float>, TResult> find)
    {
        int[] valid = Lengths(emissions, lengths);
        TResult[] results = new TResult[valid.Length];
        CrfWeights weights = Weights();
        int stride = emissions.Shape[1] * Classes;
        Memory<float> values = emissions.Values;
        Workers.Run(valid.Length, valid, (ends, row) => results[row] = find(weights, values.Span.Slice(row * stride, ends[row] * Classes)));
        return results;
    }

    private int[] Lengths(Tensor emissions, ReadOnlySpan<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(emissions);
        if (emissions.Rank != 3 || emissions.Shape[2] != Classes) throw new ArgumentException($"Crf: expects emissions [N, L, {Classes}], got {emissions.Shape}", nameof(emissions));
        int rows = emissions.Shape[0], steps = emissions.Shape[1];
        if (lengths.IsEmpty) return [.. Enumerable.Repeat(steps, rows)];
        if (lengths.Length != rows) throw new ArgumentException($"Crf: {lengths.Length} lengths for {rows} sequences", nameof(lengths));
        foreach (int length in lengths)
            if (length < 0 || length > steps) throw new ArgumentException($"Crf: length {length} is not between 0 and {steps}", nameof(lengths));
        return lengths.ToArray();
    }

    private void Check(ReadOnlySpan<int> tags, int row)
    {
        for (int step = 0; step < tags.Length; step++)
            if ((uint)tags[step] >= (uint)Classes) throw new ArgumentException($"row {row} has the tag {tags[step]} at step {step}; there are {Classes}, counted from 0", nameof(tags));
        int at = Moves.FirstBreak(tags);
        if (at < 0) return;
        string move = at == 0 ? $"the tag {tags[0]} may not begin a sequence" : at == tags.Length ? $"the tag {tags[^1]} may not end one" : $"the tag {tags[at]} may not follow {tags[at - 1]}";
        throw new ArgumentException($"row {row} breaks the moves at step {at}: {move}", nameof(tags));
    }

    private static void AddScaled(Tensor input, Tensor slopes, float scale)
    {
        if (!input.NeedsGradient) return;
        Span<float> gradient = input.GradientSpan();
        TensorPrimitives.MultiplyAdd(slopes.Span, scale, gradient, gradient);
    }
}
