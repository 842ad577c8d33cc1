using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats;

/// <summary>
/// Writes what ONNX's RNN, GRU and LSTM cannot express: for every direction of every layer a Scan over the steps, whose body is one step of the cell (<see cref="StepWriter"/>).
/// A step beyond a row's length keeps the state and puts out zeros; in the reverse direction these steps come first.
/// </summary>
internal sealed class ScanWriter(ModuleWriter writer, RecurrentLayer layer, Dictionary<string, Tensor> parameters, string path)
{
    private readonly GraphWriter _graph = writer.Graph;
    private string? _valid;

    /// <summary>Adds a layer of the recurrent layer.</summary>
    /// <param name="place">Its name.</param>
    /// <param name="index">Its place among the layers.</param>
    /// <param name="value">Its input [L, N, I].</param>
    /// <param name="initial">Each part of its state, [D, N, H]; an empty name for zeros.</param>
    /// <returns>The outputs of the directions as one [L, N, ..], and each part of the final state [D, N, H].</returns>
    public (string Merged, string[] Final) Add(string place, int index, string value, string[] initial)
    {
        int directions = layer.Options.Direction.Count();
        string[][] outputs = [.. Enumerable.Range(0, directions).Select(direction =>
        {
            StepWriter step = new(_graph.Body(), ModuleWriter.Named(place, direction == 0 ? "step" : "step_reverse"), layer, parameters, index, direction);
            string[] states = [.. initial.Select((state, part) => state.Length > 0 ? One(place, state, direction) : Zeros(place, value, step.Width(part)))];
            return Scan(place, step, value, states, layer.Options.Direction == Direction.Reverse || direction == 1);
        })];
        string[] final = [.. initial.Select((_, part) => _graph.Node(place, "Concat", [.. outputs.Select(all => _graph.Node(place, "Unsqueeze", [all[part], Axes(place, 0)]))], ("axis", 0L)))];
        string[] ways = [.. outputs.Select(all => all[^1])];
        string merged = directions == 1 ? ways[0] : layer.Options.Merge == Merge.Concat ? _graph.Node(place, "Concat", ways, ("axis", 2L)) : writer.AddMerge(layer.Options.Merge, place, ways);
        return (merged, final);
    }

    private string[] Scan(string place, StepWriter step, string value, string[] states, bool reverse)
    {
        bool ragged = writer.Lengths.Length > 0;
        string[] scanned = ragged ? [value, _valid ??= Valid(value)] : [value];
        step.Write(ragged);
        return _graph.Node(place, "Scan", [.. states, .. scanned], states.Length + 1, [("body", step.Body), ("num_scan_inputs", (long)scanned.Length),
            ("scan_input_directions", Enumerable.Repeat(reverse ? 1L : 0, scanned.Length).ToArray()), ("scan_output_directions", new[] { reverse ? 1L : 0 })]);
    }

    /// <summary>Which steps of which rows lie within the lengths: [L, N, 1].</summary>
    private string Valid(string value)
    {
        string count = _graph.Node(path, "Gather", [_graph.Node(path, "Shape", [value]), _graph.Integer("time", 0)], ("axis", 0L));
        string steps = _graph.Node(path, "Range", [_graph.Integer("from", 0), count, _graph.Integer("step", 1)]);
        string lengths = _graph.Node(path, "Cast", [writer.Lengths], ("to", (long)DataType.Int64));
        return _graph.Node(path, "Less", [_graph.Node(path, "Unsqueeze", [steps, Axes(path, 1, 2)]), _graph.Node(path, "Unsqueeze", [lengths, Axes(path, 1)])]);
    }

    /// <summary>A direction of a state [D, N, H]: [N, H].</summary>
    private string One(string place, string state, int direction) => _graph.Node(place, "Gather", [state, _graph.Integer("direction", direction)], ("axis", 0L));

    /// <summary>[N, H]</summary>
    private string Zeros(string place, string value, int hidden)
    {
        string batch = _graph.Node(place, "Slice", [_graph.Node(place, "Shape", [value]), _graph.Integers("from", 1), _graph.Integers("to", 2)]);
        string shape = _graph.Node(place, "Concat", [batch, _graph.Integers("width", hidden)], ("axis", 0L));
        return _graph.Node(place, "Expand", [_graph.Constant(ModuleWriter.Named(place, "zero"), [0f]), shape]);
    }

    private string Axes(string place, params ReadOnlySpan<long> axes) => _graph.Integers(ModuleWriter.Named(place, "axes"), axes);
}
