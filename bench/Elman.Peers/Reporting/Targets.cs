namespace Elman.Peers;

/// <summary>The project's targets, applied to the results of a run.</summary>
internal static class Targets
{
    public const double TwoThreads = 1.85, InferenceCeiling = 0.85, TrainingCeiling = 0.75, Bandwidth = 0.85, TrainingRatio = 1.5, MeanTrainingRatio = 2.5, BFloat16Ratio = 1.7;

    private const double ColdStartMilliseconds = 50, BudgetSlowdown = 1.4, TrainingBytes = 16 << 10;

    public static IReadOnlyList<Target> Of(Results results) =>
    [
        new("Inference against ONNX Runtime", "1.15 ×; 3 × where N ≤ 4 and H ≤ 128", Ratios(results, training: false, Libraries.Onnx)),
        new("Inference against libtorch", "1.5 ×; 20 × where N ≤ 4 and H ≤ 128", Ratios(results, training: false, Libraries.Torch)),
        new("Training against libtorch", "1.5 ×", Ratios(results, training: true, Libraries.Torch)),
        new("Training against libtorch, geometric mean", "2.5 ×", MeanRatios(results)),
        new("Training steps of whole models", "1.5 ×", [.. results.Models.Select(model => new Check($"{model.Row.Name}, {Text.Threads(model.Threads)}", model.Ratio, TrainingRatio, "×", PartOfLimit: model.LeastSeconds / model.Elman.Median))]),
        new("H ≥ 256 with N ≥ 16: part of the multiply-add ceiling", "85 % in inference, 75 % in training", PartsOfCeiling(results)),
        ThreadScaling(results),
        new("Memory-bound rows: part of the bandwidth of where the weights live", "85 %", Bandwidths(results)),
        new("Memory-bound rows: bfloat16 weights", "1.7 ×", [.. from result in results.Layers
            where result.Rounded is not null
            select new Check(Text.Of(result), result.Elman.Median / result.Rounded!.Timing.Median, BFloat16Ratio, "×", PartOfLimit: result.Rounded.LeastSeconds / result.Rounded.Timing.Median)]),
        new("Stream step beside a 97 GFLOP/s core", "see the table", Streams(results)),
        new("Bytes allocated by a warm stream step", "0", [.. results.Streams.Select(stream => new Check(stream.Row.ToString(), stream.AllocatedBytes, 0, "bytes", AtLeast: false))]),
        new("Bytes allocated by a warm training step", "under 16 KB", Allocations(results)),
        new("Peak memory of training", "at most libtorch's", [.. results.Peaks.Select(peak => new Check(peak.Row.Name, peak.Ratio, 1, "of libtorch's", AtLeast: false))]),
        new($"{LongSequences.Lengths[^1]:N0} steps trained within {Text.Bytes(LongSequences.Budget)}", "at most 1.4 × slower", Budgets(results)),
        new("Cold start of the native command", "under 50 ms", results.ColdStart is { } start ? [new Check("predict", start.Median * 1e3, ColdStartMilliseconds, "ms", AtLeast: false)] : [],
            results.ColdStart is null ? "needs --native" : ""),
    ];

    /// <summary>How many times faster than a peer a row has to be.</summary>
    public static double WantedRatio(LayerResult result, string peer)
    {
        if (result.Training) return TrainingRatio;
        bool small = result.Row.N <= 4 && result.Row.H <= 128;
        return peer == Libraries.Onnx ? small ? 3 : 1.15 : small ? 20 : 1.5;
    }

    private static Check[] Ratios(Results results, bool training, string peer) =>
        [.. results.Layers.Where(result => result.Training == training).Select(result => new Check(Text.Of(result), result.Ratio(peer)!.Value, WantedRatio(result, peer), "×", PartOfLimit: result.PartOfLimit))];

    private static Check[] MeanRatios(Results results) =>
        [.. results.Layers.Where(result => result.Training).GroupBy(result => result.Threads)
            .Select(group => new Check(Text.Threads(group.Key), Math.Exp(group.Average(result => Math.Log(result.Ratio(Libraries.Torch)!.Value))), MeanTrainingRatio, "×"))];

    private static Check[] PartsOfCeiling(Results results) =>
        [.. results.Layers.Where(result => result.Row is { H: >= 256, N: >= 16 })
            .Select(result => new Check(Text.Of(result), 100 * results.PartOfCeiling(result), 100 * (result.Training ? TrainingCeiling : InferenceCeiling), "%", PartOfLimit: result.PartOfLimit))];

    private static Target ThreadScaling(Results results)
    {
        const string Work = "Two threads over one, N ≥ 4", Wanted = "1.85 × where the ceiling scales so";
        if (!results.Threads.Contains(1) || !results.Threads.Contains(2)) return new Target(Work, Wanted, [], "needs 1 and 2 threads");
        (LayerResult One, LayerResult Two)[] pairs =
        [
            .. from one in results.Layers
               join two in results.Layers on (one.Row, one.Training) equals (two.Row, two.Training)
               where one is { Threads: 1, Row.N: >= 4 } && two.Threads == 2
               select (one, two),
        ];
        // What multiply-adds and functions alone gained from the second thread beside the same row.
        Check[] checks =
        [
            .. pairs.Where(pair => pair.One.LeastSeconds / pair.Two.LeastSeconds >= TwoThreads)
                .Select(pair => new Check(Text.Work(pair.One), pair.One.Elman.Median / pair.Two.Elman.Median, TwoThreads, "×", PartOfLimit: pair.Two.HalvesSeconds / pair.Two.Elman.Median)),
        ];
        return new Target(Work, Wanted, checks, $"in {pairs.Length - checks.Length} more rows the ceiling itself scaled by less");
    }

    private static Check[] Bandwidths(Results results) =>
        [.. results.Layers.Where(result => !result.Training && Results.IsMemoryBound(result.Row)).Select(result =>
        {
            (double measured, double ceiling) = results.Bandwidth(result);
            return new Check(Text.Of(result), 100 * measured / ceiling, 100 * Bandwidth, "%", PartOfLimit: result.PartOfLimit);
        })];

    /// <summary>The targets stretched or shortened by this core's speed.</summary>
    private static Check[] Streams(Results results)
    {
        double slower = StreamRow.ReferenceCore / results.Ceilings.Operations(1);
        return [.. results.Streams.Where(stream => stream.Row.TargetNanoseconds is not null)
            .Select(stream => new Check(stream.Row.ToString(), stream.Elman.Median * 1e9, stream.Row.TargetNanoseconds!.Value * slower, "ns", AtLeast: false, PartOfLimit: stream.LeastSeconds / stream.Elman.Median))];
    }

    private static Check[] Budgets(Results results) =>
        [.. from free in results.LongSequences
            join bound in results.LongSequences on free.Length equals bound.Length
            where free.Length == LongSequences.Lengths[^1] && free.Mode == LongSequences.Training && bound.Mode == LongSequences.BudgetTraining
            select new Check($"{free.Length:N0} steps", bound.Elman.Median / free.Elman.Median, BudgetSlowdown, "× the time", AtLeast: false)];

    private static Check[] Allocations(Results results) =>
    [
        .. results.Layers.Where(result => result.Training).Select(result => new Check(Text.Of(result), result.AllocatedBytes, TrainingBytes, "bytes", AtLeast: false)),
        .. results.Models.Select(model => new Check($"{model.Row.Name}, {Text.Threads(model.Threads)}", model.AllocatedBytes, TrainingBytes, "bytes", AtLeast: false)),
    ];
}
