using Elman.Tests.Reference;

namespace Elman.Tests.Recurrent;

/// <summary>Cells with options of their equations, under names of their own, so that every test of all cells can run on them too.</summary>
internal static class CellVariants
{
    private static readonly Dictionary<string, (string Cell, RecurrentOptions Options)> All = new()
    {
        ["rnn, any function"] = ("rnn", new() { Activations = [Activation.Elu(0.7f)], ReverseActivations = [Activation.Softsign], GateClip = 1.5f }),
        ["gru, any functions"] = ("gru", new()
        {
            Activations = [Activation.HardSigmoid(0.3f, 0.4f), Activation.Sigmoid, Activation.ScaledTanh(1.2f, 0.8f)],
            ReverseActivations = [Activation.Sigmoid, Activation.HardSigmoid(), Activation.Tanh],
            GateClip = 1.25f,
        }),
        ["gru-original, any functions"] = ("gru-original", new()
        {
            Activations = [Activation.Softplus, Activation.HardSigmoid(0.3f, 0.4f), Activation.Softsign],
            ReverseActivations = [Activation.HardSigmoid(), Activation.Sigmoid, Activation.LeakyRelu(0.2f)],
            GateClip = 1.25f,
        }),
        ["lstm, any functions"] = ("lstm", new()
        {
            Activations = [Activation.HardSigmoid(0.3f, 0.4f), Activation.Sigmoid, Activation.Softsign, Activation.Softplus, Activation.Elu(0.6f)],
            ReverseActivations = [Activation.Sigmoid, Activation.HardSigmoid(), Activation.ThresholdedRelu(0.2f), Activation.Affine(0.5f, 0.1f), Activation.ScaledTanh(1.3f, 0.7f)],
            GateClip = 1.25f,
            CellClip = 0.75f,
        }),
        ["lstm, peepholes"] = ("lstm", new() { Peepholes = true }),
        ["lstm, peepholes and clips"] = ("lstm", new() { Peepholes = true, CoupledGates = true, CellClip = 0.6f, GateClip = 1.1f }),
        ["lstm, projected"] = ("lstm", new() { ProjectionSize = 1 }),
        ["lstm, projected, peepholes"] = ("lstm", new() { ProjectionSize = 1, Peepholes = true, GateClip = 1.2f }),
        ["rnn, normalised"] = ("rnn", new() { LayerNorm = true }),
        ["gru, normalised"] = ("gru", new() { LayerNorm = true }),
        ["gru-original, normalised"] = ("gru-original", new() { LayerNorm = true, GateClip = 2 }),
        ["lstm, normalised"] = ("lstm", new() { LayerNorm = true }),
        ["lstm, all options"] = ("lstm", new() { LayerNorm = true, ProjectionSize = 1, Peepholes = true, CoupledGates = true, CellClip = 2, GateClip = 3 }),
        ["lstm, coupled gates"] = ("lstm", new() { CoupledGates = true, CellClip = 0.5f }),
    };

    public static IEnumerable<string> Names => All.Keys;

    /// <summary>A layer with the cell of that name, or with a variant of one.</summary>
    public static RecurrentLayer Create(string name, int inputs, int hidden, RandomStream random, RecurrentOptions? options = null) =>
        Cells.Create(CellOf(name), inputs, hidden, random, With(name, hidden, options ?? new()));

    /// <summary>The sizes of one direction of such a layer.</summary>
    public static UnitSizes Sizes(string name, int inputs, int hidden)
    {
        RecurrentOptions options = With(name, hidden, new());
        return (CellOf(name) switch
        {
            "rnn" => UnitChoice.For<RnnUnit>(options),
            "rnn-relu" => UnitChoice.For<ReluRnnUnit>(options),
            "lstm" => UnitChoice.For<LstmUnit>(options),
            "gru" => UnitChoice.For<GruUnit>(options),
            "gru-original" => UnitChoice.For<OriginalGruUnit>(options),
            _ => UnitChoice.For<MinGruUnit>(options),
        }).Sizes(inputs, hidden);
    }

    /// <summary>P of a variant with H units, about two thirds; 0 without a projection.</summary>
    public static int ProjectionOf(string name, int hidden) => All.TryGetValue(name, out (string, RecurrentOptions Options) variant) && variant.Options.ProjectionSize > 0 ? hidden * 2 / 3 : 0;

    /// <summary>Options together with those of a variant's equations.</summary>
    public static RecurrentOptions With(string name, int hidden, RecurrentOptions options) => !All.TryGetValue(name, out (string Cell, RecurrentOptions Options) variant) ? options
        : options with
        {
            Activations = variant.Options.Activations,
            ReverseActivations = options.Direction == Direction.Both ? variant.Options.ReverseActivations : null,
            GateClip = variant.Options.GateClip,
            CellClip = variant.Options.CellClip,
            CoupledGates = variant.Options.CoupledGates,
            Peepholes = variant.Options.Peepholes,
            LayerNorm = variant.Options.LayerNorm,
            ProjectionSize = ProjectionOf(name, hidden),
        };

    /// <summary>The cell that a name is a variant of, or itself.</summary>
    public static string CellOf(string name) => All.TryGetValue(name, out (string Cell, RecurrentOptions) variant) ? variant.Cell : name;

    /// <summary>The double-precision twin of a cell or a variant.</summary>
    /// <param name="hidden">H.</param>
    /// <param name="reverse">Whether it is that of the second of two directions.</param>
    public static ReferenceCell Twin(string name, int hidden, bool reverse)
    {
        if (!All.TryGetValue(name, out (string Cell, RecurrentOptions Options) variant))
            return ReferenceCell.Named(ReferenceComparison.ReferenceName(name));
        ReferenceOptions options = new(variant.Options, reverse);
        return variant.Cell switch
        {
            "lstm" => new ReferenceGeneralLstm(options, ProjectionOf(name, hidden)),
            "gru" => new ReferenceGeneralGru(options, resetBefore: false),
            "gru-original" => new ReferenceGeneralGru(options, resetBefore: true),
            _ => new ReferenceGeneralElman(options, relu: variant.Cell == "rnn-relu"),
        };
    }
}
