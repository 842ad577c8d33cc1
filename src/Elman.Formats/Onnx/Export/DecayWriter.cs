namespace Elman.Formats;

/// <summary>
/// One step of a layer whose inputs and states decay with the time that nothing was observed, on [x; m; time since the step before]; see <see cref="DecayRecurrent{TUnit}"/>. Of
/// the last observation the state holds by how much it differs from the mean, so that every state begins at zero.
/// </summary>
internal sealed class DecayWriter : StepWriter
{
    private readonly CellWriter _cell;
    private readonly Dictionary<string, Tensor> _parameters;
    private readonly int _size;

    private DecayWriter(GraphWriter body, string place, string cell, Dictionary<string, Tensor> parameters)
        : base(body, place)
    {
        (_parameters, _size) = (parameters, parameters["mean"].Count);
        _cell = CellWriter.Plain(body, place, cell, parameters, "_l0");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, int Width)> States => [.. _cell.States, ("last", _size), ("gap", _size)];

    /// <inheritdoc/>
    public override int InputSize => (2 * _size) + 1;

    /// <summary>A layer's nodes: a Scan, whatever the cell.</summary>
    public static Flow Add(ModuleWriter writer, Module layer, string cell, string path, Flow flow)
    {
        if (!flow.Steps) throw ModuleWriter.Refuse(path, layer, "it does not follow a sequence");
        Dictionary<string, Tensor> parameters = layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        DecayWriter step = new(writer.Graph.Body(), ModuleWriter.Named(path, "step"), cell, parameters);
        StateWriter[] states = [.. step.States.Select(state => new StateWriter(writer, path, state.Name, [state.Width], directions: 1, uniform: true, keepsEmpty: true))];
        foreach (StateWriter state in states) state.Begin(parameters, flow);
        (string output, string[] final) = new ScanWriter(writer, path).Add(path, step, writer.TimeFirst(flow).Name, [.. states.Select(state => state.Initial[0])], direction: 0, reverse: false);
        for (int part = 0; part < states.Length; part++)
        {
            states[part].Final.Add(writer.Graph.Node(path, "Unsqueeze", [final[part], writer.Graph.Integers(ModuleWriter.Named(path, "axes"), 0)]));
            states[part].End();
        }
        return new Flow(output, Steps: true, TimeFirst: true);
    }

    /// <inheritdoc/>
    public override string[] Next(string x, string[] states)
    {
        string[] parts = Body.Node(Place, "Split", [x, Body.Integers(ModuleWriter.Named(Place, "sizes"), _size, _size, 1)], 3, ("axis", 1L));
        string mask = parts[1], observed = Node("Equal", mask, Scalar(1)), mean = Constant(_parameters["mean"]);
        string gap = Node("Add", states[^1], parts[2]);
        string last = Node("Where", observed, Node("Sub", parts[0], mean), states[^2]);
        string decay = Decay(Node("Add", Node("Mul", gap, Constant(_parameters["input_decay_weight"])), Constant(_parameters["input_decay_bias"])));
        string share = Node("Add", mask, Node("Mul", Node("Sub", Scalar(1), mask), decay));
        string input = Body.Node(Place, "Concat", [Node("Add", Node("Mul", share, last), mean), mask], ("axis", 1L));
        string kept = Decay(Node("Add", Product(gap, _parameters["state_decay.weight"]), Constant(_parameters["state_decay.bias"])));
        return [.. _cell.Next(input, [.. states[..^2].Select(state => Node("Mul", kept, state))]), last, Node("Where", observed, Scalar(0), gap)];
    }

    /// <summary>exp(−max(0, ·))</summary>
    private string Decay(string value) => Node("Exp", Node("Neg", Node("Relu", value)));
}
