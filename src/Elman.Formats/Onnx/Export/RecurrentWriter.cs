namespace Elman.Formats;

/// <summary>Writes a recurrent layer: a node for every layer of it, all on [L, N, I].</summary>
internal static class RecurrentWriter
{
    /// <summary>What the parameters that an ONNX node has a place for begin with.</summary>
    private static readonly string[] Known = ["weight_ih_l", "weight_hh_l", "weight_ph_l", "bias_ih_l", "bias_hh_l", "initial_"];

    public static Flow Add(ModuleWriter writer, RecurrentLayer layer, string path, Flow flow)
    {
        if (!flow.Steps) throw ModuleWriter.Refuse(path, layer, "it does not follow a sequence");
        if (layer.Options.Merge == Merge.None) throw ModuleWriter.Refuse(path, layer, "its directions stay apart");
        GraphWriter graph = writer.Graph;
        RecurrentNode settings = Settings(layer, path);
        int[] widths = [.. layer.Options.HiddenSizes ?? [.. Enumerable.Repeat(layer.HiddenSize, layer.Options.Layers)]];
        Dictionary<string, Tensor> parameters = layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        string[] parts = settings.Operator == "LSTM" ? ["h", "c"] : ["h"];
        StateWriter[] states = [.. parts.Select(part => new StateWriter(writer, path, part, widths, settings.Directions))];
        foreach (StateWriter state in states) state.Begin(parameters, flow);
        string value = writer.TimeFirst(flow).Name;
        for (int index = 0; index < widths.Length; index++)
        {
            string place = widths.Length == 1 ? path : ModuleWriter.Named(path, $"l{index}");
            (string[] weights, string peepholes) = Weights(graph, settings, parameters, place, index);
            string[] inputs = [value, .. weights, writer.Lengths, .. states.Select(state => state.Initial[index]), peepholes];
            string[] outputs = graph.Node(place, settings.Operator, Trimmed(inputs), 1 + parts.Length, settings.Attributes(widths[index]));
            for (int part = 0; part < parts.Length; part++) states[part].Final.Add(outputs[1 + part]);
            string merged = Merged(writer, outputs[0], place, layer.Options.Merge, settings.Directions, widths[index]);
            value = layer.Options.Residual && index > 0 ? graph.Node(place, "Add", [merged, value]) : merged;
        }
        foreach (StateWriter state in states) state.End();
        return new Flow(value, Steps: true, TimeFirst: true);
    }

    /// <summary>The layer in ONNX's terms.</summary>
    private static RecurrentNode Settings(RecurrentLayer layer, string path)
    {
        RecurrentOptions options = layer.Options;
        // In evaluation a state keeps its share of itself.
        if (options.Zoneout > 0 || options.CellZoneout > 0) throw ModuleWriter.Refuse(path, layer, "ONNX has no zoneout, which counts after training too");
        if (options.CellClip is not null) throw ModuleWriter.Refuse(path, layer, "ONNX does not bound the cell");
        if (layer.Parameters().FirstOrDefault(parameter => !Known.Any(name => parameter.Name.StartsWith(name, StringComparison.Ordinal))).Name is { } other)
            throw ModuleWriter.Refuse(path, layer, $"ONNX has no place for its parameter {other}");
        RecurrentNode settings = new()
        {
            Operator = layer.Cell switch { "lstm" => "LSTM", "gru" or "gru-original" => "GRU", "rnn" or "rnn-relu" => "RNN", _ => throw ModuleWriter.Refuse(path, layer, "ONNX has no such cell") },
            Direction = options.Direction,
            ResetAfter = layer.Cell == "gru",
            InputForget = options.CoupledGates,
            Clip = options.GateClip,
        };
        IReadOnlyList<Activation>? forward = options.Activations ?? (layer.Cell == "rnn-relu" ? [Activation.Relu] : null);
        if (forward is null && options.ReverseActivations is null) return settings;
        Activation[] first = OnnxActivations(forward ?? Usual(settings), settings, layer, path);
        return settings with { Activations = settings.Directions == 1 ? first : [.. first, .. OnnxActivations(options.ReverseActivations ?? forward!, settings, layer, path)] };
    }

