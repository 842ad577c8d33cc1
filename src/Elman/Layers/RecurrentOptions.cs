using System.Globalization;

namespace Elman;

/// <summary>How a recurrent layer is built; the defaults are PyTorch's.</summary>
public sealed record RecurrentOptions
{
    /// <summary>K: layers, each on top of the outputs of the one before.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>
    /// H of every layer; null if all are as wide as the last, whose H the layer is made with. There are as many layers as sizes, and
    /// <see cref="Layers"/> need not be given too.
    /// </summary>
    public IReadOnlyList<int>? HiddenSizes { get; init; }

    /// <summary>In which direction every layer runs over the sequence.</summary>
    public Direction Direction { get; init; }

    /// <summary>What becomes of the outputs of two directions, after every layer.</summary>
    public Merge Merge { get; init; }

    /// <summary>
    /// Whether every layer but the first adds its input to its output (Wu et al. 2016, arXiv 1609.08144, section 3.1): they
    /// must be of one width.
    /// </summary>
    public bool Residual { get; init; }

    /// <summary>Whether the products have biases.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>Probability with which, in training, each output of every layer but the last is dropped.</summary>
    public float Dropout { get; init; }

    /// <summary>
    /// Probability with which, in training, an input of a layer is dropped: the same inputs at every step of a sequence (Gal and Ghahramani 2016,
    /// arXiv 1512.05287).
    /// </summary>
    public float InputDropout { get; init; }

    /// <summary>
    /// Probability with which, in training, a unit's h is dropped on its way into the recurrent products: the same units at every step of a sequence
    /// (Gal and Ghahramani 2016).
    /// </summary>
    public float RecurrentDropout { get; init; }

    /// <summary>
    /// Probability with which, in training, a recurrent weight is dropped: the same ones for all sequences and steps of a training step (DropConnect, Wan et al.
    /// 2013, as in AWD-LSTM: Merity, Keskar, Socher 2018, arXiv 1708.02182).
    /// </summary>
    public float WeightDropout { get; init; }

    /// <summary>
    /// Probability with which, in training, a unit keeps its state at a step, each part of it by itself; otherwise every state keeps that share of itself
    /// (zoneout, Krueger et al. 2017, arXiv 1606.01305).
    /// </summary>
    public float Zoneout { get; init; }

    /// <summary>The probability of <see cref="Zoneout"/> for the state parts other than h, if it is another.</summary>
    public float? CellZoneout { get; init; }

    /// <summary>
    /// What the bias of the forget gate sums to at first; 1 makes a fresh LSTM remember (Jozefowicz, Zaremba, Sutskever 2015). Null leaves it random.
    /// It acts when the layer is made only, and no file keeps it.
    /// </summary>
    public float? ForgetBias { get; init; }

    /// <summary>Whether the recurrent weights of every gate begin as a random orthogonal matrix (Saxe, McClelland, Ganguli 2013). It acts when the layer is made only, and no file keeps it.</summary>
    public bool Orthogonal { get; init; }

    /// <summary>Whether the initial states are parameters, <c>initial_h</c>, <c>initial_c</c> [K·D, 1, H], zero at first, used when none are passed in.
    /// If the layers differ in width each has its own, <c>initial_h_l0</c> [D, 1, H of the layer], ….</summary>
    public bool LearnInitialState { get; init; }

    /// <summary>
    /// The activations, one for each gate in the cell's order: r, z, n of a GRU, h of a simple cell; of an LSTM i, f, g, o, and then that of the
    /// cell on its way out. Null for the usual ones. The equations of this and the following options are in docs/cells.md.
    /// </summary>
    public IReadOnlyList<Activation>? Activations { get; init; }

    /// <summary>The activations of the second of two directions; null if they are the same as the first's.</summary>
    public IReadOnlyList<Activation>? ReverseActivations { get; init; }

    /// <summary>Bounds the arguments of the gates' activations to ± this (ONNX's <c>clip</c>); null for no bound.</summary>
    public float? GateClip { get; init; }

    /// <summary>Bounds the cell state of an LSTM to ± this at every step; null for no bound.</summary>
    public float? CellClip { get; init; }

    /// <summary>
    /// P, to which the h of an LSTM is projected (Sak, Senior, Beaufays 2014, arXiv 1402.1128; PyTorch's <c>proj_size</c>): h is P wide, below H, and c
    /// stays H wide. <c>weight_hr_l0</c> is [P, H], <c>weight_hh_l0</c> [G·H, P]. 0 for no projection.
    /// </summary>
    public int ProjectionSize { get; init; }

    /// <summary>
    /// Whether the gates of an LSTM see its cell state (Gers, Schraudolph, Schmidhuber 2002): <c>weight_ph_l0</c> [3·H] for i, f, o, or [2·H] for i, o with
    /// <see cref="CoupledGates"/>.
    /// </summary>
    public bool Peepholes { get; init; }

    /// <summary>Whether an LSTM forgets what it lets in anew: f = 1 − i. Its gates are then i, g, o, and weights and biases have 3·H rows.</summary>
    public bool CoupledGates { get; init; }

    /// <summary>The probabilities by what they are of.</summary>
    internal IEnumerable<(string Name, float Value)> Probabilities =>
    [
        ("dropout", Dropout), ("input dropout", InputDropout), ("recurrent dropout", RecurrentDropout), ("weight dropout", WeightDropout),
        ("zoneout", Zoneout), ("cell zoneout", CellZoneout ?? 0),
    ];

    /// <summary>
    /// Whether W x and U h, and the cell of an LSTM on its way out, are normalised over the units (Ba, Kiros, Hinton 2016, arXiv 1607.06450). Gains are
    /// <c>weight_ln_ih_l0</c>, <c>weight_ln_hh_l0</c> [G·H] and <c>weight_ln_c_l0</c> [H]; the biases are added after the norm, of the cell <c>bias_ln_c_l0</c> [H].
    /// </summary>
    public bool LayerNorm { get; init; }

    internal int Directions => Direction.Count();

    /// <summary>The options of the cell's equations in a few words, each after a comma.</summary>
    internal string CellDescription =>
        (LayerNorm ? ", layer norm" : "") + (ProjectionSize > 0 ? $", projected to {ProjectionSize}" : "") + (Peepholes ? ", peepholes" : "") + (CoupledGates ? ", coupled gates" : "") + Clip("gate", GateClip) + Clip("cell", CellClip) + Functions("activations", Activations) + Functions("reverse activations", ReverseActivations);

    private static string Clip(string what, float? clip) => clip is { } bound ? string.Create(CultureInfo.InvariantCulture, $", {what} clip {bound}") : "";

    private static string Functions(string what, IReadOnlyList<Activation>? activations) => activations is null ? "" : $", {what} {string.Join(' ', activations)}";
}
