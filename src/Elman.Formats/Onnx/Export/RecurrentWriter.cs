namespace Elman.Formats;

/// <summary>Writes a recurrent layer: for every layer of it an RNN, GRU or LSTM node, or what <see cref="ScanWriter"/> makes where these cannot express it; all on [L, N, I].</summary>
internal static class RecurrentWriter
{
    public static Flow Add(ModuleWriter writer, RecurrentLayer layer, string path, Flow flow)
    {
        RecurrentOptions options = layer.Options;
        if (!flow.Steps) throw ModuleWriter.Refuse(path, layer, "it does not follow a sequence");
        if (options.Merge == Merge.None) throw ModuleWriter.Refuse(path, layer, "its directions stay apart");
        if (layer.Cell is not ("lstm" or "gru" or "gru-original" or "rnn" or "rnn-relu")) throw ModuleWriter.Refuse(path, layer, "ONNX has no such cell");
        GraphWriter graph = writer.Graph;
        int[] widths = [.. options.HiddenSizes ?? [.. Enumerable.Repeat(layer.HiddenSize, options.Layers)]];
        int[] outputs = options.ProjectionSize > 0 ? [.. widths.Select(_ => options.ProjectionSize)] : widths;
        bool uniform = widths.Distinct().Count() == 1;
        Dictionary<string, Tensor> parameters = layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        StateWriter State(string part, int[] own) => new(writer, path, part, own, options.Direction.Count(), uniform);
        StateWriter[] states = layer.Cell == "lstm" ? [State("h", outputs), State("c", widths)] : [State("h", outputs)];
        foreach (StateWriter state in states) state.Begin(parameters, flow);
        string value = writer.TimeFirst(flow).Name;
        ScanWriter? scan = Fits(options) ? null : new(writer, layer, parameters, path);
        for (int index = 0; index < widths.Length; index++)
        {
            string place = widths.Length == 1 ? path : ModuleWriter.Named(path, $"l{index}");
            string[] initial = [.. states.Select(state => state.Initial[index])];
            (string merged, string[] final) = scan?.Add(place, index, value, initial) ?? AddNode(writer, layer, parameters, place, index, value, initial, widths[index]);
            for (int part = 0; part < states.Length; part++) states[part].Final.Add(final[part]);
            value = options.Residual && index > 0 ? graph.Node(place, "Add", [merged, value]) : merged;
        }
        foreach (StateWriter state in states) state.End();
        return new Flow(value, Steps: true, TimeFirst: true);
    }

    /// <summary>The activations of a direction, one for each gate, and for the LSTM that of the cell on its way out.</summary>
    public static IReadOnlyList<Activation> Activations(RecurrentLayer layer, int direction) =>
        (direction == 1 ? layer.Options.ReverseActivations : null) ?? layer.Options.Activations ?? (layer.Cell, layer.Options.CoupledGates) switch
        {
            ("lstm", true) => [Activation.Sigmoid, Activation.Tanh, Activation.Sigmoid, Activation.Tanh],
            ("lstm", _) => [Activation.Sigmoid, Activation.Sigmoid, Activation.Tanh, Activation.Sigmoid, Activation.Tanh],
            ("gru" or "gru-original", _) => [Activation.Sigmoid, Activation.Sigmoid, Activation.Tanh],
            ("rnn-relu", _) => [Activation.Relu],
            _ => [Activation.Tanh],
        };

    /// <summary>Whether an RNN, GRU or LSTM node expresses the equations: it has one activation for all σ gates. In evaluation zoneout keeps a share of the state.</summary>
    private static bool Fits(RecurrentOptions options)
    {
        bool Agree(IReadOnlyList<Activation>? gates) => gates is null || SigmoidGates(gates.Count, options.CoupledGates).Select(gate => gates[gate]).Distinct().Count() == 1;
        return options is { Zoneout: 0, CellZoneout: null or 0, CellClip: null, ProjectionSize: 0, LayerNorm: false } && Agree(options.Activations) && Agree(options.ReverseActivations);
    }

    /// <summary>The gates that ONNX's activation f is of, by the number of activations.</summary>
    private static int[] SigmoidGates(int count, bool coupled) => count switch { 5 => [0, 1, 3], 4 when coupled => [0, 2], 3 => [0, 1], _ => [0] };

    private static (string Merged, string[] Final) AddNode(
        ModuleWriter writer, RecurrentLayer layer, Dictionary<string, Tensor> parameters, string place, int index, string value, string[] initial, int hidden)
    {
        RecurrentNode settings = Settings(layer);
        (string[] weights, string peepholes) = Weights(writer.Graph, settings, parameters, place, index);
        string[] inputs = [value, .. weights, writer.Lengths, .. initial, peepholes];
        string[] outputs = writer.Graph.Node(place, settings.Operator, Trimmed(inputs), 1 + initial.Length, settings.Attributes(hidden));
        return (Merged(writer, outputs[0], place, layer.Options.Merge, settings.Directions, hidden), outputs[1..]);
    }

    /// <summary>The layer in ONNX's terms.</summary>
    private static RecurrentNode Settings(RecurrentLayer layer)
    {
        RecurrentOptions options = layer.Options;
        RecurrentNode settings = new()
        {
            Operator = layer.Cell switch { "lstm" => "LSTM", "gru" or "gru-original" => "GRU", _ => "RNN" },
            Direction = options.Direction,
            ResetAfter = layer.Cell == "gru",
            InputForget = options.CoupledGates,
            Clip = options.GateClip,
        };
        if (options.Activations is null && options.ReverseActivations is null && layer.Cell != "rnn-relu") return settings;
        return settings with { Activations = [.. Enumerable.Range(0, settings.Directions).SelectMany(direction => OnnxActivations(Activations(layer, direction), options.CoupledGates))] };
    }

    /// <summary>ONNX's f, g, h from the activations of the gates.</summary>
    private static IEnumerable<Activation> OnnxActivations(IReadOnlyList<Activation> gates, bool coupled)
    {
        int[] same = SigmoidGates(gates.Count, coupled)[1..];
        // ONNX has no name for what leaves its argument as it is.
        return gates.Where((_, gate) => !same.Contains(gate)).Select(gate => gate == Activation.Identity ? Activation.Affine(1, 0) : gate);
    }

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
