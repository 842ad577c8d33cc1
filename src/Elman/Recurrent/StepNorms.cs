using System.Numerics.Tensors;

namespace Elman;

/// <summary>
/// The layer normalisations of one direction's steps: those of W x and of U h, gates that belong together in one group, and that of an LSTM's cell on its way
/// out. A row keeps x̂ of the input products, of the recurrent products, and of the cell, and then the factors of all groups.
/// </summary>
internal sealed class StepNorms
{
    /// <summary>Room for the factors of a row.</summary>
    public const int Factors = 16;

    private readonly UnitSizes _sizes;
    private readonly DirectionWeights _weights;
    private readonly GateNorm[] _input, _early, _late, _cell;

    /// <param name="apart">So many of the gates, the last ones, are normalised apart from the others.</param>
    public StepNorms(DirectionWeights weights, int apart)
    {
        (_weights, _sizes) = (weights, weights.Sizes);
        _input = Groups(_sizes.Gates, apart);
        _early = Groups(_sizes.EarlyGates, _sizes.LateGates > 0 ? 0 : apart);
        _late = Groups(_sizes.LateGates, 0);
        _cell = Groups(1, 0);
    }

    private int Early => _sizes.GateRow;

    private int Late => Early + _sizes.EarlyRow;

    private int Cell => 2 * _sizes.GateRow;

    /// <summary>The input products and the early gates' recurrent products.</summary>
    /// <param name="sums">Whether the unit sees their sum, in place of the input products.</param>
    public void Products(int rows, in StepRows at, bool sums)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<float> gates = Row(at.Gates, row, _sizes.GateRow), product = Row(at.Product, row, _sizes.GateRow), kept = Row(at.Normalized, row, _sizes.NormRow);
            Apply(_input, gates, kept, 0, 0, _weights.InputGain, _weights.InputShift);
            Apply(_early, product, kept, Early, 2, _weights.RecurrentGain, _weights.RecurrentShift);
            if (sums) TensorPrimitives.Add(gates, product, gates);
        }
    }

    /// <summary>The late gates' recurrent products.</summary>
    public void LateProducts(int rows, in StepRows at)
    {
        for (int row = 0; row < rows; row++)
        {
            Apply(_late, Row(at.Product, row, _sizes.GateRow)[_sizes.EarlyRow..], Row(at.Normalized, row, _sizes.NormRow), Late, 4,
                _weights.RecurrentGain.AsSpan(_sizes.EarlyRow), _weights.RecurrentShift.AsSpan(_sizes.EarlyRow));
        }
    }

    /// <summary>A row's cell, in place.</summary>
    public void CellRow(Span<float> cell, Span<float> kept) => Apply(_cell, cell, kept, Cell, 5, _weights.CellGain, _weights.CellShift);

    /// <summary>The derivative of <see cref="Products"/>, from the gradients that the unit has left.</summary>
    public void ProductsBackward(int rows, in StepRows at, bool sums)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<float> gates = Row(at.Gates, row, _sizes.GateRow), product = Row(at.Product, row, _sizes.GateRow);
            Span<float> kept = Row(at.Normalized, row, _sizes.NormRow), shifts = Row(at.Shifts, row, _sizes.ShiftRow);
            if (sums) gates.CopyTo(product);
            Differentiate(_input, gates, kept, shifts, 0, 0, _weights.InputGain);
            Differentiate(_early, product[.._sizes.EarlyRow], kept, shifts, Early, 2, _weights.RecurrentGain);
        }
    }

    /// <summary>The derivative of <see cref="LateProducts"/>.</summary>
    public void LateProductsBackward(int rows, in StepRows at)
    {
        for (int row = 0; row < rows; row++)
        {
            Differentiate(_late, Row(at.Product, row, _sizes.GateRow)[_sizes.EarlyRow..], Row(at.Normalized, row, _sizes.NormRow), Row(at.Shifts, row, _sizes.ShiftRow), Late, 4,
                _weights.RecurrentGain.AsSpan(_sizes.EarlyRow));
        }
    }

    /// <summary>The derivative of <see cref="CellRow"/>, in place.</summary>
    public void CellRowBackward(Span<float> gradient, Span<float> kept, Span<float> shifts) => Differentiate(_cell, gradient, kept, shifts, Cell, 5, _weights.CellGain);

    private static Span<float> Row(Span<float> values, int row, int size) => values.Slice(row * size, size);

    private GateNorm[] Groups(int gates, int apart) => gates == 0 ? [] : apart == 0 ? [new(_sizes.Hidden, gates, 0, gates)]
        : [new(_sizes.Hidden, gates, 0, gates - apart), new(_sizes.Hidden, gates, gates - apart, apart)];

    /// <param name="place">Where x̂ lies in a row of what is kept.</param>
    /// <param name="factor">The number of the first group's factor.</param>
    private void Apply(GateNorm[] groups, Span<float> values, Span<float> kept, int place, int factor, ReadOnlySpan<float> gain, ReadOnlySpan<float> shift)
    {
        for (int i = 0; i < groups.Length; i++) kept[Cell + _sizes.Padded + factor + i] = groups[i].Forward(values, kept[place..], gain, shift);
    }

    private void Differentiate(GateNorm[] groups, Span<float> gradient, Span<float> kept, Span<float> shifts, int place, int factor, ReadOnlySpan<float> gain)
    {
        gradient.CopyTo(shifts[place..]);
        for (int i = 0; i < groups.Length; i++) groups[i].Backward(gradient, kept[place..], gain, kept[Cell + _sizes.Padded + factor + i]);
    }
}
