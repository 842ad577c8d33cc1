namespace Elman;

/// <summary>An activation function of every value alone: [..] → [..].</summary>
/// <param name="activation">The function.</param>
public sealed class Activate(Activation activation) : Module, IStreamable
{
    /// <summary>The function.</summary>
    public Activation Activation => activation;

    /// <inheritdoc/>
    public override string Description => $"activation {activation}";

    /// <inheritdoc/>
    public int? StepInputSize => null;

    /// <inheritdoc/>
    public int StateSize => 0;

    /// <inheritdoc/>
    public string? WhyNotStreamable => null;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        Tensor result = Tensor.Allocate(input.Shape);
        activation.Apply(input.Span, result.Writable());
        return Tensor.Record(result, [input], () => activation.AddGradient(input.Span, result.Span, result.GradientSpan(), input.GradientSpan()));
    }

    /// <inheritdoc/>
    public int StepOutputSize(int inputSize) => inputSize;

    /// <inheritdoc/>
    public int StepWorkspace(int inputSize) => 0;

    /// <inheritdoc/>
    public void InitializeState(Span<float> state)
    {
    }

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace) => activation.Apply(input, output);
}
