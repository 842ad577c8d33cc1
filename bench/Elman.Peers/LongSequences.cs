namespace Elman.Peers;

/// <summary>What one long sequence cost per step.</summary>
internal sealed record LongResult(string Mode, int Length, Timing Elman)
{
    public double NanosecondsPerStep => Elman.Median / Length * 1e9;
}

/// <summary>One sequence through an LSTM of H = 128, ever longer, on one thread: the cost of a step should stay the same.</summary>
internal static class LongSequences
{
    public const int Hidden = 128;

    public static IReadOnlyList<int> Lengths { get; } = [100, 1000, 10_000, 100_000, 200_000];

    /// <summary>Measures all lengths. A mode with another budget of memory would be one more call of <see cref="Measure"/>, between setting and resetting it.</summary>
    public static IEnumerable<LongResult> Run(Effort effort)
    {
        foreach (int length in Lengths)
        {
            using ElmanLayer layer = new(new LayerProblem(new LayerRow("", "lstm", 1, length, Hidden, Hidden)), threads: 1);
            yield return Measure("inference", length, layer.Infer, effort);
            yield return Measure("training", length, layer.Train, effort);
        }
    }

    private static LongResult Measure(string mode, int length, Action work, Effort effort) => new(mode, length, Measurement.Interleave([work], effort)[0]);
}
