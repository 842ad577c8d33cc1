namespace Elman.Peers;

/// <summary>Everything that one run has measured.</summary>
internal sealed class Results
{
    public required IReadOnlyList<int> Threads { get; init; }

    public Ceilings Ceilings { get; } = new();

    public List<LayerResult> Layers { get; } = [];

    public List<ModelResult> Models { get; } = [];

    public List<StreamResult> Streams { get; } = [];

    public List<PeakResult> Peaks { get; } = [];

    public List<LongResult> LongSequences { get; } = [];

    public Timing? ColdStart { get; set; }

    /// <summary>Of the whole run.</summary>
    public TimeSpan Duration { get; set; }

    /// <summary>Elman's operations per second over those that so many threads can do at most.</summary>
    public double PartOfCeiling(LayerResult result) => result.OperationsPerSecond / Ceilings.Operations(result.Threads);

    /// <summary>Whether reading the weights is the limit: nothing reuses them, and they do not stay in the core's own caches.</summary>
    public static bool IsMemoryBound(LayerRow row) => row.N == 1 && row.RecurrentBytes + row.InputBytes > ThisMachine.CacheBytes(2);

    /// <summary>
    /// Bytes per second of weights that a memory-bound row had to read: W_hh in every step, W_ih once, beside what the same threads read at most from
    /// memory of that size.
    /// </summary>
    public (double Measured, double Ceiling) Bandwidth(LayerResult result)
    {
        double ceiling = Ceilings.Bandwidth(LeastWork.ReadAgain(result.Row) / result.Threads, result.Threads);
        return (LeastWork.Bytes(result.Row) / result.Elman.Median, ceiling);
    }
}
