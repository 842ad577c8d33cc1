namespace Elman;

/// <summary>
/// How probable errors of a size are, below and above zero: by their rank among the last ones (conformal p-values: Vovk et al. 2005) up to the last tenth of each side, and
/// past that by a generalised Pareto distribution of the excesses (peaks over threshold: Siffer et al. 2017), fitted by its moments (Hosking and Wallis 1987).
/// </summary>
internal sealed class ErrorTails
{
    private const double TailShare = 0.1, MostShape = 0.25;

    /// <summary>The least scale of a tail, in the unit of the errors: a signal that never moved may move so much.</summary>
    private const double LeastScale = 0.01;

    private readonly double[] _ring;
    private readonly List<double> _sorted;
    private int _next;
    private Tail? _below, _above;

    /// <param name="size">Errors that are remembered, at most.</param>
    /// <param name="errors">The errors so far, the oldest first.</param>
    public ErrorTails(int size, ReadOnlySpan<double> errors)
    {
        _ring = new double[size];
        if (errors.Length > size) errors = errors[^size..];
        errors.CopyTo(_ring);
        _sorted = [.. errors];
        _sorted.Sort();
        _next = errors.Length % size;
    }

    /// <summary>How many errors are remembered.</summary>
    public int Count => _sorted.Count;

    /// <summary>The errors, the oldest first.</summary>
    public double[] Errors => Count < _ring.Length ? _ring[..Count] : [.. _ring[_next..], .. _ring[.._next]];

    /// <summary>The median of the absolute errors.</summary>
    public double Typical
    {
        get
        {
            double[] sizes = [.. _sorted.Select(Math.Abs)];
            Array.Sort(sizes);
            return sizes.Length == 0 ? 0 : sizes[sizes.Length / 2];
        }
    }

    /// <summary>Takes an error; the oldest goes where there is no room.</summary>
    public void Add(double error)
    {
        if (Count == _ring.Length) _sorted.RemoveAt(_sorted.BinarySearch(_ring[_next]));
        int at = _sorted.BinarySearch(error);
        _sorted.Insert(at < 0 ? ~at : at, error);
        _ring[_next] = error;
        _next = (_next + 1) % _ring.Length;
        (_below, _above) = (null, null);
    }

    /// <summary>How probable an error is that is as far off on either side.</summary>
    public double Probability(double error) => Math.Min(1, 2 * Math.Min(Above.Probability(error), Below.Probability(-error)));

    /// <summary>The errors, below and above zero, that have a probability.</summary>
    public (double Lower, double Upper) Bounds(double probability) => (-Below.Bound(probability / 2), Above.Bound(probability / 2));

    private Tail Above => _above ??= Tail.Of(_sorted.Count, i => _sorted[i]);

    private Tail Below => _below ??= Tail.Of(_sorted.Count, i => -_sorted[_sorted.Count - 1 - i]);

    /// <summary>The upper tail of errors in ascending order.</summary>
    private sealed record Tail(int Count, Func<int, double> At, double From, double Share, double Scale, double Shape)
    {
        public static Tail Of(int count, Func<int, double> at)
        {
            int over = Math.Max(1, (int)(count * TailShare));
            if (count <= over) return new Tail(count, at, 0, 1, 1, 0);
            double from = at(count - over - 1), mean = 0, square = 0;
            for (int i = count - over; i < count; i++)
            {
                double excess = at(i) - from;
                mean += excess;
                square += excess * excess;
            }
            mean /= over;
            double variance = Math.Max((square / over) - (mean * mean), 1e-300), ratio = mean * mean / variance;
            double shape = Math.Clamp(0.5 * (1 - ratio), 0, MostShape);
            // The scale follows from the mean, β / (1 − ξ), whatever became of the shape.
            return new Tail(count, at, from, (over + 1.0) / (count + 1), Math.Max(mean * (1 - shape), LeastScale), shape);
        }

        public double Probability(double error)
        {
            if (error <= From)
            {
                // The part of the errors, and this one, that are at least as large.
                int low = 0, high = Count;
                while (low < high)
                {
                    int middle = (low + high) / 2;
                    if (At(middle) < error) low = middle + 1;
                    else high = middle;
                }
                return (Count - low + 1.0) / (Count + 1);
            }
            double excess = (error - From) / Scale;
            return Share * (Shape < 1e-9 ? Math.Exp(-excess) : Math.Pow(1 + (Shape * excess), -1 / Shape));
        }

        public double Bound(double probability)
        {
            if (probability >= Share) return Count == 0 ? 0 : At(Math.Clamp((int)(Count * (1 - probability)), 0, Count - 1));
            double part = probability / Share;
            return From + (Scale * (Shape < 1e-9 ? -Math.Log(part) : (Math.Pow(part, -Shape) - 1) / Shape));
        }
    }
}
