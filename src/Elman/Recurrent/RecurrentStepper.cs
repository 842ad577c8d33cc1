using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>One time step of one row outside any sequence, without allocation.</summary>
internal static class RecurrentStepper<TUnit>
    where TUnit : struct, IRecurrentUnit
{
    /// <summary>Floats that a step needs: products, separate products, operand, saved values, padded states.</summary>
    public static int Workspace(UnitSizes sizes) => (2 * sizes.GateRow) + sizes.Padded + sizes.SavedRow + sizes.StateRow;

    /// <summary>Replaces the states by those after one more step.</summary>
    /// <param name="state">[S, H]</param>
    /// <param name="workspace">At least <see cref="Workspace"/> floats, of any value.</param>
    public static void Step(DirectionWeights weights, ReadOnlySpan<float> input, Span<float> state, Span<float> workspace)
    {
        weights.Refresh(backward: false);
        UnitSizes sizes = weights.Sizes;
        Span<float> gates = Take(ref workspace, sizes.GateRow), product = Take(ref workspace, sizes.GateRow);
        Span<float> operand = Take(ref workspace, sizes.Padded), saved = Take(ref workspace, sizes.SavedRow);
        Span<float> padded = state;
        // Whole vectors of units need no padding, and then no copy.
        bool copies = sizes.Padded != sizes.Hidden;
        if (copies)
        {
            padded = Take(ref workspace, sizes.StateRow);
            padded.Clear();
            for (int part = 0; part < sizes.States; part++) state.Slice(part * sizes.Hidden, sizes.Hidden).CopyTo(padded[(part * sizes.Padded)..]);
        }
        MatrixProduct.MultiplyRow(ref MemoryMarshal.GetReference(input), weights.Input, ref MemoryMarshal.GetArrayDataReference(weights.InputBias), ref MemoryMarshal.GetReference(gates));
        if (TUnit.LateGates > 0) RecurrentStep<TUnit>.Forward(weights, 1, gates, product, operand, saved, padded, padded);
        else RecurrentStep<TUnit>.ForwardRow(weights, gates, product, saved, padded);
        if (!copies) return;
        for (int part = 0; part < sizes.States; part++) padded.Slice(part * sizes.Padded, sizes.Hidden).CopyTo(state[(part * sizes.Hidden)..]);
    }

    private static Span<float> Take(scoped ref Span<float> workspace, int count)
    {
        Span<float> taken = workspace[..count];
        workspace = workspace[count..];
        return taken;
    }
}
