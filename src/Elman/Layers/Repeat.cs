namespace Elman;

/// <summary>Says the same at every step: [N, F] → [N, count, F]. It stands between the half of a network that reads a sequence and the half that writes one.</summary>
public sealed class Repeat : Module
{
    /// <summary>A layer that makes sequences of <paramref name="count"/> steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is not positive.</exception>
    public Repeat(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
    }

    /// <summary>Steps of the output.</summary>
    public int Count { get; }

    /// <inheritdoc/>
    public override string Description => $"repeat {Count} times";

    /// <inheritdoc/>
    public override bool KeepsSteps => false;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N, F].</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 2) throw new ArgumentException($"Repeat: expects input [N, F], got {input.Shape}");
        AllocationLimit.Require(new Shape(input.Shape[0], Count, input.Shape[1]));
        return input.Reshape(input.Shape[0], 1, input.Shape[1]).Take(1, new int[Count]);
    }
}
