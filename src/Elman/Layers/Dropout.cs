namespace Elman;

/// <summary>
/// During training, sets each value to 0 with a probability and divides the others by 1 − probability (Srivastava et al. 2014); otherwise
/// hands its input on. The mask follows from <see cref="Module.Train"/>'s seed and step.
/// </summary>
public sealed class Dropout : Module
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
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Training && Probability > 0 ? input.Dropout(Probability, DropoutKey) : input;
    }
}
