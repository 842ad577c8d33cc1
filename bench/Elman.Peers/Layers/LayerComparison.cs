namespace Elman.Peers;

/// <summary>What one row cost each library, in inference or in training, at one number of threads.</summary>
/// <param name="Disagreement">The largest difference to a peer that the check before the measurement found.</param>
/// <param name="LeastSeconds">Of <see cref="LeastWork"/>.</param>
/// <param name="HalvesSeconds">Of <see cref="Halves"/>, where there are two threads and rows for both.</param>
/// <param name="AllocatedBytes">By a warm call of Elman.</param>
internal sealed record LayerResult(LayerRow Row, bool Training, int Threads, IReadOnlyDictionary<string, Timing> Timings, double Disagreement, double LeastSeconds, double? HalvesSeconds, long AllocatedBytes)
{
    public Timing Elman => Timings[Libraries.Elman];

    /// <summary>How many times faster Elman is than a peer, median over median; null if the peer does not do this.</summary>
    public double? Ratio(string peer) => Timings.TryGetValue(peer, out Timing? timing) ? timing.Median / Elman.Median : null;

    /// <summary>What part of the speed of <see cref="LeastWork"/> Elman reached.</summary>
    public double PartOfLimit => LeastSeconds / Elman.Median;

    /// <summary>The same with weights rounded to bfloat16, where memory is the limit.</summary>
    public RoundedResult? Rounded { get; init; }

    public double OperationsPerSecond => Row.Operations * (Training ? 3 : 1) / Elman.Median;
}

/// <summary>What a row cost Elman with weights rounded to bfloat16.</summary>
/// <param name="Error">The largest difference that it made to an output.</param>
internal sealed record RoundedResult(Timing Timing, double LeastSeconds, double Error);

/// <summary>Runs rows in all libraries.</summary>
internal static class LayerComparison
{
    /// <summary>Checks that the libraries agree on a row, then measures it.</summary>
    /// <exception cref="DisagreementException">They do not.</exception>
    public static IEnumerable<LayerResult> Run(LayerRow row, int threads, Effort effort)
    {
        LayerProblem problem = new(row);
        using ElmanLayer elman = new(problem, threads);
        using TorchLayer torch = new(problem, threads);
        using OnnxLayer onnx = new(problem, threads);
        ILayerContender[] contenders = [elman, torch, onnx];

        double difference = CheckOutputs(row, contenders);
        LeastWork least = new(row, training: false, threads);
        Halves? halves = Halves.Of(row, training: false, threads);
        if (Results.IsMemoryBound(row))
        {
            using ElmanLayer rounded = new(problem, threads, bfloat16: true);
            LeastWork leastRounded = new(row, training: false, threads, bytesPerWeight: 2);
            double error = rounded.Output().Zip(elman.Output(), (one, other) => Math.Abs(one - other)).Max();
            Dictionary<string, Timing> timings = Measure([.. contenders, rounded], contender => contender.Infer, [.. least.Runs, .. leastRounded.Runs], threads, effort);
            yield return new LayerResult(row, false, threads, timings, difference, least.Seconds, null, Allocation.BytesPerCall(elman.Infer)) { Rounded = new(timings[rounded.Library], leastRounded.Seconds, error) };
        }
        else
        {
            Dictionary<string, Timing> timings = Measure(contenders, contender => contender.Infer, [.. least.Runs, .. halves?.Runs ?? []], threads, effort);
            yield return new LayerResult(row, false, threads, timings, difference, least.Seconds, halves?.Seconds, Allocation.BytesPerCall(elman.Infer));
        }
        if (row.InferenceOnly) yield break;
        ILayerContender[] trainers = [.. contenders.Where(contender => contender.Trains)];
        difference = CheckGradients(row, trainers);
        least = new LeastWork(row, training: true, threads);
        halves = Halves.Of(row, training: true, threads);
        Dictionary<string, Timing> trained = Measure(trainers, contender => contender.Train, [.. least.Runs, .. halves?.Runs ?? []], threads, effort);
        yield return new LayerResult(row, true, threads, trained, difference, least.Seconds, halves?.Seconds, Allocation.BytesPerCall(elman.Train));
    }

    /// <summary>Calls each cell often enough for the JIT to be done with it, so that a row's own warm-up can be short.</summary>
    public static void WarmUp(int threads)
    {
        LayerRow[] rows =
        [
            .. ((string[])["rnn", "gru", "lstm"]).SelectMany(cell => (LayerRow[])[new("", cell, 4, 8, 16, 16), new("", cell, 1, 8, 1, 16)]),
            new("", "lstm", 4, 8, 16, 16) { Bidirectional = true, Ragged = true },
        ];
        foreach (LayerRow row in rows)
        {
            using ElmanLayer layer = new(new LayerProblem(row), threads);
            long end = Environment.TickCount64 + 500;
            while (Environment.TickCount64 < end)
            {
                layer.Infer();
                layer.Train();
            }
        }
    }

    private static double CheckOutputs(LayerRow row, ILayerContender[] contenders)
    {
        float[] own = contenders[0].Output();
        return contenders[1..].Max(peer => Agreement.Outputs($"{row}, {peer.Library}", own, peer.Output()));
    }

    private static double CheckGradients(LayerRow row, ILayerContender[] trainers)
    {
        IReadOnlyDictionary<string, float[]> own = trainers[0].Gradients();
        return trainers[1..].Max(peer => Agreement.Gradients($"{row}, {peer.Library}", own, peer.Gradients()));
    }

    /// <param name="limits">What runs in turn with the contenders and takes its own times.</param>
    private static Dictionary<string, Timing> Measure(ILayerContender[] contenders, Func<ILayerContender, Action> work, IEnumerable<Action> limits, int threads, Effort effort)
    {
        Timing[] timings = Measurement.Interleave([.. contenders.Select(contender => new Work(work(contender), Libraries.Spins(contender.Library))), .. limits.Select(limit => new Work(limit))], threads, effort);
        return contenders.Zip(timings).ToDictionary(pair => pair.First.Library, pair => pair.Second);
    }
}
