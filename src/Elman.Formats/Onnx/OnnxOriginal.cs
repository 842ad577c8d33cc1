namespace Elman.Formats;

/// <summary>ONNX files in conversions: the network that a graph is a chain of, and beside it the graph itself, run node by node as the file states it.</summary>
internal static class OnnxOriginal
{
    /// <summary>The layers that a graph is a chain of.</summary>
    /// <exception cref="ElmanException">It is none; the message names the node that prevents it.</exception>
    public static Sequential Read(string path)
    {
        OnnxGraph graph = OnnxFile.Read(path);
        try
        {
            return graph.ToSequential();
        }
        catch (ElmanException failure)
        {
            throw new ElmanException($"{path}: {failure.Message}; it can be run as it is (OnnxFile.Read), but not turned into layers", failure);
        }
    }

    /// <summary>What a graph takes and gives, the layers that it is a chain of, and its weights.</summary>
    public static FileDescription Describe(string path)
    {
        OnnxGraph graph = OnnxFile.Read(path);
        FileDescription network = FileDescription.Of(graph.Chain is null ? graph : graph.ToSequential());
        return network with
        {
            Facts =
            [
                ("graph", graph.Description),
                .. graph.Inputs.Select(input => ("input", $"{input.Name} [{string.Join(", ", input.Shape?.Select(extent => extent.Length == 0 ? "?" : extent) ?? ["?"])}]{(input.IsInteger ? ", whole numbers" : "")}")),
                ("outputs", string.Join(", ", graph.Outputs)),
                .. graph.Chain is null ? [] : network.Facts,
            ],
        };
    }

    /// <summary>Runs the graph with probes, which are batch first.</summary>
    public static Func<Probe, IReadOnlyList<ProbeOutput>> Open(string path)
    {
        OnnxGraph graph = OnnxFile.Read(path);
        return probe =>
        {
            Tensor input = graph.Chain is { InputTimeFirst: true } ? Swap(probe.Input) : probe.Input;
            Tensor output = graph.Forward(input, probe.IsRagged ? [.. probe.Lengths] : []);
            return [probe.Output(graph.Outputs[0], graph.Chain is { OutputTimeFirst: true } ? Swap(output) : output)];
        };
    }

    /// <summary>Batch and time change places.</summary>
    private static Tensor Swap(Tensor value) => value.Permute([1, 0, .. Enumerable.Range(2, value.Rank - 2)]);
}
