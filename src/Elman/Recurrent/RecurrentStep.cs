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
    /// <summary>From the input products in <paramref name="gates"/> and the previous states to the next states.</summary>
    /// <param name="product">[rows, G·H padded], if the products are separate.</param>
    /// <param name="operand">[rows, H padded], if there are late gates.</param>
    /// <param name="previous">[rows, S·H padded]; may be <paramref name="next"/> itself.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(DirectionWeights weights, int rows, Span<float> gates, Span<float> product, Span<float> operand,
        Span<float> saved, Span<float> previous, Span<float> next)
    {
        UnitSizes sizes = weights.Sizes;
        int gateRow = sizes.GateRow, stateRow = sizes.StateRow, padded = sizes.Padded, early = sizes.EarlyRow;
        if (sizes.Separate)
            MatrixProduct.Multiply(rows, previous, stateRow, 1, weights.Recurrent, weights.RecurrentBias, 0, product, gateRow);
        else if (TUnit.Recurs)
            MatrixProduct.Multiply(rows, previous, stateRow, 1, weights.Recurrent, gates, gateRow, gates, gateRow);
        if (TUnit.LateGates > 0)
        {
            for (int row = 0; row < rows; row++)
            {
                for (int block = 0; block < sizes.Blocks; block++)
                {
                    TUnit.Operand(At(gates, row * gateRow, block * TUnit.Gates), At(product, row * gateRow, block * sizes.EarlyGates),
                        At(previous, row * stateRow, block, padded), At(operand, row * padded, block));
                }
            }
            MatrixProduct.Multiply(rows, operand, padded, 1, weights.Late, weights.RecurrentBias.AsSpan(early), 0, product[early..], gateRow);
        }
        int productGates = TUnit.LateGates > 0 ? TUnit.LateGates : TUnit.Gates, productFirst = TUnit.LateGates > 0 ? early : 0;
        for (int row = 0; row < rows; row++)
        {
            for (int block = 0; block < sizes.Blocks; block++)
            {
                TUnit.Forward(At(gates, row * gateRow, block * TUnit.Gates), At(product, row * gateRow + productFirst, block * productGates),
                    At(previous, row * stateRow, block, padded), At(next, row * stateRow, block, padded),
                    At(saved, row * sizes.SavedRow, block * TUnit.Saved));
            }
        }
    }

    /// <summary>From the gradient of the next states, in place, to that of the previous states; leaves the products' gradients in
    /// <paramref name="gates"/> and <paramref name="product"/>.</summary>
    /// <param name="operandGradient">[rows, H padded], scratch, if there are late gates.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(DirectionWeights weights, int rows, Span<float> gates, Span<float> product, Span<float> operandGradient,
        Span<float> saved, Span<float> previous, Span<float> gradient)
    {
        UnitSizes sizes = weights.Sizes;
        int gateRow = sizes.GateRow, stateRow = sizes.StateRow, padded = sizes.Padded, early = sizes.EarlyRow;
        int productGates = TUnit.LateGates > 0 ? TUnit.LateGates : TUnit.Gates, productFirst = TUnit.LateGates > 0 ? early : 0;
        for (int row = 0; row < rows; row++)
        {
            for (int block = 0; block < sizes.Blocks; block++)
            {
                TUnit.Backward(At(gates, row * gateRow, block * TUnit.Gates), At(product, row * gateRow + productFirst, block * productGates),
                    At(previous, row * stateRow, block, padded), At(saved, row * sizes.SavedRow, block * TUnit.Saved),
                    At(gradient, row * stateRow, block, padded));
            }
        }
        if (TUnit.LateGates > 0)
        {
            ClearPadding(sizes, rows, product[early..], TUnit.LateGates);
            MatrixProduct.Multiply(rows, product[early..], gateRow, 1, weights.LateBack, default, 0, operandGradient, padded);
            for (int row = 0; row < rows; row++)
            {
                for (int block = 0; block < sizes.Blocks; block++)
                {
                    TUnit.OperandBackward(At(gates, row * gateRow, block * TUnit.Gates), At(product, row * gateRow, block * sizes.EarlyGates),
                        At(previous, row * stateRow, block, padded), At(operandGradient, row * padded, block),
                        At(gradient, row * stateRow, block, padded));
                }
            }
        }
        ClearPadding(sizes, rows, gates, TUnit.Gates);
        if (sizes.Separate) ClearPadding(sizes, rows, product, sizes.EarlyGates);
        if (TUnit.Recurs)
            MatrixProduct.Multiply(rows, sizes.Separate ? product : gates, gateRow, 1, weights.RecurrentBack, gradient, stateRow, gradient, stateRow);
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

    /// <summary>The lanes from a vector on: consecutive vectors, or, with a stride, one vector of each state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes At(Span<float> values, int offset, int vector, int stride = 0) => new(
        ref Unsafe.Add(ref MemoryMarshal.GetReference(values), offset + vector * UnitSizes.Width), stride == 0 ? UnitSizes.Width : stride);
}
