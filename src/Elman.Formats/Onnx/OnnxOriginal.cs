namespace Elman.Formats;

/// <summary>ONNX files in conversions: the network that a graph is a chain of, and beside it the graph itself, run node by node as the file states it.</summary>
internal static class OnnxOriginal
{
    /// <summary>The layers that a graph is a chain of; if it is none, the graph, whose description says which node prevents it.</summary>
    public static Module Read(string path)
    {
        OnnxGraph graph = OnnxFile.Read(path);
        return graph.Chain?.Network ?? (Module)graph;
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

    /// <summary>What the graph fixes of its first input: batch and steps.</summary>
    public static (int? Batch, int? Steps) FixedShape(string path) => OnnxFile.Read(path).FixedShape;

    /// <summary>Runs the graph with probes, which are batch first.</summary>
    public static Func<Probe, IReadOnlyList<ProbeOutput>> Open(string path)
    {
        OnnxGraph graph = OnnxFile.Read(path);
        return probe => [probe.Output(graph.Outputs[0], graph.RunProbe(probe.Input, probe.IsRagged ? [.. probe.Lengths] : []))];
    }
}
