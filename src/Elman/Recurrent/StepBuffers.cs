using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// What a direction has in memory of the steps of one range of times, in packed order from the range's first step on. Several passes may use the
/// same buffers one after the other.
/// </summary>
internal sealed class StepBuffers
{
    /// <param name="steps">Packed steps of the longest range.</param>
    /// <param name="rows">Rows of the present step, with what lies between them.</param>
    /// <param name="keeps">Whether the steps are kept for the backward pass, or only the rows of the present step.</param>
    public StepBuffers(UnitSizes sizes, StepExtras extras, int steps, int rows, bool keeps, Workspace workspace)
    {
        (int Rows, int Size)[] shapes = Shapes(sizes, extras, keeps ? steps : Math.Max(steps, rows), keeps ? steps : rows, keeps);
        Gates = workspace.Rent(shapes[0].Rows, shapes[0].Size);
        Product = workspace.Rent(shapes[1].Rows, shapes[1].Size);
        Operand = workspace.Rent(shapes[2].Rows, shapes[2].Size);
        Saved = workspace.Rent(shapes[3].Rows, shapes[3].Size);
        Previous = workspace.Rent(shapes[4].Rows, shapes[4].Size);
        Hidden = workspace.Rent(shapes[5].Rows, shapes[5].Size);
        ProjectionGradient = workspace.Rent(shapes[6].Rows, shapes[6].Size);
        Undecayed = workspace.Rent(shapes[7].Rows, shapes[7].Size);
        Normalized = workspace.Rent(shapes[8].Rows, shapes[8].Size);
        Shifts = workspace.Rent(shapes[9].Rows, shapes[9].Size);
    }

    /// <summary>Input products, then what the unit makes of them, then their gradients: [steps, G·H padded].</summary>
    public Memory<float> Gates { get; }

    /// <summary>The same of separate recurrent products, [steps or rows, G·H padded].</summary>
    public Memory<float> Product { get; }

    /// <summary>What the late gates' products multiply, or the projection; before, the normalised cell, [steps or rows, H padded].</summary>
    public Memory<float> Operand { get; }

    /// <summary>What the unit saves, [steps or rows, Saved·H padded].</summary>
    public Memory<float> Saved { get; }

    /// <summary>The states before each step, [steps or rows, S·H padded], if the steps are kept or something happens to the states around them.</summary>
    public Memory<float> Previous { get; }

    /// <summary>The masked h that the recurrent products see, [steps or rows, H padded], if it is masked.</summary>
    public Memory<float> Hidden { get; }

    /// <summary>The gradient of a projected h, [steps, P padded], if the steps are kept.</summary>
    public Memory<float> ProjectionGradient { get; }

    /// <summary>The states before they decay to <see cref="Previous"/>, [steps, S·H padded], if they do and steps are kept.</summary>
    public Memory<float> Undecayed { get; }

    /// <summary>What <see cref="StepNorms"/> keeps, then what it adds to the gradients of its gains, [steps or rows, <see cref="UnitSizes.NormRow"/>].</summary>
    public Memory<float> Normalized { get; }

    /// <summary>What is added to the gradients of its shifts, [steps, <see cref="UnitSizes.ShiftRow"/>], if the steps are kept.</summary>
    public Memory<float> Shifts { get; }

    /// <summary>The pass and the range whose forward steps are here.</summary>
    public (object? Pass, int Range) Holder { get; set; }

    /// <summary>The rows of one step.</summary>
    /// <param name="gates">Where they are in <see cref="Gates"/>.</param>
    /// <param name="slot">Where they are in the others.</param>
    /// <param name="mask">The masks on h, if there are any.</param>
    public StepRows Rows(UnitSizes sizes, int gates, int slot, Span<float> mask) => new()
    {
        Gates = From(Gates, gates * sizes.GateRow),
        Product = From(Product, slot * sizes.GateRow),
        Operand = From(Operand, slot * sizes.Padded),
        Saved = From(Saved, slot * sizes.SavedRow),
        Hidden = From(Hidden, slot * sizes.Padded),
        Mask = mask,
        ProjectionGradient = From(ProjectionGradient, slot * sizes.OutputPadded),
        Normalized = From(Normalized, slot * sizes.NormRow),
        Shifts = From(Shifts, slot * sizes.ShiftRow),
    };

