using System.Globalization;

namespace Elman;

/// <summary>Which unit a cell's options ask for: the plain one, which is the fastest, unless an option needs the general one.</summary>
internal static class UnitChoice
{
    /// <exception cref="ArgumentException">An option does not apply to the cell.</exception>
    public static RecurrentEngine For<TUnit>(RecurrentOptions options)
        where TUnit : struct, IRecurrentUnit
    {
        if (typeof(TUnit) == typeof(LstmUnit)) return Lstm(options);
        Refuse(TUnit.Name, options.ProjectionSize != 0, nameof(options.ProjectionSize));
        Refuse(TUnit.Name, options.Peepholes, nameof(options.Peepholes));
        Refuse(TUnit.Name, options.CoupledGates, nameof(options.CoupledGates));
        Refuse(TUnit.Name, options.CellClip is not null, nameof(options.CellClip));
        if (typeof(TUnit) == typeof(RnnUnit)) return Rnn<RnnUnit>(options, Activation.Tanh);
        if (typeof(TUnit) == typeof(ReluRnnUnit)) return Rnn<ReluRnnUnit>(options, Activation.Relu);
        if (typeof(TUnit) == typeof(GruUnit)) return Gru<GruUnit, GeneralGruUnit>(options, (r, z, n) => new(r, z, n));
        if (typeof(TUnit) == typeof(OriginalGruUnit)) return Gru<OriginalGruUnit, GeneralOriginalGruUnit>(options, (r, z, n) => new(r, z, n));
        Refuse(TUnit.Name, options.Activations is not null || options.ReverseActivations is not null, nameof(options.Activations));
        Refuse(TUnit.Name, options.GateClip is not null, nameof(options.GateClip));
        Refuse(TUnit.Name, options.LayerNorm, nameof(options.LayerNorm));
        return Plain<TUnit>(options);
    }

    private static RecurrentEngine<PlainUnit<TUnit>> Plain<TUnit>(RecurrentOptions options)
        where TUnit : struct, IRecurrentUnit => new(default, default, Around<TUnit>(options));

    /// <summary>The candidate of a GRU is normalised apart from the two other gates, as in the paper's appendix.</summary>
    private static UnitSurroundings Around<TUnit>(RecurrentOptions options) =>
        new(options.ProjectionSize, options.LayerNorm, typeof(TUnit) == typeof(GruUnit) || typeof(TUnit) == typeof(OriginalGruUnit) ? 1 : 0);

    private static RecurrentEngine Rnn<TUnit>(RecurrentOptions options, Activation usual)
        where TUnit : struct, IRecurrentUnit =>
        Choose<TUnit, GeneralRnnUnit>(options, ["h"], [usual], false, functions => new(functions[0]));

    private static RecurrentEngine Gru<TUnit, TGeneral>(RecurrentOptions options, Func<GateFunction, GateFunction, GateFunction, TGeneral> make)
        where TUnit : struct, IRecurrentUnit
        where TGeneral : struct, IConfiguredUnit =>
        Choose<TUnit, TGeneral>(options, ["r", "z", "n"], [Activation.Sigmoid, Activation.Sigmoid, Activation.Tanh], false, functions => make(functions[0], functions[1], functions[2]));

    private static RecurrentEngine Lstm(RecurrentOptions options)
    {
        GateFunction cell = new(Activation.Identity, Bound(options.CellClip, nameof(options.CellClip)));
        bool general = options.CellClip is not null || options.Peepholes || options.LayerNorm;
        return options.CoupledGates
            ? Choose<LstmUnit, GeneralLstmUnit<CoupledForgetGate>>(options, ["i", "g", "o", "h"], [Activation.Sigmoid, Activation.Tanh, Activation.Sigmoid, Activation.Tanh], true,
                functions => new(new LstmSettings(functions[0], default, functions[1], functions[2], cell, functions[3].Activation, options.LayerNorm)))
            : Choose<LstmUnit, GeneralLstmUnit<ForgetGate>>(options, ["i", "f", "g", "o", "h"],
                [Activation.Sigmoid, Activation.Sigmoid, Activation.Tanh, Activation.Sigmoid, Activation.Tanh], general,
                functions => new(new LstmSettings(functions[0], functions[1], functions[2], functions[3], cell, functions[4].Activation, options.LayerNorm)));
    }

    /// <summary>The general unit, if something asks for it.</summary>
    /// <param name="names">What the activations are of.</param>
    /// <param name="usual">The activations of the plain unit.</param>
    /// <param name="general">Whether an option of this cell alone asks for the general unit.</param>
    private static RecurrentEngine Choose<TUnit, TGeneral>(RecurrentOptions options, string[] names, Activation[] usual, bool general, Func<GateFunction[], TGeneral> make)
        where TUnit : struct, IRecurrentUnit
        where TGeneral : struct, IConfiguredUnit
    {
        if (options.ReverseActivations is not null && options.Direction != Direction.Both)
            throw new ArgumentException($"{nameof(options.ReverseActivations)} are those of the second of two directions, but the layer has only one");
        IReadOnlyList<Activation> forward = Counted(TUnit.Name, names, options.Activations ?? usual), reverse = Counted(TUnit.Name, names, options.ReverseActivations ?? forward);
        float bound = Bound(options.GateClip, nameof(options.GateClip));
        if (!general && options.GateClip is null && forward.SequenceEqual(usual) && reverse.SequenceEqual(usual)) return Plain<TUnit>(options);
        GateFunction[] Functions(IReadOnlyList<Activation> activations) => [.. activations.Select(each => new GateFunction(each, bound))];
        return new RecurrentEngine<TGeneral>(make(Functions(forward)), make(Functions(reverse)), Around<TUnit>(options));
    }

    private static IReadOnlyList<Activation> Counted(string cell, string[] names, IReadOnlyList<Activation> activations) => activations.Count == names.Length ? activations
        : throw new ArgumentException($"{cell} has {names.Length} activations ({string.Join(", ", names)}), got {activations.Count}");

    private static float Bound(float? clip, string name) => clip is null ? float.PositiveInfinity
        : clip > 0 && float.IsFinite(clip.Value) ? clip.Value
        : throw new ArgumentOutOfRangeException(name, string.Create(CultureInfo.InvariantCulture, $"a clip of {clip} is not a positive number"));

    private static void Refuse(string cell, bool given, string option)
    {
        if (given) throw new ArgumentException($"the option {option} does not apply to the cell '{cell}'");
    }
}
