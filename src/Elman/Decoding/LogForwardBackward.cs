namespace Elman;

/// <summary>
/// The same sums by logarithms in double precision, for sequences whose paths are too far apart for <see cref="ForwardBackward"/>: α_t(j) =
/// E[t, j] + LSE_i(α_{t−1}(i) + A[i, j])
/// (Lample et al. 2016, arXiv 1603.01360, section 2.2). The logarithm of a sum of nothing is −∞.
/// </summary>
internal sealed class LogForwardBackward
{
    private readonly CrfWeights _weights;
    private readonly float[] _emissions;
    private readonly double[] _alpha, _beta;
    private readonly int _classes, _steps;

    /// <param name="weights">Start, end and moves.</param>
    /// <param name="emissions">E [L, C], L at least 1.</param>
    public LogForwardBackward(CrfWeights weights, ReadOnlySpan<float> emissions)
    {
        (_weights, _classes, _steps, _emissions) = (weights, weights.Classes, emissions.Length / weights.Classes, emissions.ToArray());
        (_alpha, _beta) = (new double[emissions.Length], new double[emissions.Length]);
        double[] terms = new double[_classes];
        for (int step = 0; step < _steps; step++)
            for (int j = 0; j < _classes; j++) _alpha[At(step, j)] = E(step, j) + (step == 0 ? weights.Start[j] : Sum(terms, i => _alpha[At(step - 1, i)] + A(i, j)));
        for (int step = _steps - 1; step >= 0; step--)
            for (int i = 0; i < _classes; i++) _beta[At(step, i)] = step == _steps - 1 ? weights.End[i] : Sum(terms, j => A(i, j) + E(step + 1, j) + _beta[At(step + 1, j)]);
        LogPartition = Sum(terms, j => _alpha[At(_steps - 1, j)] + weights.End[j]);
    }

    /// <summary>log Z; −∞ if no sequence is possible.</summary>
    public double LogPartition { get; }

    /// <summary>P(y_t = j), or NaN where nothing is possible.</summary>
    public double Marginal(int step, int j) => Math.Exp(_alpha[At(step, j)] + _beta[At(step, j)] - LogPartition);

    /// <summary>P of a run of tags that begins at a step.</summary>
    public double Run(int first, ReadOnlySpan<int> tags)
    {
        double log = _alpha[At(first, tags[0])];
        for (int k = 1; k < tags.Length; k++) log += A(tags[k - 1], tags[k]) + E(first + k, tags[k]);
        return Math.Exp(log + _beta[At(first + tags.Length - 1, tags[^1])] - LogPartition);
    }

    /// <summary>Adds to <paramref name="pairs"/> [C, C] how often each move is expected.</summary>
    public void AddPairs(Span<float> pairs)
    {
        for (int step = 1; step < _steps; step++)
            for (int i = 0; i < _classes; i++)
                for (int j = 0; j < _classes; j++) pairs[(i * _classes) + j] += (float)Math.Exp(_alpha[At(step - 1, i)] + A(i, j) + E(step, j) + _beta[At(step, j)] - LogPartition);
    }

    private int At(int step, int tag) => (step * _classes) + tag;

    private double A(int from, int to) => _weights.Transitions[(from * _classes) + to];

    private double E(int step, int tag) => _emissions[At(step, tag)];

    private static double Sum(double[] terms, Func<int, double> term)
    {
        double top = double.NegativeInfinity, sum = 0;
        for (int i = 0; i < terms.Length; i++) top = Math.Max(top, terms[i] = term(i));
        if (top == double.NegativeInfinity) return top;
        foreach (double one in terms) sum += Math.Exp(one - top);
        return top + Math.Log(sum);
    }
}
