using System.Buffers;
using System.Globalization;

namespace Elman;

/// <summary>A learned vector for each of C classes: indices [..] → [.., dimension].</summary>
public sealed class Embedding : Module, IStreamable
{
    /// <summary>An embedding with vectors from the standard normal distribution, as PyTorch draws them.</summary>
    /// <param name="classes">C, the size of the vocabulary.</param>
    /// <param name="dimension">Size of each vector.</param>
    /// <param name="random">Where the initial values come from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public Embedding(int classes, int dimension, RandomStream random)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        Weight = AddParameter("weight", Tensor.Normal(random, classes, dimension));
    }

    /// <summary>The vectors [C, dimension].</summary>
    public Tensor Weight { get; }

    /// <summary>C.</summary>
    public int Classes => Weight.Shape[0];

    /// <summary>Size of each vector.</summary>
    public int Dimension => Weight.Shape[1];

    /// <inheritdoc/>
    public override string Description => $"embedding {Classes} → {Dimension}";

    /// <summary>1, the class.</summary>
    public int? StepInputSize => 1;

    /// <inheritdoc/>
    public int StateSize => 0;

    /// <inheritdoc/>
    public string? WhyNotStreamable => null;

    /// <summary>The vectors of some classes.</summary>
    /// <param name="indices">Classes, 0 … C−1, in row-major order.</param>
    /// <param name="shape">The shape of the indices; [number of indices] if empty.</param>
    /// <returns>[shape.., dimension]</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index is no class.</exception>
    /// <exception cref="ArgumentException">The number of indices is not that of the shape.</exception>
    public Tensor Forward(ReadOnlySpan<int> indices, params ReadOnlySpan<int> shape)
    {
        for (int i = 0; i < indices.Length; i++)
            if ((uint)indices[i] >= (uint)Classes) throw OutOfRange(indices[i], i);
        Tensor rows = Weight.Take(0, indices);
        return shape.IsEmpty ? rows : rows.Reshape([.. shape, Dimension]);
    }

    /// <summary>The vectors of the classes that the elements of <paramref name="input"/>, whole numbers, stand for: [N, L] → [N, L, dimension].</summary>
    /// <param name="input">Classes, 0 … C−1.</param>
    /// <param name="lengths">Ignored.</param>
    /// <exception cref="ArgumentOutOfRangeException">An element is no class.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ReadOnlySpan<float> values = input.Span;
        int[] indices = ArrayPool<int>.Shared.Rent(values.Length);
        for (int i = 0; i < values.Length; i++) indices[i] = Index(values[i], i);
        Tensor rows = Weight.Take(0, indices.AsSpan(0, values.Length));
        ArrayPool<int>.Shared.Return(indices);
        return rows.Reshape([.. input.Shape.Extents, Dimension]);
    }

    /// <inheritdoc/>
    public int StepOutputSize(int inputSize) => inputSize == 1 ? Dimension
        : throw new ArgumentException($"Embedding takes one class per step, it cannot follow an output of size {inputSize}");

    /// <inheritdoc/>
    public int StepWorkspace(int inputSize) => 0;

    /// <inheritdoc/>
    public void InitializeState(Span<float> state)
    {
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The number is no class.</exception>
    public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace) =>
        Weight.Span.Slice(Index(input[0], 0) * Dimension, Dimension).CopyTo(output);

    /// <summary>The class that a number stands for.</summary>
    private int Index(float value, int position)
    {
        int index = (int)value;
        return index == value && (uint)index < (uint)Classes ? index : throw OutOfRange(value, position);
    }

    private ArgumentOutOfRangeException OutOfRange(float index, int position) =>
        new(nameof(index), string.Create(CultureInfo.InvariantCulture, $"Embedding: {index} at position {position} is not one of the {Classes} classes 0 … {Classes - 1}"));
}
