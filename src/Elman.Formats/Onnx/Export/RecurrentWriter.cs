namespace Elman.Formats;

/// <summary>Writes a recurrent layer: for every layer of it an RNN, GRU or LSTM node, or what <see cref="ScanWriter"/> makes where these cannot express it; all on [L, N, I].</summary>
internal sealed class RecurrentWriter
{
    private readonly ModuleWriter _writer;
    private readonly RecurrentLayer _layer;
    private readonly RecurrentOptions _options;
    private readonly string _path;
    private readonly Dictionary<string, Tensor> _parameters;
    private readonly ScanWriter? _scan;

    private RecurrentWriter(ModuleWriter writer, RecurrentLayer layer, string path)
    {
        (_writer, _layer, _options, _path) = (writer, layer, layer.Options, path);
        _parameters = layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        _scan = Fits(_options) ? null : new ScanWriter(writer, path);
    }

    public static Flow Add(ModuleWriter writer, RecurrentLayer layer, string path, Flow flow)
    {
        if (!flow.Steps) throw ModuleWriter.Refuse(path, layer, "it does not follow a sequence");
        if (layer.Options.Merge == Merge.None && path.Length > 0) throw ModuleWriter.Refuse(path, layer, "its directions stay apart, so no module can follow it; write it by itself");
        if (layer.Cell is not ("lstm" or "gru" or "gru-original" or "rnn" or "rnn-relu")) throw ModuleWriter.Refuse(path, layer, "ONNX has no such cell");
        return new RecurrentWriter(writer, layer, path).Add(flow);
    }

    /// <summary>The activations of a direction, one for each gate, and for the LSTM that of the cell on its way out.</summary>
    public static IReadOnlyList<Activation> Activations(string cell, RecurrentOptions options, int direction) =>
        (direction == 1 ? options.ReverseActivations : null) ?? options.Activations ?? (cell, options.CoupledGates) switch
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

    private GraphWriter Graph => _writer.Graph;

    private Flow Add(Flow flow)
    {
        int[] widths = [.. _options.HiddenSizes ?? [.. Enumerable.Repeat(_layer.HiddenSize, _options.Layers)]];
        int[] outputs = _options.ProjectionSize > 0 ? [.. widths.Select(_ => _options.ProjectionSize)] : widths;
        bool uniform = widths.Distinct().Count() == 1;
        StateWriter State(string part, int[] own) => new(_writer, _path, part, own, _options.Direction.Count(), uniform, keepsEmpty: _scan is not null);
        StateWriter[] states = _layer.Cell == "lstm" ? [State("h", outputs), State("c", widths)] : [State("h", outputs)];
        foreach (StateWriter state in states) state.Begin(_parameters, flow);
        // Directions that stay apart are two stacks, of one direction each.
        (int First, int Count)[] stacks = _options.Merge == Merge.None ? [(0, 1), (1, 1)] : [(0, _options.Direction.Count())];
        string[] values = [.. stacks.Select(_ => _writer.TimeFirst(flow).Name)];
        for (int index = 0; index < widths.Length; index++)
        {
            string place = widths.Length == 1 ? _path : ModuleWriter.Named(_path, $"l{index}");
            string[] initial = [.. states.Select(state => state.Initial[index])];
            string[][] final = new string[stacks.Length][];
            for (int stack = 0; stack < stacks.Length; stack++)
            {
                (string merged, final[stack]) = _scan is null ? AddNode(place, index, stacks[stack], values[stack], initial) : AddScans(place, index, stacks[stack], values[stack], initial);
                values[stack] = _options.Residual && index > 0 ? Graph.Node(place, "Add", [merged, values[stack]]) : merged;
            }
            for (int part = 0; part < states.Length; part++) states[part].Final.Add(Joined(place, [.. final.Select(own => own[part])]));
        }
        foreach (StateWriter state in states) state.End();
        return new Flow(values.Length == 1 ? values[0] : Graph.Node(_path, "Concat", values, ("axis", 2L)), Steps: true, TimeFirst: true);
    }

    /// <summary>States of several stacks or directions as one [D, N, H].</summary>
    private string Joined(string place, string[] states) => states.Length == 1 ? states[0] : Graph.Node(place, "Concat", states, ("axis", 0L));

    private (string Merged, string[] Final) AddScans(string place, int index, (int First, int Count) directions, string value, string[] initial)
    {
        (int first, int count) = directions;
        string[] ways = new string[count];
        string[][] final = new string[count][];
        for (int direction = first; direction < first + count; direction++)
        {
            CellWriter step = new(Graph.Body(), ModuleWriter.Named(place, direction == 0 ? "step" : "step_reverse"), _layer.Cell, _options, _parameters, Suffix(index, direction), direction);
            (ways[direction - first], final[direction - first]) = _scan!.Add(place, step, value, initial, direction, IsReverse(direction));
        }
        string Unsqueezed(string state) => Graph.Node(place, "Unsqueeze", [state, Graph.Integers(ModuleWriter.Named(place, "axes"), 0)]);
        string merged = count == 1 ? ways[0] : _options.Merge == Merge.Concat ? Graph.Node(place, "Concat", ways, ("axis", 2L)) : _writer.AddMerge(_options.Merge, place, ways);
        return (merged, [.. initial.Select((_, part) => Joined(place, [.. final.Select(own => Unsqueezed(own[part]))]))]);
    }

