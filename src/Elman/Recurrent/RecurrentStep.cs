using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// One time step of a few rows, forward and backward, in one direction of a layer: the recurrent products, then the unit. The loop over time and the
/// streams call it. Products may be normalised before the unit sees them, and a projection may follow it. All spans begin at the first of the rows; row strides are those of <see cref="UnitSizes"/>.
/// </summary>
internal sealed class RecurrentStep<TUnit>(TUnit unit, DirectionWeights weights)
    where TUnit : struct, IConfiguredUnit
{
    private readonly TUnit _unit = unit;
    private readonly UnitSizes _sizes = weights.Sizes;
    private readonly bool _needsPadding = weights.Sizes.Padded != weights.Sizes.Hidden;
    private readonly StepNorms? _norms = weights.Sizes.Normalized ? new(weights, weights.Sizes.Around.NormalizedApart) : null;

    /// <summary>Gates whose products the unit's forward and backward find in <c>product</c>.</summary>
    private static int ProductGates
    {
        // Without the attribute a method compiled at once, with optimization, calls it for every vector of units.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TUnit.LateGates > 0 ? TUnit.LateGates : TUnit.Gates;
    }

    public DirectionWeights Weights => weights;

    public UnitSizes Sizes => _sizes;

    /// <summary>The same unit with other weights.</summary>
    public RecurrentStep<TUnit> With(DirectionWeights other) => new(_unit, other);

    /// <summary>Floats that <see cref="Row"/> needs: the side from which it has read the weights, products, separate products, operand, saved values, padded states, what is normalised, and the flushed input.</summary>
    public int RowWorkspace => SideRow + (2 * _sizes.GateRow) + _sizes.Padded + _sizes.SavedRow + (2 * _sizes.StateRow) + _sizes.NormRow + _sizes.Inputs;

    /// <summary>Whether a step is its products and then its unit, and nothing else.</summary>
    public bool IsPlain { get; } = TUnit.LateGates == 0 && !weights.Sizes.Projects && !weights.Sizes.Normalized;

    /// <summary>Whether threads can share the units of a step: not if anything that needs all units stands between two products.</summary>
    public bool Splits => TUnit.Recurs && IsPlain;

    /// <summary>Room for the side at the start of a row's workspace: a cache line, so that the products begin with one if the workspace does.</summary>
    private const int SideRow = AlignedArray.Slack;

    private (int First, int End) All => (0, _sizes.Blocks);

    /// <summary>From the input products in the rows' gates, or the input itself, and the previous states to the next states.</summary>
    /// <param name="previous">[rows, S·H padded]; may be <paramref name="next"/> itself.</param>
    public void Forward(int rows, in StepRows at, Span<float> previous, Span<float> next)
    {
        Span<float> hidden = previous;
        int hiddenRow = _sizes.StateRow;
        if (!at.Mask.IsEmpty)
        {
            hidden = at.Hidden;
            hiddenRow = _sizes.Padded;
            for (int row = 0; row < rows; row++) Masked(at.Mask, row, previous[(row * _sizes.StateRow)..], hidden);
        }
        if (TUnit.LateGates > 0)
        {
            MatrixProduct.Multiply(rows, hidden, hiddenRow, 1, weights.Recurrent, weights.RecurrentBias, 0, at.Product, _sizes.GateRow);
            _norms?.Products(rows, at, sums: false);
            for (int row = 0; row < rows; row++)
            {
                Operand(ref From(at.Gates, row, _sizes.GateRow), ref From(at.Product, row, _sizes.GateRow), ref From(previous, row, _sizes.StateRow),
                    ref From(at.Operand, row, _sizes.Padded));
                if (!at.Mask.IsEmpty) Masked(at.Mask, row, at.Operand[(row * _sizes.Padded)..], at.Operand);
            }
            StepRows late = at with { Product = at.Product[_sizes.EarlyRow..] };
            MatrixProduct.Multiply(rows, at.Operand, _sizes.Padded, 1, weights.Late, weights.RecurrentBias.AsSpan(_sizes.EarlyRow), 0, late.Product, _sizes.GateRow);
            _norms?.LateProducts(rows, at);
            Units(All, rows, late, previous, next);
        }
        else
        {
            if (_norms is null) ForwardPart(All, rows, hidden, hiddenRow, at, previous, next);
            else ForwardNormalized(_norms, rows, hidden, hiddenRow, at, previous, next);
            if (_sizes.Projects) Project(rows, at.Operand, next);
        }
    }

    /// <summary>The same for some blocks of units. The recurrent products see the previous h of all units, as <paramref name="hidden"/>.</summary>
    /// <param name="hidden">[rows, H], rows <paramref name="hiddenRow"/> apart.</param>
    public void ForwardPart((int, int) blocks, int rows, ReadOnlySpan<float> hidden, int hiddenRow, in StepRows at, Span<float> previous, Span<float> next)
    {
        Span<float> sums = TUnit.SeparateProduct ? at.Product : at.Gates;
        PanelRange panels = UnitSizes.Panels(blocks, TUnit.Gates, at.FromEnd);
        if (!at.Input.IsEmpty) MatrixProduct.MultiplyJoined(rows, at.Input, _sizes.Inputs, _sizes.Inputs, hidden, hiddenRow, weights.Joined, weights.InputBias, 0, sums, _sizes.GateRow, panels);
        else if (TUnit.Recurs)
        {
            if (TUnit.SeparateProduct) MatrixProduct.Multiply(rows, hidden, hiddenRow, 1, weights.Recurrent, weights.RecurrentBias, 0, sums, _sizes.GateRow, panels);
            else MatrixProduct.Multiply(rows, hidden, hiddenRow, 1, weights.Recurrent, sums, _sizes.GateRow, sums, _sizes.GateRow, panels);
        }
        Units(blocks, rows, at, previous, next);
    }

    /// <summary>One time step of one row outside any sequence, without allocation or any check: replaces the states by those after it.</summary>
    /// <param name="input">[I]</param>
    /// <param name="state">h [P], then the other states [S − 1, H].</param>
    /// <param name="workspace">At least <see cref="RowWorkspace"/> floats, of any value.</param>
    /// <param name="zoneout">Its expectation keeps part of the state.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Row(ref float input, ref float state, ref float workspace, in Zoneout zoneout)
    {
        weights.Refresh(backward: false);
        if (Denormals.Any(ref input, _sizes.Inputs)) input = ref Flushed(ref input, ref workspace);
        bool fromEnd = OtherSide(ref workspace);
        workspace = ref Unsafe.Add(ref workspace, SideRow);
        // What most streams compute at every step is a method without spans: beside the sums of a small cell each instruction counts.
        if (_needsPadding || !IsPlain || zoneout.IsOn) SurroundedRow(ref input, ref state, ref workspace, zoneout, fromEnd);
        else RowFromInput(ref input, ref workspace, ref Unsafe.Add(ref workspace, _sizes.GateRow), ref Unsafe.Add(ref workspace, 2 * _sizes.GateRow), ref state, ref state, fromEnd);
    }

    /// <summary>Floats that <see cref="Rows"/> needs.</summary>
    public int RowsWorkspace(int rows) => SideRow + (rows * ((2 * _sizes.GateRow) + _sizes.Padded + _sizes.SavedRow + (2 * _sizes.StateRow) + _sizes.NormRow + _sizes.Inputs));

    /// <summary>One time step of several rows outside any sequence: replaces the states by those after it, to the bits that <see cref="Row"/> gives each.</summary>
    /// <param name="input">[rows, I]</param>
    /// <param name="states">Of each row h [P], then the other states [S − 1, H]; rows <paramref name="stride"/> apart.</param>
    /// <param name="workspace">At least <see cref="RowsWorkspace"/> floats, of any value.</param>
    /// <param name="zoneout">Its expectation keeps part of the state.</param>
    public void Rows(int rows, ReadOnlySpan<float> input, Span<float> states, int stride, Span<float> workspace, in Zoneout zoneout)
    {
        weights.Refresh(backward: false);
        UnitSizes sizes = _sizes;
        bool fromEnd = OtherSide(ref workspace[0]);
        workspace = workspace[SideRow..];
        Span<float> gates = Take(ref workspace, rows * sizes.GateRow), product = Take(ref workspace, rows * sizes.GateRow), padded = Take(ref workspace, rows * sizes.StateRow);
        Span<float> previous = Take(ref workspace, zoneout.IsOn ? padded.Length : 0), flushed = Take(ref workspace, rows * sizes.Inputs);
        StepRows at = new()
        {
            Gates = gates,
            Product = product,
            Operand = Take(ref workspace, rows * sizes.Padded),
            Saved = Take(ref workspace, rows * sizes.SavedRow),
            Normalized = Take(ref workspace, rows * sizes.NormRow),
            FromEnd = fromEnd,
        };
        input = input[..flushed.Length];
        if (Denormals.Any(ref MemoryMarshal.GetReference(input), input.Length))
        {
            Denormals.Flush(input, flushed);
            input = flushed;
        }
        padded.Clear();
        for (int row = 0; row < rows; row++)
            for (int part = 0, from = row * stride; part < sizes.States; from += sizes.PartSize(part++)) states.Slice(from, sizes.PartSize(part)).CopyTo(padded[(row * sizes.StateRow + part * sizes.Padded)..]);
        padded[..previous.Length].CopyTo(previous);
        if (sizes.Joins) at = at with { Input = input };
        else MatrixProduct.Multiply(rows, input, sizes.Inputs, 1, weights.Input, weights.InputBias, 0, gates, sizes.GateRow);
        Forward(rows, at, padded, padded);
        for (int row = 0; row < rows; row++)
        {
            Span<float> next = padded.Slice(row * sizes.StateRow, sizes.StateRow);
            if (zoneout.IsOn) zoneout.Expect(sizes, previous.Slice(row * sizes.StateRow, sizes.StateRow), next);
            for (int part = 0, to = row * stride; part < sizes.States; to += sizes.PartSize(part++)) next.Slice(part * sizes.Padded, sizes.PartSize(part)).CopyTo(states[to..]);
        }
    }

    /// <summary>The input, flushed, at the end of the workspace.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ref float Flushed(ref float input, ref float workspace)
    {
        ref float flushed = ref Unsafe.Add(ref workspace, RowWorkspace - _sizes.Inputs);
        Denormals.Flush(MemoryMarshal.CreateReadOnlySpan(ref input, _sizes.Inputs), MemoryMarshal.CreateSpan(ref flushed, _sizes.Inputs));
        return ref flushed;
    }

    /// <summary>As <see cref="Row"/>, with padded states or more than products and a unit.</summary>
    private void SurroundedRow(ref float input, ref float rowState, ref float rowWorkspace, in Zoneout zoneout, bool fromEnd)
    {
        UnitSizes sizes = _sizes;
        Span<float> state = MemoryMarshal.CreateSpan(ref rowState, sizes.StateValues), workspace = MemoryMarshal.CreateSpan(ref rowWorkspace, RowWorkspace - SideRow);
        Span<float> gates = Take(ref workspace, sizes.GateRow), product = Take(ref workspace, sizes.GateRow);
        Span<float> operand = Take(ref workspace, sizes.Padded), saved = Take(ref workspace, sizes.SavedRow);
        Span<float> padded = state;
        // Whole vectors of units need no padding, and then no copy.
        bool copies = _needsPadding || sizes.Projects;
        if (copies)
        {
            padded = Take(ref workspace, sizes.StateRow);
            padded.Clear();
            for (int part = 0, at = 0; part < sizes.States; at += sizes.PartSize(part++)) state.Slice(at, sizes.PartSize(part)).CopyTo(padded[(part * sizes.Padded)..]);
        }
        Span<float> previous = Take(ref workspace, zoneout.IsOn ? sizes.StateRow : 0);
        padded[..previous.Length].CopyTo(previous);
        MatrixProduct.MultiplyRow(ref input, weights.Input, ref MemoryMarshal.GetArrayDataReference(weights.InputBias), ref MemoryMarshal.GetReference(gates));
        if (!IsPlain)
        {
            Span<float> normalized = Take(ref workspace, sizes.NormRow);
            Forward(1, new StepRows { Gates = gates, Product = product, Operand = operand, Saved = saved, Normalized = normalized, FromEnd = fromEnd }, padded, padded);
        }
        else RowFromProducts(ref MemoryMarshal.GetReference(gates), ref MemoryMarshal.GetReference(product), ref MemoryMarshal.GetReference(saved), ref MemoryMarshal.GetReference(padded), ref MemoryMarshal.GetReference(padded), fromEnd);
        if (zoneout.IsOn) zoneout.Expect(sizes, previous, padded);
        if (!copies) return;
        for (int part = 0, at = 0; part < sizes.States; at += sizes.PartSize(part++)) padded.Slice(part * sizes.Padded, sizes.PartSize(part)).CopyTo(state[at..]);
    }

    /// <summary>From the gradient of the next states, in place, to that of the previous states; leaves the products' gradients in the rows' gates and products.</summary>
    /// <param name="scratch">[rows, H padded], if there are late gates, masks or normalisation.</param>
    public void Backward(int rows, in StepRows at, Span<float> scratch, Span<float> previous, Span<float> gradient)
    {
        if (_sizes.Projects) ProjectBackward(rows, at.ProjectionGradient, gradient);
        if (TUnit.Settles && _norms is not null) SettleBackward(_norms, rows, at, scratch, gradient);
        if (TUnit.LateGates > 0)
        {
            StepRows late = at with { Product = at.Product[_sizes.EarlyRow..] };
            UnitsBackward(All, rows, late, previous, gradient);
            ClearPadding(rows, late.Product, TUnit.LateGates);
            _norms?.LateProductsBackward(rows, at);
            MatrixProduct.Multiply(rows, late.Product, _sizes.GateRow, 1, weights.LateBack, default, 0, scratch, _sizes.Padded);
            for (int row = 0; row < rows; row++)
            {
                if (!at.Mask.IsEmpty) Masked(at.Mask, row, scratch[(row * _sizes.Padded)..], scratch);
                OperandBackward(ref From(at.Gates, row, _sizes.GateRow), ref From(at.Product, row, _sizes.GateRow), ref From(previous, row, _sizes.StateRow),
                    ref From(scratch, row, _sizes.Padded), ref From(gradient, row, _sizes.StateRow));
            }
            ClearPadding(rows, at.Gates, TUnit.Gates);
            ClearPadding(rows, at.Product, _sizes.EarlyGates);
        }
        else
        {
            BackwardUnits(All, rows, at, previous, gradient);
        }
        _norms?.ProductsBackward(rows, at, sums: !_sizes.ProductsApart);
        if (at.Mask.IsEmpty) BackwardProduct(All, rows, at, gradient);
        else BackwardMaskedProduct(rows, at, scratch, gradient);
    }

    /// <summary>The first half of <see cref="Backward"/> for some blocks of units of a cell that <see cref="Splits"/>: the gradients of their products.</summary>
    public void BackwardUnits((int First, int End) blocks, int rows, in StepRows at, Span<float> previous, Span<float> gradient)
    {
        UnitsBackward(blocks, rows, at, previous, gradient);
        if (blocks.End < _sizes.Blocks) return;
        ClearPadding(rows, at.Gates, TUnit.Gates);
        if (TUnit.SeparateProduct) ClearPadding(rows, at.Product, TUnit.Gates);
    }

    /// <summary>The second half: what the gradients of all products add to that of the previous h of some blocks.</summary>
    public void BackwardProduct((int, int) blocks, int rows, in StepRows at, Span<float> gradient)
    {
        if (!TUnit.Recurs) return;
        PanelRange panels = UnitSizes.Panels(blocks, 1, at.FromEnd);
        panels = panels with { End = Math.Min(panels.End, weights.RecurrentBack.Panels) };
        MatrixProduct.Multiply(rows, _sizes.Separate ? at.Product : at.Gates, _sizes.GateRow, 1, weights.RecurrentBack, gradient, _sizes.StateRow, gradient, _sizes.StateRow, panels);
    }

    /// <summary>As <see cref="BackwardProduct"/>, where the products saw a masked h.</summary>
    private void BackwardMaskedProduct(int rows, in StepRows at, Span<float> scratch, Span<float> gradient)
    {
        MatrixProduct.Multiply(rows, _sizes.Separate ? at.Product : at.Gates, _sizes.GateRow, 1, weights.RecurrentBack, default, 0, scratch, _sizes.Padded);
        for (int row = 0; row < rows; row++)
        {
            Masked(at.Mask, row, scratch[(row * _sizes.Padded)..], scratch);
            Span<float> hidden = gradient.Slice(row * _sizes.StateRow, _sizes.OutputPadded);
            TensorPrimitives.Add(hidden, scratch.Slice(row * _sizes.Padded, _sizes.OutputPadded), hidden);
        }
    }

    /// <summary>Row of a product with the masks [rows, H padded].</summary>
    private void Masked(ReadOnlySpan<float> mask, int row, ReadOnlySpan<float> values, Span<float> target) =>
        TensorPrimitives.Multiply(values[.._sizes.Padded], mask.Slice(row * _sizes.Padded, _sizes.Padded), target[(row * _sizes.Padded)..]);

    /// <summary>One row of a step that <see cref="IsPlain"/>, without any check. Each reference is to what <see cref="StepRows"/> has of that name.</summary>
    /// <param name="input">[I]</param>
    /// <param name="previous">[S·H padded]; may be <paramref name="next"/> itself.</param>
    public void RowFromInput(ref float input, ref float gates, ref float product, ref float saved, ref float previous, ref float next, bool fromEnd = false)
    {
        ref float bias = ref MemoryMarshal.GetArrayDataReference(weights.InputBias);
        if (TUnit.Recurs && !TUnit.SeparateProduct)
        {
            MatrixProduct.MultiplyRow(ref input, _sizes.Inputs, ref previous, weights.Joined, ref bias, ref gates, fromEnd);
            Unit(All, ref gates, ref product, ref previous, ref next, ref saved);
        }
        else
        {
            MatrixProduct.MultiplyRow(ref input, weights.Input, ref bias, ref gates);
            RowFromProducts(ref gates, ref product, ref saved, ref previous, ref next, fromEnd);
        }
    }

    /// <summary>The same with input products that are in the gates.</summary>
    public void RowFromProducts(ref float gates, ref float product, ref float saved, ref float previous, ref float next, bool fromEnd = false)
    {
        ref float sums = ref TUnit.SeparateProduct ? ref product : ref gates;
        if (TUnit.Recurs)
            MatrixProduct.MultiplyRow(ref previous, weights.Recurrent, ref TUnit.SeparateProduct ? ref MemoryMarshal.GetArrayDataReference(weights.RecurrentBias) : ref sums, ref sums, fromEnd);
        Unit(All, ref gates, ref product, ref previous, ref next, ref saved);
    }

    /// <summary>Turns the side from which the weights are read (see <see cref="PanelRange"/>), which a stream's workspace remembers from step to step; any value will do at first.</summary>
    private static bool OtherSide(ref float remembered)
    {
        ref int side = ref Unsafe.As<float, int>(ref remembered);
        side = ~side;
        return side < 0;
    }

    private static Span<float> Take(scoped ref Span<float> workspace, int count)
    {
        Span<float> taken = workspace[..count];
        workspace = workspace[count..];
        return taken;
    }

    /// <summary>As <see cref="ForwardPart"/>, for all units, whose products are normalised.</summary>
    private void ForwardNormalized(StepNorms norms, int rows, ReadOnlySpan<float> hidden, int hiddenRow, in StepRows at, Span<float> previous, Span<float> next)
    {
        MatrixProduct.Multiply(rows, hidden, hiddenRow, 1, weights.Recurrent, weights.RecurrentBias, 0, at.Product, _sizes.GateRow);
        norms.Products(rows, at, sums: !_sizes.ProductsApart);
        Units(All, rows, at, previous, next);
        if (!TUnit.Settles) return;
        int wide = UnitOrder.WideEnd(0, _sizes.Padded);
        for (int row = 0; row < rows; row++)
        {
            Span<float> settled = at.Operand.Slice(row * _sizes.Padded, _sizes.Padded);
            next.Slice(row * _sizes.StateRow + (TUnit.States - 1) * _sizes.Padded, _sizes.Padded).CopyTo(settled);
            norms.CellRow(settled, at.Normalized.Slice(row * _sizes.NormRow, _sizes.NormRow));
            ref float gates = ref From(at.Gates, row, _sizes.GateRow), states = ref From(next, row, _sizes.StateRow), saved = ref From(at.Saved, row, _sizes.SavedRow);
            if (wide > 0) Settle<WideVector>(0, wide, ref gates, ref settled[0], ref states, ref saved);
            if (_sizes.Padded > wide) Settle<UsualVector>(wide, _sizes.Padded, ref gates, ref settled[0], ref states, ref saved);
        }
    }

    /// <summary>Adds to the gradient of the last state what flows to it through its normalisation.</summary>
    private void SettleBackward(StepNorms norms, int rows, in StepRows at, Span<float> scratch, Span<float> gradient)
    {
        int wide = UnitOrder.WideEnd(0, _sizes.Padded);
        for (int row = 0; row < rows; row++)
        {
            Span<float> settled = scratch.Slice(row * _sizes.Padded, _sizes.Padded), state = gradient.Slice(row * _sizes.StateRow + (TUnit.States - 1) * _sizes.Padded, _sizes.Padded);
            ref float gates = ref From(at.Gates, row, _sizes.GateRow), saved = ref From(at.Saved, row, _sizes.SavedRow), states = ref From(gradient, row, _sizes.StateRow);
            if (wide > 0) SettleBackward<WideVector>(0, wide, ref gates, ref settled[0], ref saved, ref states);
            if (_sizes.Padded > wide) SettleBackward<UsualVector>(wide, _sizes.Padded, ref gates, ref settled[0], ref saved, ref states);
            norms.CellRowBackward(settled, at.Normalized.Slice(row * _sizes.NormRow, _sizes.NormRow), at.Shifts.Slice(row * _sizes.ShiftRow, _sizes.ShiftRow));
            TensorPrimitives.Add(state, settled, state);
        }
    }

    /// <summary>Replaces what the units have put out as h by its projection, and keeps it.</summary>
    private void Project(int rows, Span<float> unprojected, Span<float> next)
    {
        for (int row = 0; row < rows; row++) next.Slice(row * _sizes.StateRow, _sizes.Padded).CopyTo(unprojected[(row * _sizes.Padded)..]);
        MatrixProduct.Multiply(rows, unprojected, _sizes.Padded, 1, weights.Projection, default, 0, next, _sizes.StateRow);
        for (int row = 0; row < rows; row++) Denormals.Flush(next.Slice(row * _sizes.StateRow, _sizes.Output));
    }

    /// <summary>Replaces the gradient of h by that of what the units put out, and keeps it.</summary>
    private void ProjectBackward(int rows, Span<float> kept, Span<float> gradient)
    {
        for (int row = 0; row < rows; row++) gradient.Slice(row * _sizes.StateRow, _sizes.OutputPadded).CopyTo(kept[(row * _sizes.OutputPadded)..]);
        MatrixProduct.Multiply(rows, kept, _sizes.OutputPadded, 1, weights.ProjectionBack, default, 0, gradient, _sizes.StateRow);
    }

    private void Units((int, int) blocks, int rows, in StepRows at, Span<float> previous, Span<float> next)
    {
        for (int row = 0; row < rows; row++)
        {
            Unit(blocks, ref From(at.Gates, row, _sizes.GateRow), ref From(at.Product, row, _sizes.GateRow), ref From(previous, row, _sizes.StateRow),
                ref From(next, row, _sizes.StateRow), ref From(at.Saved, row, _sizes.SavedRow));
        }
    }

    private void UnitsBackward((int, int) blocks, int rows, in StepRows at, Span<float> previous, Span<float> gradient)
    {
        for (int row = 0; row < rows; row++)
        {
            UnitBackward(blocks, ref From(at.Gates, row, _sizes.GateRow), ref From(at.Product, row, _sizes.GateRow), ref From(previous, row, _sizes.StateRow),
                ref From(at.Saved, row, _sizes.SavedRow), ref From(gradient, row, _sizes.StateRow));
        }
    }

    // Each loop over units takes a block at a time, wide ones first (UnitOrder); the bits are the same in either. The loops are methods of their own: the JIT
    // inlines into one method only so much, and a cell's functions are about that much.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Unit((int First, int End) blocks, ref float gates, ref float product, ref float previous, ref float next, ref float saved)
    {
        int first = blocks.First * UnitOrder.Width, end = blocks.End * UnitOrder.Width, wide = UnitOrder.WideEnd(first, end);
        if (wide > first)
        {
            if (TUnit.Activates) Activate<WideVector>(first, wide, ref gates, ref product);
            Forward<WideVector>(first, wide, ref gates, ref product, ref previous, ref next, ref saved);
        }
        if (end > wide)
        {
            if (TUnit.Activates) Activate<UsualVector>(wide, end, ref gates, ref product);
            Forward<UsualVector>(wide, end, ref gates, ref product, ref previous, ref next, ref saved);
        }
    }

    private void UnitBackward((int First, int End) blocks, ref float gates, ref float product, ref float previous, ref float saved, ref float gradient)
    {
        int first = blocks.First * UnitOrder.Width, end = blocks.End * UnitOrder.Width, wide = UnitOrder.WideEnd(first, end);
        if (wide > first) Backward<WideVector>(first, wide, ref gates, ref product, ref previous, ref saved, ref gradient);
        if (end > wide) Backward<UsualVector>(wide, end, ref gates, ref product, ref previous, ref saved, ref gradient);
    }

    private void Operand(ref float gates, ref float product, ref float previous, ref float operand)
    {
        int wide = UnitOrder.WideEnd(0, _sizes.Padded);
        if (wide > 0) Operand<WideVector>(0, wide, ref gates, ref product, ref previous, ref operand);
        if (_sizes.Padded > wide) Operand<UsualVector>(wide, _sizes.Padded, ref gates, ref product, ref previous, ref operand);
    }

    private void OperandBackward(ref float gates, ref float product, ref float previous, ref float operandGradient, ref float gradient)
    {
        int wide = UnitOrder.WideEnd(0, _sizes.Padded);
        if (wide > 0) OperandBackward<WideVector>(0, wide, ref gates, ref product, ref previous, ref operandGradient, ref gradient);
        if (_sizes.Padded > wide) OperandBackward<UsualVector>(wide, _sizes.Padded, ref gates, ref product, ref previous, ref operandGradient, ref gradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Activate<V>(int unit, int end, ref float gates, ref float product)
        where V : struct, IVector<V>
    {
        for (; unit < end; unit += V.Count) _unit.Activate(Of<V>(ref gates, unit, TUnit.Gates), Of<V>(ref product, unit, TUnit.Gates));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Forward<V>(int unit, int end, ref float gates, ref float product, ref float previous, ref float next, ref float saved)
        where V : struct, IVector<V>
    {
        ref float coefficients = ref CoefficientsOr(ref gates);
        int padded = _sizes.Padded;
        for (; unit < end; unit += V.Count)
        {
            _unit.Forward(Of<V>(ref coefficients, unit, TUnit.Coefficients), Of<V>(ref gates, unit, TUnit.Gates), Of<V>(ref product, unit, ProductGates), States<V>(ref previous, unit, padded),
                States<V>(ref next, unit, padded, Flushing.Written), Of<V>(ref saved, unit, TUnit.Saved));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Backward<V>(int unit, int end, ref float gates, ref float product, ref float previous, ref float saved, ref float gradient)
        where V : struct, IVector<V>
    {
        ref float coefficients = ref CoefficientsOr(ref gates);
        int padded = _sizes.Padded;
        for (; unit < end; unit += V.Count)
        {
            _unit.Backward(Of<V>(ref coefficients, unit, TUnit.Coefficients), Of<V>(ref gates, unit, TUnit.Gates, Flushing.Written),
                Of<V>(ref product, unit, ProductGates, Flushing.Written), States<V>(ref previous, unit, padded),
                Of<V>(ref saved, unit, TUnit.Saved), States<V>(ref gradient, unit, padded, Flushing.Read));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Operand<V>(int unit, int end, ref float gates, ref float product, ref float previous, ref float operand)
        where V : struct, IVector<V>
    {
        int padded = _sizes.Padded, early = _sizes.EarlyGates;
        for (; unit < end; unit += V.Count)
            _unit.Operand(Of<V>(ref gates, unit, TUnit.Gates), Of<V>(ref product, unit, early), States<V>(ref previous, unit, padded), Of<V>(ref operand, unit, 1, Flushing.Written));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void OperandBackward<V>(int unit, int end, ref float gates, ref float product, ref float previous, ref float operandGradient, ref float gradient)
        where V : struct, IVector<V>
    {
        int padded = _sizes.Padded, early = _sizes.EarlyGates;
        for (; unit < end; unit += V.Count)
        {
            _unit.OperandBackward(Of<V>(ref gates, unit, TUnit.Gates, Flushing.Written), Of<V>(ref product, unit, early, Flushing.Written), States<V>(ref previous, unit, padded),
                Of<V>(ref operandGradient, unit, 1), States<V>(ref gradient, unit, padded));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Settle<V>(int unit, int end, ref float gates, ref float settled, ref float next, ref float saved)
        where V : struct, IVector<V>
    {
        int padded = _sizes.Padded;
        for (; unit < end; unit += V.Count)
            _unit.Settle(Of<V>(ref gates, unit, TUnit.Gates), Of<V>(ref settled, unit, 1), States<V>(ref next, unit, padded, Flushing.Written), Of<V>(ref saved, unit, TUnit.Saved));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void SettleBackward<V>(int unit, int end, ref float gates, ref float settled, ref float saved, ref float gradient)
        where V : struct, IVector<V>
    {
        int padded = _sizes.Padded;
        for (; unit < end; unit += V.Count)
            _unit.SettleBackward(Of<V>(ref gates, unit, TUnit.Gates), Of<V>(ref settled, unit, 1), Of<V>(ref saved, unit, TUnit.Saved), States<V>(ref gradient, unit, padded));
    }

    /// <summary>The units' own weights; without any, what will not be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref float CoefficientsOr(ref float nothing) => ref TUnit.Coefficients > 0 ? ref MemoryMarshal.GetArrayDataReference(weights.Coefficients) : ref nothing;

    /// <summary>
    /// Zeros the gradients of the units beyond H. Those units compute with zeros, and what they make of them may be NaN, which even a product with
    /// a weight of zero would hand on.
    /// </summary>
    private void ClearPadding(int rows, Span<float> gradients, int gates)
    {
        int padding = _sizes.Padded - _sizes.Hidden;
        if (padding == 0) return;
        for (int row = 0; row < rows; row++)
            for (int gate = 0; gate < gates; gate++)
                gradients.Slice(row * _sizes.GateRow + _sizes.Order.Place(_sizes.Hidden, gate, gates), padding).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float From(Span<float> values, int row, int stride) => ref Unsafe.Add(ref MemoryMarshal.GetReference(values), (nint)row * stride);

    /// <summary>So many values of each of the units of the block that begins with <paramref name="unit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes<V> Of<V>(ref float values, nint unit, nint count, Flushing flushing = Flushing.None)
        where V : struct, IVector<V> => new(ref Unsafe.Add(ref values, unit * count), V.Count, flushing);

    /// <summary>The states of the units from <paramref name="unit"/> on, laid down [state][unit].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes<V> States<V>(ref float values, nint unit, nint padded, Flushing flushing = Flushing.None)
        where V : struct, IVector<V> => new(ref Unsafe.Add(ref values, unit), padded, flushing);
}
