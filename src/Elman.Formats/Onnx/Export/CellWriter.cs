namespace Elman.Formats;

/// <summary>One time step of a cell: the equations of docs/cells.md with every option.</summary>
internal sealed class CellWriter : StepWriter
{
    /// <summary>What the engine adds to a variance (docs/cells.md).</summary>
    private const float Epsilon = 1e-5f;

    private readonly string _suffix, _cell;
    private readonly RecurrentOptions _options;
    private readonly Dictionary<string, Tensor> _parameters;
    private readonly IReadOnlyList<Activation> _activations;
    private readonly int _gates, _hidden;

    /// <param name="body">The graph to fill.</param>
    /// <param name="place">What its names begin with.</param>
    /// <param name="cell">The cell's name.</param>
    /// <param name="options">The options of its equations.</param>
    /// <param name="parameters">By name.</param>
    /// <param name="suffix">What the names of the cell's own end with.</param>
    /// <param name="direction">0, or 1 for the second of two.</param>
    public CellWriter(GraphWriter body, string place, string cell, RecurrentOptions options, Dictionary<string, Tensor> parameters, string suffix, int direction = 0)
        : base(body, place)
    {
        (_cell, _options, _parameters, _suffix) = (cell, options, parameters, suffix);
        _activations = RecurrentWriter.Activations(cell, options, direction);
        // An LSTM has one activation more than gates.
        _gates = _activations.Count - (_cell == "lstm" ? 1 : 0);
        _hidden = Parameter("weight_hh").Shape[0] / _gates;
    }

    /// <summary>The name of the cell that a single step, or a layer whose states decay, is of; null if it is neither, or of another cell than those of ONNX.</summary>
    public static string? CellOf(Module module) => module switch
    {
        RecurrentCell<LstmUnit> or DecayRecurrent<LstmUnit> => "lstm",
        RecurrentCell<GruUnit> or DecayRecurrent<GruUnit> => "gru",
        RecurrentCell<OriginalGruUnit> or DecayRecurrent<OriginalGruUnit> => "gru-original",
        RecurrentCell<RnnUnit> or DecayRecurrent<RnnUnit> => "rnn",
        RecurrentCell<ReluRnnUnit> or DecayRecurrent<ReluRnnUnit> => "rnn-relu",
        _ => null,
    };

    /// <summary>A cell without options.</summary>
    public static CellWriter Plain(GraphWriter body, string place, string cell, Dictionary<string, Tensor> parameters, string suffix) =>
        new(body, place, cell, new RecurrentOptions { Bias = parameters.ContainsKey("bias_ih" + suffix) }, parameters, suffix);

    /// <inheritdoc/>
    /// <remarks>h may be projected.</remarks>
    public override IReadOnlyList<(string Name, int Width)> States =>
        _cell == "lstm" ? [("h", Parameter("weight_hh").Shape[1]), ("c", _hidden)] : [("h", Parameter("weight_hh").Shape[1])];

    /// <inheritdoc/>
    public override int InputSize => Parameter("weight_ih").Shape[1];

    /// <inheritdoc/>
    public override string[] Next(string x, string[] states)
    {
        string[] next = _cell switch
        {
            "lstm" => Lstm(x, states[0], states[1]),
            "gru" or "gru-original" => [Gru(x, states[0])],
            _ => [Gate(0, Node("Add", Terms("ih", x, 0, 1), Terms("hh", states[0], 0, 1)))],
        };
        return [.. next.Select((value, part) => Zoned(part, states[part], value))];
    }

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
        string h2 = Node("Mul", o, ActivationWriter.Add(Body, _activations[_gates], Place, shown));
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

    private string Gate(int gate, string sum) => ActivationWriter.Add(Body, _activations[gate], Place, Bounded(sum, _options.GateClip));

    private string Bounded(string value, float? bound) => bound is { } most ? Node("Clip", value, Scalar(-most), Scalar(most)) : value;

    /// <summary>Zoneout in evaluation: every state keeps its share of itself.</summary>
    private string Zoned(int part, string previous, string next)
    {
        float kept = part == 0 ? _options.Zoneout : _options.CellZoneout ?? _options.Zoneout;
        return kept == 0 ? next : Node("Add", Node("Mul", Scalar(kept), previous), Node("Mul", Scalar(1 - kept), next));
    }

    private string Normed(string value, Tensor gain, Tensor? shift) =>
        Body.Node(Place, "LayerNormalization", [value, Constant(gain), .. shift is null ? Array.Empty<string>() : [Constant(shift)]], ("axis", -1L), ("epsilon", Epsilon));

    private string[] Split(string value, int parts) => Body.Node(Place, "Split", [value], parts, ("axis", 1L));

    private Tensor Parameter(string name) => _parameters[name + _suffix];
}
