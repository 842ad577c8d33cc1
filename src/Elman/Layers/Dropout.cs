using System.Globalization;

namespace Elman;

/// <summary>
/// During training, sets each value to 0 with a probability and divides the others by 1 − probability (Srivastava et al. 2014); otherwise
/// hands its input on. The mask follows from <see cref="Module.Train"/>'s seed and step.
/// </summary>
public sealed class Dropout : Module, IStreamable
{
    /// <summary>A dropout layer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability lies outside [0, 1).</exception>
    public Dropout(float probability)
    {
        Tensor.CheckProbability(probability);
        Probability = probability;
    }

    /// <summary>Share of the values that become 0.</summary>
    public float Probability { get; }

    /// <inheritdoc/>
    public override string Description => string.Create(CultureInfo.InvariantCulture, $"dropout {Probability}");

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
        return Probability > 0 && DropoutKey is { } key ? input.Dropout(Probability, key) : input;
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
    public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace) => input.CopyTo(output);
}
