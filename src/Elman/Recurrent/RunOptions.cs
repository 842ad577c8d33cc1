using Elman.Kernels;

namespace Elman;

/// <summary>What a call of a recurrent network does besides the equations of its cells. All masks are functions of the key.</summary>
/// <param name="Key">The key of the masks; the layer is counted on from the key's.</param>
internal readonly record struct RunOptions(DropoutKey Key)
{
    /// <summary>Probability with which each output of a layer is dropped on its way into the next.</summary>
    public float Between { get; init; }

    /// <summary>Probability with which an input of a layer is dropped, at all steps of a sequence.</summary>
    public float Input { get; init; }

    /// <summary>Probability with which a unit's h is dropped on its way into the recurrent products, at all steps of a sequence.</summary>
    public float Recurrent { get; init; }

    /// <summary>Probability with which a recurrent weight is dropped.</summary>
    public float Weight { get; init; }

    public Zoneout Zoneout { get; init; }

    /// <summary>The number of the call's first layer in its network, and of its first direction in that layer.</summary>
    public (int Layer, int Direction) First { get; init; }

    /// <summary>Where all states and gates are to be kept; null for nowhere.</summary>
    public RecurrentTrace? Trace { get; init; }

    /// <summary>Factors on the state before each step, [N, L, H], for a call of one layer and direction; null for none.</summary>
    public Tensor? Decay { get; init; }

    /// <summary>What the steps keep in memory besides.</summary>
    public StepExtras Extras => new(Input > 0, Recurrent > 0, Zoneout.IsOn, Decay is not null, Trace is not null);

    /// <summary>The key of one kind of masks of a layer and direction of the call.</summary>
    public DropoutKey For(MaskKind kind, int layer, int direction = 0) => Key.For(kind, First.Layer + layer, First.Direction + direction);

    /// <summary>The key of the masks after a layer; stacks that stay apart have their own.</summary>
    public DropoutKey After(int layer, int stack = 0) =>
        stack == 0 ? Key with { Layer = (Key.Layer * 64) + layer + 1 } : Key.For(MaskKind.Between, layer, stack);
}

/// <summary>What the steps of a call keep in memory besides what the unit needs.</summary>
/// <param name="MasksInput">Inputs are masked, in a copy.</param>
/// <param name="MasksHidden">The h that the recurrent products see is not the state itself.</param>
/// <param name="Zones">States after a step depend on those before it past the unit.</param>
/// <param name="Decays">States are multiplied by factors before each step.</param>
/// <param name="Traces">States and gates are written down after each step.</param>
internal readonly record struct StepExtras(bool MasksInput, bool MasksHidden, bool Zones, bool Decays, bool Traces)
{
    /// <summary>Whether something happens to the states around each step.</summary>
    public bool AroundSteps => MasksHidden || Zones || Decays || Traces;
}
