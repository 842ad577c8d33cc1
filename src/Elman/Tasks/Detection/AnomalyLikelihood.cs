namespace Elman;

/// <summary>
/// The tail probability of the mean evidence of the last few rows under a normal distribution with the mean and the deviation of all rows in a long window:
/// Q((μ̃ − μ) / σ), Lavin and Ahmad 2015, equations 4 to 7.
/// </summary>
internal sealed class AnomalyLikelihood
{
    /// <summary>Below so many rows nothing is said: μ and σ are luck.</summary>
    private const int FewestRows = 30;

    /// <summary>The least deviation of evidence; that of a row whose tail probability is uniform is 1 / ln 10 = 0.43.</summary>
    private const double LeastDeviation = 0.1;

    private readonly int _shortRows;
    private readonly double[] _ring;
    private int _next;

    /// <param name="shortRows">W′, rows of the short window.</param>
    /// <param name="longRows">W, rows of the long one.</param>
    /// <param name="evidence">What came so far, the oldest first.</param>
    public AnomalyLikelihood(int shortRows, int longRows, ReadOnlySpan<double> evidence)
    {
        _shortRows = shortRows;
        _ring = new double[Math.Max(longRows, shortRows)];
        foreach (double one in evidence) Add(one);
    }

    /// <summary>Rows in the long window.</summary>
    public int Count { get; private set; }

    /// <summary>The evidence in the long window, the oldest first.</summary>
    public double[] Evidence => Count < _ring.Length ? _ring[..Count] : [.. _ring[_next..], .. _ring[.._next]];

    /// <summary>The tail probability if a row with this evidence came next; 1 where too few rows have come.</summary>
    public double Probability(double evidence)
    {
        int count = Math.Min(Count + 1, _ring.Length);
        if (count < Math.Max(FewestRows, _shortRows + 1)) return 1;
        double sum = evidence, square = evidence * evidence, last = evidence;
        for (int back = 1; back < count; back++)
        {
            double one = _ring[(_next - back + _ring.Length) % _ring.Length];
            sum += one;
            square += one * one;
            if (back < _shortRows) last += one;
        }
        double mean = sum / count, deviation = Math.Max(Math.Sqrt(Math.Max((square / count) - (mean * mean), 0)), LeastDeviation);
        return NormalTail(((last / _shortRows) - mean) / deviation);
    }

    /// <summary>Takes the evidence of a row.</summary>
    public void Add(double evidence)
    {
        _ring[_next] = evidence;
        _next = (_next + 1) % _ring.Length;
        Count = Math.Min(Count + 1, _ring.Length);
    }

    /// <summary>Q(z) = ½ erfc(z / √2), with a relative error below 1.2e-7 (Press et al. 2007, section 6.2.2).</summary>
    internal static double NormalTail(double z)
    {
        double x = Math.Abs(z) / Math.Sqrt(2), t = 2 / (2 + x), sum = 0;
        ReadOnlySpan<double> series = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
        for (int i = series.Length - 1; i >= 0; i--) sum = (sum * t) + series[i];
        double tail = 0.5 * t * Math.Exp((-x * x) + sum);
        return z >= 0 ? tail : 1 - tail;
    }
}
