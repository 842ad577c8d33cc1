namespace Elman;

/// <summary>e^x / Σ e^x along the innermost axis, or its logarithm: scores of C classes become shares, [.., C] → [.., C].</summary>
/// <param name="log">Whether the logarithms of the shares are wanted.</param>
public sealed class Softmax(bool log = false) : Module, IStreamable
{
    /// <summary>Whether the output holds the logarithms of the shares.</summary>
    public bool Log => log;

    /// <inheritdoc/>
    public override string Description => log ? "log softmax" : "softmax";

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
        return log ? input.LogSoftmax() : input.Softmax();
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
    public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace)
    {
        if (log) Tensor.LogSoftmaxRow(input, output[..input.Length]);
        else Tensor.SoftmaxRow(input, output[..input.Length]);
    }
}
