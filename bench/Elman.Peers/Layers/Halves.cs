namespace Elman.Peers;

/// <summary>
/// Two calls of half a row's batch at the same time, each on one thread and with a layer of its own: what two threads reach that share nothing but the machine. They run in turn with the libraries.
/// </summary>
internal sealed class Halves
{
    private readonly ElmanLayer[] _halves;
    private readonly bool _training;
    private readonly int _calls = 1;
    private readonly double _part;
    private readonly List<double> _seconds = [];

    private Halves(LayerRow row, bool training)
    {
        LayerRow[] rows = [row with { N = row.N / 2 }, row with { N = row.N - row.N / 2 }];
        int threads = Compute.Threads;
        _halves = [.. rows.Select(half => new ElmanLayer(new LayerProblem(half), threads: 1))];
        Compute.Threads = threads;
        _training = training;
        _part = (double)rows.Sum(half => half.ValidSteps) / row.ValidSteps;
        Once();
        double once = Once();
        _calls = (int)Math.Max(1, Math.Ceiling(Measurement.ShortestSample / once));
    }

    public IEnumerable<Action> Runs => [() => _seconds.Add(Once() / _calls)];

    /// <summary>Of the whole row, after some runs.</summary>
    public double Seconds => Timing.Of(_seconds).Median / _part;

    /// <summary>Null where there are not two threads with two rows each.</summary>
    public static Halves? Of(LayerRow row, bool training, int threads) => threads == 2 && row.N >= 4 ? new(row, training) : null;

    /// <summary>Seconds of so many calls of each half, by threads that have called once before: what a thread keeps for itself is then there.</summary>
    private double Once()
    {
        int threads = Compute.Threads;
        Compute.Threads = 1;
        double seconds = Together.Seconds(_halves.Length, half =>
        {
            for (int call = 0; call < _calls; call++) Call(half);
            return 0;
        }, before: Call);
        Compute.Threads = threads;
        return seconds;
    }

    private void Call(int half)
    {
        if (_training) _halves[half].Train();
        else _halves[half].Infer();
    }
}
