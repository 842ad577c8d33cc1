using System.Globalization;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats;

/// <summary>One time step of a cell as a graph of basic operators: the equations of docs/cells.md with every option.</summary>
internal sealed class StepWriter
{
    /// <summary>What the engine adds to a variance (docs/cells.md).</summary>
    private const float Epsilon = 1e-5f;

    /// <summary>The parts of a state.</summary>
    private static readonly string[] Parts = ["h", "c"];

    private readonly string _place, _suffix, _cell;
    private readonly RecurrentOptions _options;
    private readonly Dictionary<string, Tensor> _parameters;
    private readonly IReadOnlyList<Activation> _activations;
    private readonly int _gates, _hidden;

    /// <param name="body">The graph to fill.</param>
    /// <param name="place">What its names begin with.</param>
    /// <param name="layer">The recurrent layer.</param>
    /// <param name="parameters">Of the recurrent layer, by name.</param>
    /// <param name="index">Of the layer among its layers.</param>
    /// <param name="direction">0, or 1 for the second of two.</param>
    public StepWriter(GraphWriter body, string place, RecurrentLayer layer, Dictionary<string, Tensor> parameters, int index, int direction)
    {
        (Body, _place, _cell, _options, _parameters) = (body, place, layer.Cell, layer.Options, parameters);
        _suffix = direction == 0 ? $"_l{index}" : $"_l{index}_reverse";
        _activations = RecurrentWriter.Activations(layer, direction);
        // An LSTM has one activation more than gates.
        _gates = _activations.Count - (_cell == "lstm" ? 1 : 0);
        _hidden = Parameter("weight_hh").Shape[0] / _gates;
    }

    public GraphWriter Body { get; }

    /// <summary>Units of a part of the state: h may be projected.</summary>
    public int Width(int part) => part == 0 ? Parameter("weight_hh").Shape[1] : _hidden;

    /// <summary>Fills the graph: from the state [N, H], part by part, x [N, I] and, if asked for, whether the step is valid [N, 1], to the next state and the output.</summary>
    public void Write(bool ragged)
    {
        string[] states = [.. Parts[..(_cell == "lstm" ? 2 : 1)].Select((name, part) => Input(name, DataType.Float, Width(part)))];
        string x = Input("x", DataType.Float, Parameter("weight_ih").Shape[1]);
        string valid = ragged ? Input("valid", DataType.Bool, 1) : "";
        string[] next = [.. Next(x, states).Select((value, part) => Zoned(part, states[part], value))];
        for (int part = 0; part < next.Length; part++)
            Output(ragged ? Node("Where", valid, next[part], states[part]) : next[part], $"{Parts[part]}_next", Width(part));
        Output(ragged ? Node("Where", valid, next[0], Scalar(0)) : next[0], "y", Width(0));
    }

    private string[] Next(string x, string[] states) => _cell switch
    {
        "lstm" => Lstm(x, states[0], states[1]),
        "gru" or "gru-original" => [Gru(x, states[0])],
        _ => [Gate(0, Node("Add", Terms("ih", x, 0, 1), Terms("hh", states[0], 0, 1)))],
    };

    private string[] Lstm(string x, string h, string c)
    {
        string[] sums = Split(Node("Add", Terms("ih", x, 0, _gates), Terms("hh", h, 0, _gates)), _gates);
        bool coupled = _options.CoupledGates;
        int last = _gates - 1;
        string i = Gate(0, Seen(sums[0], c, 0));
        string f = coupled ? Node("Sub", Scalar(1), i) : Gate(1, Seen(sums[1], c, 1));
        string g = Gate(last - 1, sums[last - 1]);
        string cell = Bounded(Node("Add", Node("Mul", f, c), Node("Mul", i, g)), _options.CellClip);
        string o = Gate(last, Seen(sums[last], cell, coupled ? 1 : 2));
        string shown = _options.LayerNorm ? Normed(cell, Parameter("weight_ln_c"), _options.Bias ? Parameter("bias_ln_c") : null) : cell;
        string h2 = Node("Mul", o, ActivationWriter.Add(Body, _activations[_gates], _place, shown));
        return [_options.ProjectionSize > 0 ? Product(h2, Parameter("weight_hr")) : h2, cell];
    }

    private string Gru(string x, string h)
    {
        string[] sums = Split(Node("Add", Terms("ih", x, 0, 2), Terms("hh", h, 0, 2)), 2);
        string r = Gate(0, sums[0]), z = Gate(1, sums[1]);
        string recurrent = _cell == "gru" ? Node("Mul", r, Terms("hh", h, 2, 1)) : Terms("hh", Node("Mul", r, h), 2, 1);
        string n = Gate(2, Node("Add", Terms("ih", x, 2, 1), recurrent));
        return Node("Add", Node("Mul", Node("Sub", Scalar(1), z), n), Node("Mul", z, h));
    }

    /// <summary>W x or U h of some gates, normalised if the layer has norms, and the biases: [N, gates·H].</summary>
    private string Terms(string side, string value, int first, int count)
    {
        Tensor Rows(string name) => Parameter(name).Slice(0, (first * _hidden)..((first + count) * _hidden));
        string product = Product(value, Rows($"weight_{side}"));
        Tensor? bias = _options.Bias ? Rows($"bias_{side}") : null;
        if (_options.LayerNorm) return Normed(product, Rows($"weight_ln_{side}"), bias);
        return bias is null ? product : Node("Add", product, Constant(bias));
    }

    /// <summary>A gate's sum, and what it sees of the cell through a peephole.</summary>
    private string Seen(string sum, string cell, int peephole) => !_options.Peepholes ? sum
        : Node("Add", sum, Node("Mul", cell, Constant(Parameter("weight_ph").Slice(0, (peephole * _hidden)..((peephole + 1) * _hidden)))));

    private string Gate(int gate, string sum) => ActivationWriter.Add(Body, _activations[gate], _place, Bounded(sum, _options.GateClip));

    private string Bounded(string value, float? bound) => bound is { } most ? Node("Clip", value, Scalar(-most), Scalar(most)) : value;

    /// <summary>Zoneout in evaluation: every state keeps its share of itself.</summary>
    private string Zoned(int part, string previous, string next)
    {
        float kept = part == 0 ? _options.Zoneout : _options.CellZoneout ?? _options.Zoneout;
        return kept == 0 ? next : Node("Add", Node("Mul", Scalar(kept), previous), Node("Mul", Scalar(1 - kept), next));
    }

    private string Normed(string value, Tensor gain, Tensor? shift) =>
        Body.Node(_place, "LayerNormalization", [value, Constant(gain), .. shift is null ? Array.Empty<string>() : [Constant(shift)]], ("axis", -1L), ("epsilon", Epsilon));

    private string Product(string value, Tensor weight) => Node("MatMul", value, Constant(weight.Transpose()));

    private string[] Split(string value, int parts) => Body.Node(_place, "Split", [value], parts, ("axis", 1L));

    private Tensor Parameter(string name) => _parameters[name + _suffix];

    private string Node(string type, params ReadOnlySpan<string> inputs) => Body.Node(_place, type, inputs);

    private string Constant(Tensor value) => Body.Constant(ModuleWriter.Named(_place, "constant"), value);

    private string Scalar(float value) => Body.Constant(ModuleWriter.Named(_place, "scalar"), [value]);

    private string Input(string name, DataType type, int width) => Body.Input(ModuleWriter.Named(_place, name), type, "batch", Number(width));

    private void Output(string value, string name, int width) => Body.Output(value, ModuleWriter.Named(_place, name), "batch", Number(width));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
