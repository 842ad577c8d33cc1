namespace Elman.Peers;

/// <summary>What a training step of a whole model cost each library.</summary>
/// <param name="AllocatedBytes">By a warm step in Elman.</param>
/// <param name="Disagreement">The largest relative difference of losses and gradients that the check found.</param>
internal sealed record ModelResult(ModelRow Row, int Threads, Timing Elman, Timing Torch, double LeastSeconds, long AllocatedBytes, double Disagreement)
{
    public double Ratio => Torch.Median / Elman.Median;
}

/// <summary>Trains models in both libraries.</summary>
internal static class ModelComparison
{
    private const int CheckedSteps = 5;

    /// <summary>Checks the gradients of the first step and the losses of the first few, then measures.</summary>
    /// <exception cref="DisagreementException">They differ.</exception>
    public static ModelResult Run(ModelRow row, int threads, Effort effort)
    {
        Compute.Threads = threads;
        TorchSharp.torch.set_num_threads(threads);
        using ElmanModel elman = row.Elman();
        using TorchModel torch = row.Torch(elman);
        List<float> own = [elman.Step()], peer = [torch.Step()];
        double gradients = Agreement.Gradients(row.Name, elman.Gradients(), torch.Gradients());
        for (int step = 1; step < CheckedSteps; step++)
        {
            own.Add(elman.Step());
            peer.Add(torch.Step());
        }
        double losses = Agreement.Relative($"{row.Name}, losses", [.. own], [.. peer]);
        LeastWork least = new(row.Layers, training: true, threads, inputGradient: row.LearnsInput);
        Timing[] timings = Measurement.Interleave([new(() => elman.Step()), new(() => torch.Step(), Spins: true), .. least.Runs.Select(run => new Work(run))], threads, effort);
        return new ModelResult(row, threads, timings[0], timings[1], least.Seconds, Allocation.BytesPerCall(() => elman.Step()), Math.Max(gradients, losses));
    }
}
