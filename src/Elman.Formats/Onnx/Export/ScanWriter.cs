namespace Elman.Formats;

/// <summary>
/// Writes what ONNX's RNN, GRU and LSTM cannot express: a Scan over the steps, whose body is one step (<see cref="StepWriter"/>).
/// A step beyond a row's length keeps the state and puts out zeros; in the reverse direction these steps come first.
/// </summary>
internal sealed class ScanWriter(ModuleWriter writer, string path)
{
    private readonly GraphWriter _graph = writer.Graph;
    private string? _valid;

    /// <summary>Adds a direction of a layer.</summary>
    /// <param name="place">The layer's name.</param>
    /// <param name="step">The step; its graph becomes the body.</param>
    /// <param name="value">The input [L, N, I].</param>
    /// <param name="initial">Each part of the state, [D, N, H]; an empty name for zeros.</param>
    /// <param name="direction">Which of the D directions.</param>
    /// <param name="reverse">Whether the last step comes first.</param>
    /// <returns>The output at every step [L, N, H], and each part of the final state [N, H].</returns>
    public (string Output, string[] Final) Add(string place, StepWriter step, string value, string[] initial, int direction, bool reverse)
    {
        bool ragged = writer.Lengths.Length > 0;
        string[] scanned = ragged ? [value, _valid ??= Valid(value)] : [value];
        string[] states = [.. initial.Select((state, part) => state.Length > 0
            ? _graph.Node(place, "Gather", [state, _graph.Integer("direction", direction)], ("axis", 0L)) : writer.Zeros(place, value, 1, step.States[part].Width))];
        step.Write(ragged);
        string[] results = _graph.Node(place, "Scan", [.. states, .. scanned], states.Length + 1, [("body", step.Body), ("num_scan_inputs", (long)scanned.Length),
            ("scan_input_directions", Enumerable.Repeat(reverse ? 1L : 0, scanned.Length).ToArray()), ("scan_output_directions", new[] { reverse ? 1L : 0 })]);
        return (results[^1], results[..^1]);
    }

    /// <summary>Which steps of which rows lie within the lengths: [L, N, 1].</summary>
    private string Valid(string value)
    {
        string steps = _graph.Node(path, "Unsqueeze", [writer.Count(path, value, 0), _graph.Integers(ModuleWriter.Named(path, "axes"), 1, 2)]);
        return _graph.Node(path, "Less", [steps, writer.LengthColumn(path)]);
    }
}
