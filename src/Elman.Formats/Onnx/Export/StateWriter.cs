namespace Elman.Formats;

/// <summary>
/// One part, h or c, of a recurrent layer's state: where each of its layers begins and where it ends. All layers are one input [K·D, N, H], and one output; layers
/// that differ in width have their own, <c>l0.h</c> [D, N, H of the layer], ….
/// </summary>
/// <param name="writer">What writes the network.</param>
/// <param name="path">Of the recurrent layer.</param>
/// <param name="part">h or c.</param>
/// <param name="widths">Of this part, for every layer.</param>
/// <param name="directions">D.</param>
/// <param name="uniform">Whether all layers are one; they may differ in c while their h is projected to one width.</param>
/// <param name="keepsEmpty">Whether the final states of rows without steps are the initial ones already; ONNX Runtime's nodes put zeros there.</param>
internal sealed class StateWriter(ModuleWriter writer, string path, string part, int[] widths, int directions, bool uniform, bool keepsEmpty)
{
    private string _whole = "";

    /// <summary>For every layer its initial state; an empty name for zeros.</summary>
    public string[] Initial { get; private set; } = [];

    /// <summary>For every layer its final state.</summary>
    public List<string> Final { get; } = [];

    /// <summary>Makes the initial states: inputs, learnt ones for every row, or none.</summary>
    public void Begin(Dictionary<string, Tensor> parameters, Flow flow)
    {
        if (!uniform)
        {
            Initial = [.. widths.Select((hidden, layer) => Origin(ModuleWriter.Named(path, $"l{layer}"), directions, hidden, parameters, $"initial_{part}_l{layer}", flow))];
            return;
        }
        _whole = Origin(path, widths.Length * directions, widths[0], parameters, $"initial_{part}", flow);
        if (_whole.Length == 0 || widths.Length == 1)
        {
            Initial = [.. widths.Select(_ => _whole)];
            return;
        }
        long[] sizes = [.. Enumerable.Repeat((long)directions, widths.Length)];
        Initial = writer.Graph.Node(path, "Split", [_whole, writer.Graph.Integers(ModuleWriter.Named(path, "sizes"), sizes)], widths.Length, ("axis", 0L));
    }

    /// <summary>Makes the final states outputs.</summary>
    public void End()
    {
        if (!writer.WritesStates) return;
        if (uniform) Output(path, Final.Count == 1 ? Final[0] : writer.Graph.Node(path, "Concat", [.. Final], ("axis", 0L)), _whole, widths.Length * directions, widths[0]);
        else for (int layer = 0; layer < widths.Length; layer++) Output(ModuleWriter.Named(path, $"l{layer}"), Final[layer], Initial[layer], directions, widths[layer]);
    }

    private void Output(string place, string final, string initial, int passes, int hidden)
    {
        GraphWriter graph = writer.Graph;
        string value = keepsEmpty || writer.Lengths.Length == 0 ? final
            : graph.Node(place, "Where", [graph.Node(place, "Equal", [writer.LengthColumn(place), graph.Integers(ModuleWriter.Named(place, "none"), 0)]), initial, final]);
        writer.StateOutput(value, place, part, [$"{passes}", "batch", $"{hidden}"]);
    }

    private string Origin(string place, int passes, int hidden, Dictionary<string, Tensor> parameters, string learnt, Flow flow)
    {
        if (writer.StateInput(place, part, [$"{passes}", "batch", $"{hidden}"]) is { } input) return input;
        if (!parameters.TryGetValue(learnt, out Tensor? value)) return "";
        GraphWriter graph = writer.Graph;
        string batch = writer.Extent(place, flow.Name, flow.TimeFirst ? 1 : 0);
        string shape = graph.Node(place, "Concat", [graph.Integers("one", 1), batch, graph.Integers("one", 1)], ("axis", 0L));
        return graph.Node(place, "Expand", [graph.Constant(ModuleWriter.Named(place, learnt), value), shape]);
    }
}