    private (string Merged, string[] Final) AddNode(string place, int index, (int First, int Count) directions, string value, string[] initial)
    {
        (int first, int count) = directions;
        RecurrentNode settings = Settings(first, count);
        (string[] weights, string peepholes) = Weights(settings, place, [.. Enumerable.Range(first, count).Select(direction => Suffix(index, direction))]);
        string[] own = [.. initial.Select(state => state.Length == 0 || count == _options.Direction.Count() ? state : Part(place, state, first))];
        int hidden = _options.HiddenSizes?[index] ?? _layer.HiddenSize;
        string[] outputs = Graph.Node(place, settings.Operator, Trimmed([value, .. weights, _writer.Lengths, .. own, peepholes]), 1 + own.Length, settings.Attributes(hidden));
        return (Merged(outputs[0], place, count, hidden), outputs[1..]);
    }

    /// <summary>One direction of a state [D, N, H]: [1, N, H].</summary>
    private string Part(string place, string state, int direction) =>
        Graph.Node(place, "Gather", [state, Graph.Integers(ModuleWriter.Named(place, "direction"), direction)], ("axis", 0L));

    private static string Suffix(int index, int direction) => direction == 0 ? $"_l{index}" : $"_l{index}_reverse";

    private bool IsReverse(int direction) => direction == 1 || _options.Direction == Direction.Reverse;

    /// <summary>Some directions of the layer in ONNX's terms.</summary>
    private RecurrentNode Settings(int first, int count)
    {
        RecurrentNode settings = new()
        {
            Operator = _layer.Cell switch { "lstm" => "LSTM", "gru" or "gru-original" => "GRU", _ => "RNN" },
            Direction = count == 2 ? Direction.Both : IsReverse(first) ? Direction.Reverse : Direction.Forward,
            ResetAfter = _layer.Cell == "gru",
            InputForget = _options.CoupledGates,
            Clip = _options.GateClip,
        };
        if (_options.Activations is null && _options.ReverseActivations is null && _layer.Cell != "rnn-relu") return settings;
        return settings with { Activations = [.. Enumerable.Range(first, count).SelectMany(direction => OnnxActivations(Activations(_layer.Cell, _options, direction), _options.CoupledGates))] };
    }

    /// <summary>ONNX's f, g, h from the activations of the gates.</summary>
    private static IEnumerable<Activation> OnnxActivations(IReadOnlyList<Activation> gates, bool coupled)
    {
        int[] same = SigmoidGates(gates.Count, coupled)[1..];
        // ONNX has no name for what leaves its argument as it is.
        return gates.Where((_, gate) => !same.Contains(gate)).Select(gate => gate == Activation.Identity ? Activation.Affine(1, 0) : gate);
    }

    /// <summary>W, R and B of some directions of a layer, and P; empty names for what it does not have.</summary>
    private (string[] Weights, string Peepholes) Weights(RecurrentNode settings, string place, string[] suffixes)
    {
        string Own(string name) => ModuleWriter.Named(place, name);
        Tensor Directions(string name, Func<Tensor, Tensor> order) => Tensor.Stack(0, [.. suffixes.Select(suffix => order(_parameters[name + suffix]))]);
        Tensor Stacked(string name) => Directions(name, settings.ToOnnx);
        string w = Graph.Constant(Own("W"), Stacked("weight_ih")), r = Graph.Constant(Own("R"), Stacked("weight_hh"));
        string b = _options.Bias ? Graph.Constant(Own("B"), Tensor.Concat(1, Stacked("bias_ih"), Stacked("bias_hh"))) : "";
        return ([w, r, b], _options.Peepholes ? Graph.Constant(Own("P"), Directions("weight_ph", settings.PeepholesToOnnx)) : "");
    }

    /// <summary>[L, D, N, H] as [L, N, D·H], or as [L, N, H] if the directions are merged into one.</summary>
    private string Merged(string y, string place, int directions, int hidden)
    {
        string axis = ModuleWriter.Named(place, "axis");
        if (directions == 1) return Graph.Node(place, "Squeeze", [y, Graph.Integers(axis, 1)]);
        if (_options.Merge == Merge.Concat)
        {
            string beside = Graph.Node(place, "Transpose", [y], ("perm", new long[] { 0, 2, 1, 3 }));
            return Graph.Node(place, "Reshape", [beside, Graph.Integers(ModuleWriter.Named(place, "joined"), 0, 0, directions * hidden)]);
        }
        string one = _writer.AddMerge(_options.Merge, place, Graph.Node(place, "Split", [y], directions, ("axis", 1L)));
        return Graph.Node(place, "Squeeze", [one, Graph.Integers(axis, 1)]);
    }

    /// <summary>Without the empty names at the end.</summary>
    private static string[] Trimmed(string[] names)
    {
        int end = names.Length;
        while (names[end - 1].Length == 0) end--;
        return names[..end];
    }
}
