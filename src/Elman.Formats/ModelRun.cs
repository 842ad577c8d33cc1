namespace Elman.Formats;

/// <summary>Runs a network of any kind on sequences.</summary>
public static class ModelRun
{
    /// <summary>Whether a network takes classes, [N, L], rather than values.</summary>
    /// <param name="network">The network.</param>
    public static bool TakesClasses(Module network) => Probe.TakesClasses(network);

    /// <summary>What a network makes of sequences of one length.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">[N, L, I]; of a network that takes classes [N, L, 1] or [N, L].</param>
    /// <returns>[N, L, ..] or [N, ..].</returns>
    /// <exception cref="ElmanException">The network does not take such input.</exception>
    public static Tensor Run(Module network, Tensor input)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(input);
        if (Probe.TakesClasses(network) && input is { Rank: 3 } && input.Shape[2] == 1) input = input.Reshape(input.Shape[0], input.Shape[1]);
        try
        {
            using Inference inference = Inference.Begin();
            return network is IProbed graph && input.Rank > 1 ? graph.RunProbe(input, default) : network.Forward(input);
        }
        catch (ArgumentException failure)
        {
            throw new ElmanException($"the model does not take data of shape {input.Shape}: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
    }
}
