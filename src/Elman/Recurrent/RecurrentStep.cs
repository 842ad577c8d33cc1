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

    /// <summary>From the input products in <paramref name="gates"/> and the previous states to the next states.</summary>
    /// <param name="product">[rows, G·H padded], if the products are separate.</param>
    /// <param name="operand">[rows, H padded], if there are late gates.</param>
    /// <param name="previous">[rows, S·H padded]; may be <paramref name="next"/> itself.</param>
    public static void Forward(DirectionWeights weights, int rows, Span<float> gates, Span<float> product, Span<float> operand,
        Span<float> saved, Span<float> previous, Span<float> next)
    {
        UnitSizes sizes = weights.Sizes;
        bool separate = TUnit.SeparateProduct || TUnit.LateGates > 0;
        if (TUnit.Recurs && rows == 1)
        {
            ref float to = ref MemoryMarshal.GetReference(separate ? product : gates);
            MatrixProduct.MultiplyRow(ref MemoryMarshal.GetReference(previous), weights.Recurrent,
                ref separate ? ref MemoryMarshal.GetArrayDataReference(weights.RecurrentBias) : ref to, ref to);
        }
        else if (separate)
            MatrixProduct.Multiply(rows, previous, sizes.StateRow, 1, weights.Recurrent, weights.RecurrentBias, 0, product, sizes.GateRow);
        else if (TUnit.Recurs)
            MatrixProduct.Multiply(rows, previous, sizes.StateRow, 1, weights.Recurrent, gates, sizes.GateRow, gates, sizes.GateRow);
        Span<float> lateProduct = product;
        if (TUnit.LateGates > 0)
        {
            for (int row = 0; row < rows; row++) Operand(sizes, ref From(gates, row, sizes.GateRow), ref From(product, row, sizes.GateRow), ref From(previous, row, sizes.StateRow), ref From(operand, row, sizes.Padded));
            lateProduct = product[sizes.EarlyRow..];
            MatrixProduct.Multiply(rows, operand, sizes.Padded, 1, weights.Late, weights.RecurrentBias.AsSpan(sizes.EarlyRow), 0, lateProduct, sizes.GateRow);
        }
        for (int row = 0; row < rows; row++)
        {
            Unit(sizes, ref From(gates, row, sizes.GateRow), ref From(lateProduct, row, sizes.GateRow), ref From(previous, row, sizes.StateRow),
                ref From(next, row, sizes.StateRow), ref From(saved, row, sizes.SavedRow));
        }
    }

    /// <summary>From the gradient of the next states, in place, to that of the previous states; leaves the products' gradients in
    /// <paramref name="gates"/> and <paramref name="product"/>.</summary>
    /// <param name="operandGradient">[rows, H padded], scratch, if there are late gates.</param>
    public static void Backward(DirectionWeights weights, int rows, Span<float> gates, Span<float> product, Span<float> operandGradient,
        Span<float> saved, Span<float> previous, Span<float> gradient)
    {
        UnitSizes sizes = weights.Sizes;
        Span<float> lateProduct = TUnit.LateGates > 0 ? product[sizes.EarlyRow..] : product;
        for (int row = 0; row < rows; row++)
        {
            UnitBackward(sizes, ref From(gates, row, sizes.GateRow), ref From(lateProduct, row, sizes.GateRow), ref From(previous, row, sizes.StateRow),
                ref From(saved, row, sizes.SavedRow), ref From(gradient, row, sizes.StateRow));
        }
        if (TUnit.LateGates > 0)
        {
            ClearPadding(sizes, rows, lateProduct, TUnit.LateGates);
            MatrixProduct.Multiply(rows, lateProduct, sizes.GateRow, 1, weights.LateBack, default, 0, operandGradient, sizes.Padded);
            for (int row = 0; row < rows; row++)
            {
                OperandBackward(sizes, ref From(gates, row, sizes.GateRow), ref From(product, row, sizes.GateRow), ref From(previous, row, sizes.StateRow),
                    ref From(operandGradient, row, sizes.Padded), ref From(gradient, row, sizes.StateRow));
            }
        }
        ClearPadding(sizes, rows, gates, TUnit.Gates);
        if (sizes.Separate) ClearPadding(sizes, rows, product, sizes.EarlyGates);
        if (TUnit.Recurs)
            MatrixProduct.Multiply(rows, sizes.Separate ? product : gates, sizes.GateRow, 1, weights.RecurrentBack, gradient, sizes.StateRow, gradient, sizes.StateRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unit(UnitSizes sizes, ref float gates, ref float product, ref float previous, ref float next, ref float saved)
    {
        int width = UnitSizes.Width, padded = sizes.Padded;
        for (int unit = 0; unit < padded; unit += width)
        {
            TUnit.Forward(At(ref gates, unit * TUnit.Gates, width), At(ref product, unit * ProductGates, width), At(ref previous, unit, padded),
                At(ref next, unit, padded), At(ref saved, unit * TUnit.Saved, width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UnitBackward(UnitSizes sizes, ref float gates, ref float product, ref float previous, ref float saved, ref float gradient)
    {
        int width = UnitSizes.Width, padded = sizes.Padded;
        for (int unit = 0; unit < padded; unit += width)
        {
            TUnit.Backward(At(ref gates, unit * TUnit.Gates, width), At(ref product, unit * ProductGates, width), At(ref previous, unit, padded),
                At(ref saved, unit * TUnit.Saved, width), At(ref gradient, unit, padded));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Operand(UnitSizes sizes, ref float gates, ref float product, ref float previous, ref float operand)
    {
        int width = UnitSizes.Width, padded = sizes.Padded, early = sizes.EarlyGates;
        for (int unit = 0; unit < padded; unit += width)
            TUnit.Operand(At(ref gates, unit * TUnit.Gates, width), At(ref product, unit * early, width), At(ref previous, unit, padded), At(ref operand, unit, width));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
