namespace Elman.Peers;

/// <summary>Runs streams in all libraries, step by step, each step starting from the states that the one before left.</summary>
internal static class StreamComparison
{
    private const int CheckedSteps = 20, CountedSteps = 1000;

    /// <summary>Checks that the libraries agree over some steps, then measures one step, on one thread.</summary>
    /// <exception cref="DisagreementException">They do not.</exception>
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
            difference = Math.Max(difference, Agreement.Outputs($"stream of {row}, step {step}, {Libraries.Torch}", own, torch.Output));
            difference = Math.Max(difference, Agreement.Outputs($"stream of {row}, step {step}, {Libraries.Onnx}", own, onnx.Output));
        }
        Action ownStep = () => stream.Step(problem.Input);
        LeastWork least = new(row.Layer, training: false, threads: 1);
        Timing[] timings = Measurement.Interleave([ownStep, torch.Step, onnx.Step, .. least.Runs], effort);
        return new StreamResult(row, timings[0], timings[1], timings[2], least.Seconds, Allocated(ownStep), difference);
    }

    private static long Allocated(Action step)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < CountedSteps; i++) step();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / CountedSteps;
    }
}
