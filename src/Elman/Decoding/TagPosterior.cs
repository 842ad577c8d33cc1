namespace Elman;

/// <summary>What a <see cref="Crf"/> holds of one sequence: the probability of every tag at every step, and of runs of tags.</summary>
public sealed class TagPosterior
{
    private readonly CrfWeights _weights;
    private readonly float[] _emissions, _alpha = [], _beta = [], _marginals;
    private readonly double[] _numbers = [];
    private readonly LogForwardBackward? _exact;

    internal TagPosterior(CrfWeights weights, ReadOnlySpan<float> emissions)
    {
        int size = emissions.Length;
        (_weights, _emissions, _marginals, Length) = (weights, emissions.ToArray(), new float[size], size / weights.Classes);
        if (size == 0) return;
        (_alpha, _beta, _numbers) = (new float[size], new float[size], new double[ForwardBackward.Chain.Numbers(Length)]);
        ForwardBackward.Chain chain = Chain(new float[size]);
        bool done = ForwardBackward.TryRun(weights, emissions, chain);
        LogPartition = chain.LogPartition[0];
        if (done) return;
        _exact = new LogForwardBackward(weights, emissions);
        LogPartition = _exact.LogPartition;
        if (double.IsNegativeInfinity(LogPartition)) throw ViterbiSearch.Impossible(Length);
        for (int at = 0; at < size; at++) _marginals[at] = (float)_exact.Marginal(at / weights.Classes, at % weights.Classes);
    }

    /// <summary>L.</summary>
    public int Length { get; }

    /// <summary>C.</summary>
    public int Classes => _weights.Classes;

    /// <summary>log Z; 0 without a step.</summary>
    public double LogPartition { get; }

    /// <summary>P(y_t = tag).</summary>
    public float this[int step, int tag] => Of(step)[tag];

    /// <summary>The probabilities of the tags of a step [C]; their sum is 1.</summary>
    public ReadOnlySpan<float> Of(int step) => _marginals.AsSpan(step * Classes, Classes);

    /// <summary>The probability that a run of tags stands at a place: P(y_first = tags[0], …).</summary>
    /// <param name="first">The step of the first.</param>
    /// <param name="tags">At least one.</param>
    /// <exception cref="ArgumentException">There are no tags, or they do not fit.</exception>
    public double Of(int first, ReadOnlySpan<int> tags)
    {
        if (tags.IsEmpty || first < 0 || first + tags.Length > Length) throw new ArgumentException($"{tags.Length} tags from step {first} on, of a sequence of {Length}; at least one that fits is expected", nameof(tags));
        if (_exact is not null) return Math.Clamp(_exact.Run(first, tags), 0, 1);
        ForwardBackward.Chain chain = Chain(default);
        double log = Math.Log(_alpha[(first * Classes) + tags[0]]);
        for (int k = 1; k < tags.Length; k++)
        {
            int at = ((first + k) * Classes) + tags[k];
            log += (double)_weights.Transitions[(tags[k - 1] * Classes) + tags[k]] + _emissions[at] - chain.LogScales[first + k];
        }
        int last = first + tags.Length - 1;
        return Math.Clamp(Math.Exp(log) * _beta[(last * Classes) + tags[^1]] / chain.Meetings[last], 0, 1);
    }

    private ForwardBackward.Chain Chain(Span<float> exp) => new(Length, _alpha, _beta, exp, _marginals, _numbers);
}
