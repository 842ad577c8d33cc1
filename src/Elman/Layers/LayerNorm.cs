using System.Globalization;
using System.Numerics.Tensors;

namespace Elman;

/// <summary>
/// Layer normalisation (Ba, Kiros, Hinton 2016) along the innermost axis: y = (x − mean) / √(variance + ε) · weight + bias, [.., H] → [.., H].
/// </summary>
public sealed class LayerNorm : Module, IStreamable
{
    /// <summary>A layer with weights of 1 and biases of 0.</summary>
    /// <param name="size">H.</param>
    /// <param name="epsilon">ε, which keeps constant rows from a division by zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive.</exception>
    public LayerNorm(int size, float epsilon = 1e-5f)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        Epsilon = epsilon;
        Weight = AddParameter("weight", Tensor.Ones(size));
        Bias = AddParameter("bias", Tensor.Zeros(size));
    }

    /// <summary>[H]</summary>
    public Tensor Weight { get; }

    /// <summary>[H]</summary>
    public Tensor Bias { get; }

    /// <summary>ε.</summary>
    public float Epsilon { get; }

    /// <summary>H.</summary>
    public int Size => Weight.Count;

    /// <inheritdoc/>
    public override string Description => string.Create(CultureInfo.InvariantCulture, $"layer norm {Size}, epsilon {Epsilon}");

    /// <inheritdoc/>
    public int? StepInputSize => Size;

    /// <inheritdoc/>
    public int StateSize => 0;

    /// <inheritdoc/>
    public string? WhyNotStreamable => null;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The innermost axis of <paramref name="input"/> is not H.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank == 0 || input.Shape[^1] != Size)
            throw new ArgumentException($"LayerNorm: input of shape {input.Shape}; the innermost axis must be {Size}");
        return input.LayerNorm(Epsilon) * Weight + Bias;
    }

    /// <inheritdoc/>
    public int StepOutputSize(int inputSize) => inputSize == Size ? Size
        : throw new ArgumentException($"LayerNorm of size {Size} cannot follow an output of size {inputSize}");

    /// <inheritdoc/>
    public int StepWorkspace(int inputSize) => 0;

    /// <inheritdoc/>
    public void InitializeState(Span<float> state)
    {
    }

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace)
    {
        output = output[..Size];
        Tensor.NormalizeRow(input, output, Epsilon);
        TensorPrimitives.Multiply(output, Weight.Span, output);
        TensorPrimitives.Add(output, Bias.Span, output);
    }
}
