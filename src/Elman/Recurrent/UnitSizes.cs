using Elman.Kernels;

namespace Elman;

/// <summary>What lies around the units of a layer.</summary>
/// <param name="Projection">P, or 0.</param>
/// <param name="Normalized">Whether products, and the cell of an LSTM, are normalised.</param>
/// <param name="NormalizedApart">Gates, the last ones, that are normalised apart from the others.</param>
internal readonly record struct UnitSurroundings(int Projection, bool Normalized, int NormalizedApart = 0);

/// <summary>The counts of a unit and the sizes that follow from them, for units padded to whole vectors; computed once, because every step reads them.</summary>
internal sealed class UnitSizes
{
    private UnitSizes(int inputs, int hidden, UnitSurroundings around, int gates, int lateGates, int states, int saved)
    {
        (Inputs, Hidden, Gates, LateGates, States, Saved) = (inputs, hidden, gates, lateGates, states, saved);
        Around = around;
        Output = around.Projection > 0 ? around.Projection : hidden;
        EarlyGates = gates - lateGates;
        Order = new(hidden);
        Padded = Order.Padded;
        Blocks = Padded / UnitOrder.Width;
        OutputPadded = new UnitOrder(Output).Padded;
        EarlyRow = PackedMatrix.WholePanels(EarlyGates * Padded);
        LateRow = PackedMatrix.WholePanels(lateGates * Padded);
        GateRow = EarlyRow + LateRow;
        StateRow = states * Padded;
        SavedRow = saved * Padded;
        ShiftRow = around.Normalized ? 2 * GateRow + Padded : 0;
        NormRow = around.Normalized ? ShiftRow + StepNorms.Factors : 0;
    }

    /// <summary>I.</summary>
    public int Inputs { get; }

    /// <summary>H.</summary>
    public int Hidden { get; }

    /// <summary>P, the width of h: H, or less if what the units put out is projected.</summary>
    public int Output { get; }

    /// <summary>Whether a product stands between what the units put out and h.</summary>
    public bool Projects => Output != Hidden;

    public UnitSurroundings Around { get; }

    /// <summary>Whether products, and the cell of an LSTM, are normalised.</summary>
    public bool Normalized => Around.Normalized;

    /// <summary>G.</summary>
    public int Gates { get; }

    /// <summary>Gates whose recurrent product is with h.</summary>
    public int EarlyGates { get; }

    /// <summary>Gates whose recurrent product is with the unit's operand.</summary>
    public int LateGates { get; }

    /// <summary>S.</summary>
    public int States { get; }

    /// <summary>Values that a unit saves.</summary>
    public int Saved { get; }

    /// <summary>Whether the recurrent products are kept apart from the input products.</summary>
    public bool Separate { get; private init; }

    /// <summary>Whether the unit sees them apart, and not their sum.</summary>
    public bool ProductsApart { get; private init; }

    /// <summary>Whether there are recurrent products.</summary>
    public bool Recurs { get; private init; }

    /// <summary>Whether input and recurrent products are one product, of the weights one below the other.</summary>
    public bool Joins => Recurs && !Separate;

    /// <summary>The gate whose bias lets the cell remember, or −1.</summary>
    public int ForgetGate { get; private init; }

    /// <summary>Weights of a unit's own.</summary>
    public int Coefficients { get; private init; }

    /// <summary>How the units' values lie.</summary>
    public UnitOrder Order { get; }

    /// <summary>H rounded up to whole vectors.</summary>
    public int Padded { get; }

    /// <summary>P rounded up to whole vectors.</summary>
    public int OutputPadded { get; }

    /// <summary>H padded, in V units.</summary>
    public int Blocks { get; }

    /// <summary>Values per row and step of the products, in the <see cref="Order"/> of the units, with room for whole panels.</summary>
    public int GateRow { get; }

    /// <summary>Values per row of the early gates' products, whole panels; those of the late gates follow.</summary>
    public int EarlyRow { get; }

    /// <summary>Values per row of the late gates' products, whole panels.</summary>
    public int LateRow { get; }

    /// <summary>Values per row of the states, one after the other: [state][padded units].</summary>
    public int StateRow { get; }

    /// <summary>Values per row of <see cref="IRecurrentUnit.Saved"/>.</summary>
    public int SavedRow { get; }

    /// <summary>Values per row and step that <see cref="StepNorms"/> keeps; none without normalisation.</summary>
    public int NormRow { get; }

    /// <summary>Those of them that are x̂, and so values of the gradients of shifts.</summary>
    public int ShiftRow { get; }

    /// <summary>The width of one of the states.</summary>
    public int PartSize(int part) => part == 0 ? Output : Hidden;

    /// <summary>Values of all states of a row, without padding.</summary>
    public int StateValues => Output + (States - 1) * Hidden;

    /// <summary>The blocks of one of several parts that share the units. A part begins with a whole panel, whatever the number of gates.</summary>
    public (int First, int End) Part(int part, int parts)
    {
        int pairs = (Blocks + 1) / 2;
        return (pairs * part / parts * 2, Math.Min(Blocks, pairs * (part + 1) / parts * 2));
    }

    /// <summary>The panels of some blocks, each of so many vectors, that begin and end as in <see cref="Part"/>.</summary>
    public static PanelRange Panels((int First, int End) blocks, int vectors, bool fromEnd = false) => new(blocks.First * vectors / 2, (blocks.End * vectors + 1) / 2, fromEnd);

    /// <exception cref="ArgumentException">The unit's counts contradict each other, or P is not below H.</exception>
    public static UnitSizes Of<TUnit>(int inputs, int hidden, UnitSurroundings around = default)
        where TUnit : struct, IConfiguredUnit
    {
        int projection = around.Projection;
        bool separate = TUnit.SeparateProduct || TUnit.LateGates > 0 || around.Normalized;
        if (TUnit.Gates < 1 || TUnit.States < 1 || TUnit.Saved < 0 || TUnit.LateGates < 0 || TUnit.LateGates >= TUnit.Gates || TUnit.ForgetGate >= TUnit.Gates)
            throw new ArgumentException($"the cell '{TUnit.Name}' has impossible counts: {TUnit.Gates} gates, {TUnit.LateGates} of them late, {TUnit.States} states, {TUnit.Saved} saved, forget gate {TUnit.ForgetGate}");
        if (separate && !TUnit.Recurs) throw new ArgumentException($"the cell '{TUnit.Name}' wants its recurrent products apart, but has none");
        if (projection < 0 || projection >= hidden) throw new ArgumentException($"a projection to {projection} values is not one of {hidden} units to fewer");
        return new(inputs, hidden, around, TUnit.Gates, TUnit.LateGates, TUnit.States, TUnit.Saved) { Separate = separate, ProductsApart = TUnit.SeparateProduct || TUnit.LateGates > 0, Recurs = TUnit.Recurs, ForgetGate = TUnit.ForgetGate, Coefficients = TUnit.Coefficients };
    }
}