    /// <summary>Asks for what the backward pass reads of some steps.</summary>
    public void Fetch(UnitSizes sizes, int slot, int rows)
    {
        Fetch(From(Gates, slot * sizes.GateRow), rows * sizes.GateRow);
        Fetch(From(Product, slot * sizes.GateRow), sizes.Separate ? rows * sizes.GateRow : 0);
        Fetch(From(Saved, slot * sizes.SavedRow), rows * sizes.SavedRow);
        Fetch(From(Previous, slot * sizes.StateRow), rows * sizes.StateRow);
    }

    /// <summary>Bytes that buffers with kept steps take.</summary>
    public static long Bytes(UnitSizes sizes, StepExtras extras, int steps) => Shapes(sizes, extras, steps, steps, keeps: true).Sum(shape => Workspace.Bytes(shape.Rows, shape.Size));

    private static (int Rows, int Size)[] Shapes(UnitSizes sizes, StepExtras extras, int steps, int slots, bool keeps) =>
    [
        (steps, sizes.GateRow),
        (sizes.Separate ? slots : 0, sizes.GateRow),
        (sizes.LateGates > 0 || sizes.Projects || sizes.Normalized ? slots : 0, sizes.Padded),
        (slots, sizes.SavedRow),
        (keeps || extras.AroundSteps ? slots : 0, sizes.StateRow),
        (extras.MasksHidden ? slots : 0, sizes.Padded),
        (keeps && sizes.Projects ? steps : 0, sizes.OutputPadded),
        (extras.Decays && keeps ? slots : 0, sizes.StateRow),
        (slots, sizes.NormRow),
        (keeps ? steps : 0, sizes.ShiftRow),
    ];

    private static void Fetch(ReadOnlySpan<float> values, int count)
    {
        for (int i = 0; i < count; i += AlignedArray.Slack) ProductTile.Fetch(ref Unsafe.Add(ref MemoryMarshal.GetReference(values), i));
    }

    private static Span<float> From(Memory<float> values, int offset) => values.IsEmpty ? default : values.Span[offset..];
}

/// <summary>What one step of some rows computes with, besides the states; each from the first of the rows on, or empty.</summary>
internal readonly ref struct StepRows
{
    /// <inheritdoc cref="StepBuffers.Gates"/>
    public Span<float> Gates { get; init; }

    /// <summary>The rows of x, [rows, I], if their products are not yet in the gates.</summary>
    public ReadOnlySpan<float> Input { get; init; }

    /// <summary>Whether the products with h read the weights from their last panel to the first.</summary>
    public bool FromEnd { get; init; }

    /// <inheritdoc cref="StepBuffers.Product"/>
    public Span<float> Product { get; init; }

    /// <inheritdoc cref="StepBuffers.Operand"/>
    public Span<float> Operand { get; init; }

    /// <inheritdoc cref="StepBuffers.Saved"/>
    public Span<float> Saved { get; init; }

    /// <inheritdoc cref="StepBuffers.Hidden"/>
    public Span<float> Hidden { get; init; }

    /// <summary>The masks on the h that the recurrent products see, [rows, H padded]; empty if they see the state itself.</summary>
    public Span<float> Mask { get; init; }

    /// <inheritdoc cref="StepBuffers.ProjectionGradient"/>
    public Span<float> ProjectionGradient { get; init; }

    /// <inheritdoc cref="StepBuffers.Normalized"/>
    public Span<float> Normalized { get; init; }

    /// <inheritdoc cref="StepBuffers.Shifts"/>
    public Span<float> Shifts { get; init; }
}