    /// <summary>ONNX's f, g, h from the activations of the gates.</summary>
    private static Activation[] OnnxActivations(IReadOnlyList<Activation> gates, RecurrentNode settings, RecurrentLayer layer, string path)
    {
        (int[] f, int[] others) = (settings.Operator, settings.InputForget) switch
        {
            ("LSTM", true) => (new[] { 0, 2 }, new[] { 1, 3 }),
            ("LSTM", _) => ([0, 1, 3], [2, 4]),
            ("GRU", _) => ([0, 1], [2]),
            _ => ([0], []),
        };
        if (f.Select(gate => gates[gate]).Distinct().Count() > 1) throw ModuleWriter.Refuse(path, layer, "ONNX has one activation for all gates, these have several");
        // ONNX has no name for what leaves its argument as it is.
        return [.. new[] { f[0] }.Concat(others).Select(gate => gates[gate] == Activation.Identity ? Activation.Affine(1, 0) : gates[gate])];
    }

    private static IReadOnlyList<Activation> Usual(RecurrentNode settings) => (settings.Operator, settings.InputForget) switch
    {
        ("LSTM", true) => [Activation.Sigmoid, Activation.Tanh, Activation.Sigmoid, Activation.Tanh],
        ("LSTM", _) => [Activation.Sigmoid, Activation.Sigmoid, Activation.Tanh, Activation.Sigmoid, Activation.Tanh],
        ("GRU", _) => [Activation.Sigmoid, Activation.Sigmoid, Activation.Tanh],
        _ => [Activation.Tanh],
    };

    /// <summary>W, R and B of a layer, and P; empty names for what it does not have.</summary>
    private static (string[] Weights, string Peepholes) Weights(GraphWriter graph, RecurrentNode settings, Dictionary<string, Tensor> parameters, string prefix, int layer)
    {
        string[] suffixes = settings.Directions == 2 ? [$"_l{layer}", $"_l{layer}_reverse"] : [$"_l{layer}"];
        Tensor Directions(string name, Func<Tensor, Tensor> order) => Tensor.Stack(0, [.. suffixes.Select(suffix => order(parameters[name + suffix]))]);
        Tensor Stacked(string name) => Directions(name, settings.ToOnnx);
        string w = graph.Constant(ModuleWriter.Named(prefix, "W"), Stacked("weight_ih")), r = graph.Constant(ModuleWriter.Named(prefix, "R"), Stacked("weight_hh"));
        string b = parameters.ContainsKey("bias_ih" + suffixes[0]) ? graph.Constant(ModuleWriter.Named(prefix, "B"), Tensor.Concat(1, Stacked("bias_ih"), Stacked("bias_hh"))) : "";
        return ([w, r, b], parameters.ContainsKey("weight_ph" + suffixes[0]) ? graph.Constant(ModuleWriter.Named(prefix, "P"), Directions("weight_ph", settings.PeepholesToOnnx)) : "");
    }

    /// <summary>[L, D, N, H] as [L, N, D·H], or as [L, N, H] if the directions are merged into one.</summary>
    private static string Merged(ModuleWriter writer, string y, string place, Merge merge, int directions, int hidden)
    {
        GraphWriter graph = writer.Graph;
        string axis = ModuleWriter.Named(place, "axis");
        if (directions == 1) return graph.Node(place, "Squeeze", [y, graph.Integers(axis, 1)]);
        if (merge == Merge.Concat)
        {
            string beside = graph.Node(place, "Transpose", [y], ("perm", new long[] { 0, 2, 1, 3 }));
            return graph.Node(place, "Reshape", [beside, graph.Integers(ModuleWriter.Named(place, "joined"), 0, 0, directions * hidden)]);
        }
        string one = writer.AddMerge(merge, place, graph.Node(place, "Split", [y], directions, ("axis", 1L)));
        return graph.Node(place, "Squeeze", [one, graph.Integers(axis, 1)]);
    }

    /// <summary>Without the empty names at the end.</summary>
    private static string[] Trimmed(string[] names)
    {
        int end = names.Length;
        while (names[end - 1].Length == 0) end--;
        return names[..end];
    }
}
