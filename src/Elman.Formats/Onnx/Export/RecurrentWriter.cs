namespace Elman.Formats;

/// <summary>Writes a recurrent layer: a node for every layer of it, all on [L, N, I].</summary>
internal static class RecurrentWriter
{
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
            string[] inputs = [value, .. Weights(graph, settings, parameters, place, index), writer.Lengths, .. states.Select(state => state.Initial[index])];
            string[] outputs = graph.Node(place, settings.Operator, Trimmed(inputs), 1 + parts.Length, settings.Attributes(widths[index]));
            for (int part = 0; part < parts.Length; part++) states[part].Final.Add(outputs[1 + part]);
            string merged = Merged(graph, outputs[0], place, layer.Options.Merge, settings.Directions, widths[index]);
            value = layer.Options.Residual && index > 0 ? graph.Node(place, "Add", [merged, value]) : merged;
        }
        foreach (StateWriter state in states) state.End();
        return new Flow(value, Steps: true, TimeFirst: true);
    }

    /// <summary>The layer in ONNX's terms.</summary>
    private static RecurrentNode Settings(RecurrentLayer layer, string path) => layer.Cell switch
    {
        "lstm" => new RecurrentNode { Operator = "LSTM", Direction = layer.Options.Direction },
        "gru" => new RecurrentNode { Operator = "GRU", Direction = layer.Options.Direction, ResetAfter = true },
        "gru-original" => new RecurrentNode { Operator = "GRU", Direction = layer.Options.Direction },
        "rnn" => new RecurrentNode { Operator = "RNN", Direction = layer.Options.Direction },
        "rnn-relu" => new RecurrentNode { Operator = "RNN", Direction = layer.Options.Direction, Activations = [.. Enumerable.Repeat(Activation.Relu, layer.Options.Direction.Count())] },
        _ => throw ModuleWriter.Refuse(path, layer, "ONNX has no such cell"),
    };

    /// <summary>W, R and B of a layer; an empty name for B if there are no biases.</summary>
    private static string[] Weights(GraphWriter graph, RecurrentNode settings, Dictionary<string, Tensor> parameters, string prefix, int layer)
    {
        string[] suffixes = settings.Directions == 2 ? [$"_l{layer}", $"_l{layer}_reverse"] : [$"_l{layer}"];
        Tensor Stacked(string name) => Tensor.Stack(0, [.. suffixes.Select(suffix => settings.Ordered(parameters[name + suffix]))]);
        string w = graph.Constant(ModuleWriter.Named(prefix, "W"), Stacked("weight_ih")), r = graph.Constant(ModuleWriter.Named(prefix, "R"), Stacked("weight_hh"));
        return [w, r, parameters.ContainsKey("bias_ih" + suffixes[0]) ? graph.Constant(ModuleWriter.Named(prefix, "B"), Tensor.Concat(1, Stacked("bias_ih"), Stacked("bias_hh"))) : ""];
    }

    /// <summary>[L, D, N, H] as [L, N, D·H], or as [L, N, H] if the directions are merged into one.</summary>
    private static string Merged(GraphWriter graph, string y, string place, Merge merge, int directions, int hidden)
    {
        string axis = ModuleWriter.Named(place, "axis");
        if (directions == 1) return graph.Node(place, "Squeeze", [y, graph.Integers(axis, 1)]);
        if (merge == Merge.Concat)
        {
            string beside = graph.Node(place, "Transpose", [y], ("perm", new long[] { 0, 2, 1, 3 }));
            return graph.Node(place, "Reshape", [beside, graph.Integers(ModuleWriter.Named(place, "joined"), 0, 0, directions * hidden)]);
        }
        string[] both = graph.Node(place, "Split", [y], directions, ("axis", 1L));
        string one = graph.Node(place, merge == Merge.Product ? "Mul" : "Add", both);
        if (merge == Merge.Mean) one = graph.Node(place, "Mul", [one, graph.Constant(ModuleWriter.Named(place, "half"), [0.5f])]);
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
