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

    /// <summary>Bytes that training may keep for its backward pass in the second way of training.</summary>
    public const long Budget = 256_000_000;

    public const string Inference = "inference", Training = "training", BudgetTraining = "training, 256 MB";

    public static IReadOnlyList<int> Lengths { get; } = [100, 1000, 10_000, 100_000, 200_000];

    /// <summary>Measures all lengths, each with and without the budget in the same turn.</summary>
    public static IEnumerable<LongResult> Run(Effort effort)
    {
        foreach (int length in Lengths)
        {
            using ElmanLayer layer = new(new LayerProblem(new LayerRow("", "lstm", 1, length, Hidden, Hidden)), threads: 1);
            Timing[] timings = Measurement.Interleave([new(layer.Infer), new(layer.Train), new(() => WithinBudget(layer))], threads: 1, effort);
            yield return new LongResult(Inference, length, timings[0]);
            yield return new LongResult(Training, length, timings[1]);
            yield return new LongResult(BudgetTraining, length, timings[2]);
        }
    }

    private static void WithinBudget(ElmanLayer layer)
    {
        Compute.MemoryBudget = Budget;
        layer.Train();
        Compute.MemoryBudget = null;
    }
}
