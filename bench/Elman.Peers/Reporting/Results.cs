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

    /// <summary>The part of what limits a row: the bandwidth where memory is the limit in inference, else the multiply-adds.</summary>
    public double PartOfLimit(LayerResult result)
    {
        if (result.Training || !IsMemoryBound(result.Row)) return PartOfCeiling(result);
        (double measured, double ceiling) = Bandwidth(result);
        return measured / ceiling;
    }

    /// <summary>What a step of a stream takes at least: to read its weights from where they live. Its chain of functions comes on top.</summary>
    public double SecondsOfReading(StreamRow stream)
    {
        long bytes = stream.Layer.RecurrentBytes + stream.Layer.InputBytes;
        return bytes / Ceilings.Bandwidth(bytes, 1);
    }

    /// <summary>Whether reading the weights is the limit: nothing reuses them, and they do not stay in the core's own caches.</summary>
    public static bool IsMemoryBound(LayerRow row) => row.N == 1 && row.RecurrentBytes + row.InputBytes > ThisMachine.CacheBytes(2);

    /// <summary>
    /// Bytes per second of weights that a memory-bound row had to read: W_hh in every step, W_ih once, beside what the same threads read at most from
    /// memory of that size.
    /// </summary>
    public (double Measured, double Ceiling) Bandwidth(LayerResult result)
    {
        LayerRow row = result.Row;
        long workingSet = row.L == 1 ? row.RecurrentBytes + row.InputBytes : row.RecurrentBytes;
        return ((row.L * row.RecurrentBytes + row.InputBytes) / result.Elman.Median, Ceilings.Bandwidth(workingSet / result.Threads, result.Threads));
    }
}
