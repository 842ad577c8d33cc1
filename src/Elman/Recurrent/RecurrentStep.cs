using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// One time step of a few rows, forward and backward: the recurrent products, then the unit. The loop over time and the streams call it.
/// All spans begin at the first of the rows; row strides are those of <see cref="UnitSizes"/>.
/// </summary>
internal static class RecurrentStep<TUnit>
    where TUnit : struct, IRecurrentUnit
{
    /// <summary>Gates whose products the unit's forward and backward find in <c>product</c>.</summary>
    private static int ProductGates => TUnit.LateGates > 0 ? TUnit.LateGates : TUnit.Gates;

    /// <summary>Whether threads can share the units of a step: not if an operand of all units stands between two products.</summary>
    public static bool Splits => TUnit.Recurs && TUnit.LateGates == 0;

    /// <summary>From the input products in <paramref name="gates"/> and the previous states to the next states.</summary>
    /// <param name="product">[rows, G·H padded], if the products are separate.</param>
    /// <param name="operand">[rows, H padded], if there are late gates.</param>
    /// <param name="previous">[rows, S·H padded]; may be <paramref name="next"/> itself.</param>
    public static void Forward(DirectionWeights weights, int rows, Span<float> gates, Span<float> product, Span<float> operand,
        Span<float> saved, Span<float> previous, Span<float> next)
    {
        UnitSizes sizes = weights.Sizes;
        (int, int) all = (0, sizes.Blocks);
        if (TUnit.LateGates > 0)
        {
            MatrixProduct.Multiply(rows, previous, sizes.StateRow, 1, weights.Recurrent, weights.RecurrentBias, 0, product, sizes.GateRow);
            for (int row = 0; row < rows; row++)
            {
                Operand(sizes, ref From(gates, row, sizes.GateRow), ref From(product, row, sizes.GateRow), ref From(previous, row, sizes.StateRow),
                    ref From(operand, row, sizes.Padded));
            }
            product = product[sizes.EarlyRow..];
            MatrixProduct.Multiply(rows, operand, sizes.Padded, 1, weights.Late, weights.RecurrentBias.AsSpan(sizes.EarlyRow), 0, product, sizes.GateRow);
            Units(sizes, all, rows, gates, product, saved, previous, next);
        }
        else
        {
            ForwardPart(weights, all, rows, previous, sizes.StateRow, gates, product, saved, previous, next);
        }
    }

    /// <summary>The same for some blocks of units. The recurrent products see the previous h of all units, as <paramref name="hidden"/>.</summary>
    /// <param name="hidden">[rows, H], rows <paramref name="hiddenRow"/> apart.</param>
    public static void ForwardPart(DirectionWeights weights, (int, int) blocks, int rows, ReadOnlySpan<float> hidden, int hiddenRow, Span<float> gates,
        Span<float> product, Span<float> saved, Span<float> previous, Span<float> next)
    {
        UnitSizes sizes = weights.Sizes;
        Span<float> sums = TUnit.SeparateProduct ? product : gates;
        if (TUnit.Recurs)
        {
            (int first, int end) = UnitSizes.Panels(blocks, TUnit.Gates);
            if (TUnit.SeparateProduct) MatrixProduct.Multiply(rows, hidden, hiddenRow, 1, weights.Recurrent, weights.RecurrentBias, 0, sums, sizes.GateRow, first, end);
            else MatrixProduct.Multiply(rows, hidden, hiddenRow, 1, weights.Recurrent, sums, sizes.GateRow, sums, sizes.GateRow, first, end);
        }
        Units(sizes, blocks, rows, gates, product, saved, previous, next);
    }

    /// <summary>One row, in place, with products that begin in <paramref name="gates"/>: a stream's step.</summary>
    public static void ForwardRow(DirectionWeights weights, Span<float> gates, Span<float> product, Span<float> saved, Span<float> states)
    {
        UnitSizes sizes = weights.Sizes;
        ref float hidden = ref MemoryMarshal.GetReference(states), sums = ref MemoryMarshal.GetReference(TUnit.SeparateProduct ? product : gates);
        if (TUnit.Recurs)
            MatrixProduct.MultiplyRow(ref hidden, weights.Recurrent, ref TUnit.SeparateProduct ? ref MemoryMarshal.GetArrayDataReference(weights.RecurrentBias) : ref sums, ref sums);
        Unit(sizes, (0, sizes.Blocks), ref MemoryMarshal.GetReference(gates), ref MemoryMarshal.GetReference(product), ref hidden, ref hidden, ref MemoryMarshal.GetReference(saved));
    }

    /// <summary>From the gradient of the next states, in place, to that of the previous states; leaves the products' gradients in
    /// <paramref name="gates"/> and <paramref name="product"/>.</summary>
    /// <param name="operandGradient">[rows, H padded], scratch, if there are late gates.</param>
    public static void Backward(DirectionWeights weights, int rows, Span<float> gates, Span<float> product, Span<float> operandGradient,
        Span<float> saved, Span<float> previous, Span<float> gradient)
    {
        UnitSizes sizes = weights.Sizes;
        (int, int) all = (0, sizes.Blocks);
        if (TUnit.LateGates > 0)
        {
            Span<float> late = product[sizes.EarlyRow..];
            UnitsBackward(sizes, all, rows, gates, late, saved, previous, gradient);
            ClearPadding(sizes, rows, late, TUnit.LateGates);
            MatrixProduct.Multiply(rows, late, sizes.GateRow, 1, weights.LateBack, default, 0, operandGradient, sizes.Padded);
            for (int row = 0; row < rows; row++)
            {
                OperandBackward(sizes, ref From(gates, row, sizes.GateRow), ref From(product, row, sizes.GateRow), ref From(previous, row, sizes.StateRow),
                    ref From(operandGradient, row, sizes.Padded), ref From(gradient, row, sizes.StateRow));
            }
            ClearPadding(sizes, rows, gates, TUnit.Gates);
            ClearPadding(sizes, rows, product, sizes.EarlyGates);
        }
        else
        {
            BackwardUnits(weights, all, rows, gates, product, saved, previous, gradient);
        }
        BackwardProduct(weights, all, rows, gates, product, gradient);
    }

    /// <summary>The first half of <see cref="Backward"/> for some blocks of units of a cell that <see cref="Splits"/>: the gradients of their products.</summary>
    public static void BackwardUnits(DirectionWeights weights, (int First, int End) blocks, int rows, Span<float> gates, Span<float> product,
        Span<float> saved, Span<float> previous, Span<float> gradient)
    {
        UnitSizes sizes = weights.Sizes;
        UnitsBackward(sizes, blocks, rows, gates, product, saved, previous, gradient);
        if (blocks.End < sizes.Blocks) return;
        ClearPadding(sizes, rows, gates, TUnit.Gates);
        if (TUnit.SeparateProduct) ClearPadding(sizes, rows, product, TUnit.Gates);
    }

    /// <summary>The second half: what the gradients of all products add to that of the previous h of some blocks.</summary>
    public static void BackwardProduct(DirectionWeights weights, (int, int) blocks, int rows, Span<float> gates, Span<float> product, Span<float> gradient)
    {
        if (!TUnit.Recurs) return;
        UnitSizes sizes = weights.Sizes;
        (int first, int end) = UnitSizes.Panels(blocks, 1);
        MatrixProduct.Multiply(rows, sizes.Separate ? product : gates, sizes.GateRow, 1, weights.RecurrentBack, gradient, sizes.StateRow, gradient, sizes.StateRow, first, end);
    }

    private static void Units(UnitSizes sizes, (int, int) blocks, int rows, Span<float> gates, Span<float> product, Span<float> saved, Span<float> previous, Span<float> next)
    {
        for (int row = 0; row < rows; row++)
        {
            Unit(sizes, blocks, ref From(gates, row, sizes.GateRow), ref From(product, row, sizes.GateRow), ref From(previous, row, sizes.StateRow),
                ref From(next, row, sizes.StateRow), ref From(saved, row, sizes.SavedRow));
        }
    }

    private static void UnitsBackward(UnitSizes sizes, (int, int) blocks, int rows, Span<float> gates, Span<float> product, Span<float> saved, Span<float> previous, Span<float> gradient)
    {
        for (int row = 0; row < rows; row++)
        {
            UnitBackward(sizes, blocks, ref From(gates, row, sizes.GateRow), ref From(product, row, sizes.GateRow), ref From(previous, row, sizes.StateRow),
                ref From(saved, row, sizes.SavedRow), ref From(gradient, row, sizes.StateRow));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Unit(UnitSizes sizes, (int First, int End) blocks, ref float gates, ref float product, ref float previous, ref float next, ref float saved)
    {
        int width = UnitSizes.Width, padded = sizes.Padded, end = blocks.End * width;
        for (int unit = blocks.First * width; unit < end; unit += width)
        {
            TUnit.Forward(At(ref gates, unit * TUnit.Gates, width), At(ref product, unit * ProductGates, width), At(ref previous, unit, padded),
                At(ref next, unit, padded), At(ref saved, unit * TUnit.Saved, width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void UnitBackward(UnitSizes sizes, (int First, int End) blocks, ref float gates, ref float product, ref float previous, ref float saved, ref float gradient)
    {
        int width = UnitSizes.Width, padded = sizes.Padded, end = blocks.End * width;
        for (int unit = blocks.First * width; unit < end; unit += width)
        {
            TUnit.Backward(At(ref gates, unit * TUnit.Gates, width), At(ref product, unit * ProductGates, width), At(ref previous, unit, padded),
                At(ref saved, unit * TUnit.Saved, width), At(ref gradient, unit, padded));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Operand(UnitSizes sizes, ref float gates, ref float product, ref float previous, ref float operand)
    {
        int width = UnitSizes.Width, padded = sizes.Padded, early = sizes.EarlyGates;
        for (int unit = 0; unit < padded; unit += width)
            TUnit.Operand(At(ref gates, unit * TUnit.Gates, width), At(ref product, unit * early, width), At(ref previous, unit, padded), At(ref operand, unit, width));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void OperandBackward(UnitSizes sizes, ref float gates, ref float product, ref float previous, ref float operandGradient, ref float gradient)
    {
        int width = UnitSizes.Width, padded = sizes.Padded, early = sizes.EarlyGates;
        for (int unit = 0; unit < padded; unit += width)
        {
            TUnit.OperandBackward(At(ref gates, unit * TUnit.Gates, width), At(ref product, unit * early, width), At(ref previous, unit, padded),
                At(ref operandGradient, unit, width), At(ref gradient, unit, padded));
        }
    }

    /// <summary>
    /// Zeros the gradients of the units beyond H. Those units compute with zeros, and what they make of them may be NaN, which even a product with
    /// a weight of zero would hand on.
    /// </summary>
    private static void ClearPadding(UnitSizes sizes, int rows, Span<float> gradients, int gates)
    {
        int width = UnitSizes.Width, padding = sizes.Padded - sizes.Hidden;
        if (padding == 0) return;
        for (int row = 0; row < rows; row++)
            for (int gate = 1; gate <= gates; gate++)
                gradients.Slice(row * sizes.GateRow + ((sizes.Blocks - 1) * gates + gate) * width - padding, padding).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float From(Span<float> values, int row, int stride) => ref Unsafe.Add(ref MemoryMarshal.GetReference(values), (nint)row * stride);

    /// <summary>The lanes from an offset on: vectors a width apart, or a state apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes At(ref float values, nint offset, nint stride) => new(ref Unsafe.Add(ref values, offset), stride);
}
