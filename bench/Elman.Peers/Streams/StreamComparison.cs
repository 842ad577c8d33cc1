namespace Elman.Peers;

/// <summary>Runs streams in all libraries, step by step, each step starting from the states that the one before left.</summary>
internal static class StreamComparison
{
    private const int CheckedSteps = 20, CountedSteps = 1000;

    /// <summary>A step is so short that many samples fit into the time that the JIT takes.</summary>
    private const int WarmUpMilliseconds = 300;

    /// <summary>Checks that the libraries agree over some steps, then measures one step, on one thread. libtorch is left out where it computes other numbers than the other two (2.10 does on a Zen 5, but not on a Zen 4, from
    /// the second step of an LSTM of 8, 16 or 40 units on).</summary>
    /// <exception cref="DisagreementException">Elman and ONNX Runtime do not agree.</exception>
    public static StreamResult Run(StreamRow row, Effort effort)
    {
        LayerProblem problem = new(row.Layer);
        Compute.Threads = 1;
        RecurrentLayer layer = problem.CreateLayer(new RandomStream(1));
        layer.Load(problem.Weights.ToDictionary(weight => weight.Name, weight => Tensor.From(weight.Values, weight.Shape)));
        RecurrentStream stream = layer.OpenStream();
        using TorchStream torch = new(problem);
        using OnnxStream onnx = new(problem);

        double difference = 0;
        for (int step = 0; step < CheckedSteps; step++)
        {
            float[] own = stream.Step(problem.Input).ToArray();
            torch.Step();
            onnx.Step();
            Agreement.Outputs($"stream of {row}, step {step}, {Libraries.Onnx}", own, onnx.Output);
            difference = Math.Max(difference, Agreement.Difference(own, torch.Output));
        }
        Action ownStep = () => stream.Step(problem.Input);
        for (long end = Environment.TickCount64 + WarmUpMilliseconds; Environment.TickCount64 < end;) ownStep();
        LeastWork least = new(row.Layer, training: false, threads: 1);
        Timing[] timings = Measurement.Interleave([new(ownStep), new(torch.Step, Spins: true), new(onnx.Step, Spins: true), .. least.Runs.Select(run => new Work(run))], threads: 1, effort);
        return new StreamResult(row, timings[0], difference <= Agreement.Tolerance ? timings[1] : null, timings[2], least.Seconds, Allocated(ownStep), difference);
    }

    private static long Allocated(Action step)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < CountedSteps; i++) step();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / CountedSteps;
    }
}
