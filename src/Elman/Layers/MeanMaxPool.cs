namespace Elman;

/// <summary>
/// The mean and the maximum over the valid steps of each sequence, side by side: [N, L, F] → [N, 2·F]; padding never counts.
/// </summary>
public sealed class MeanMaxPool : Module
{
    private readonly StepPool _mean, _maximum;

    /// <summary>A pool; it has no weights.</summary>
    public MeanMaxPool() => (_mean, _maximum) = (AddChild("mean", new StepPool(isMaximum: false)), AddChild("max", new StepPool(isMaximum: true)));

    /// <inheritdoc/>
    public override string Description => "mean and maximum over the steps";

    /// <inheritdoc/>
    public override bool KeepsSteps => false;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N, L, F], or a length is not between 0 and L.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => Tensor.Concat(1, _mean.Forward(input, lengths), _maximum.Forward(input, lengths));
}
