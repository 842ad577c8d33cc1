namespace Elman;

/// <summary>
/// A mean of the valid steps of each sequence whose weights are learned: a_t = softmax_t(v·tanh(W h_t + b)), c = Σ a_t h_t: [N, L, F] → [N,
/// F] (Yang et al. 2016, section 2.2).
/// Padding never counts; a sequence of no steps gives zeros.
/// </summary>
public sealed class AttentionPool : Module
{
    private readonly Linear _hidden, _score;

    /// <summary>A pool with fresh random weights.</summary>
    /// <param name="size">F.</param>
    /// <param name="random">Where the first weights come from.</param>
    public AttentionPool(int size, RandomStream random)
    {
        _hidden = AddChild("hidden", new Linear(size, size, random));
        _score = AddChild("score", new Linear(size, 1, random, bias: false));
    }

    /// <inheritdoc/>
    public override string Description => "attention over the steps";

    /// <inheritdoc/>
    public override bool KeepsSteps => false;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N, L, F], or a length is not between 0 and L.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        Tensor weights = Weights(input, lengths);
        return weights.Reshape(input.Shape[0], 1, input.Shape[1]).MatMul(input).Reshape(input.Shape[0], input.Shape[2]);
    }

    /// <summary>a [N, L]: how much each step counts; 0 past a sequence's end.</summary>
    /// <param name="input">[N, L, F]</param>
    /// <param name="lengths">Valid steps of each sequence [N]; empty if all are L.</param>
    public Tensor Weights(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 3) throw new ArgumentException($"AttentionPool: expects input [N, L, F], got {input.Shape}");
        (int rows, int steps) = (input.Shape[0], input.Shape[1]);
        int[] ends = LastStep.Ends(rows, steps, lengths);
        float[] valid = new float[rows * steps], padding = new float[rows * steps];
        for (int row = 0; row < rows; row++)
        {
            valid.AsSpan(row * steps, ends[row]).Fill(1);
            // A sequence of no steps is not masked, so that its softmax is defined; its weights become 0 afterwards.
            if (ends[row] > 0) padding.AsSpan(row * steps + ends[row], steps - ends[row]).Fill(1);
        }
        Tensor scores = _score.Forward(_hidden.Forward(input).Tanh()).Reshape(rows, steps).MaskedFill(Tensor.From(padding, rows, steps), float.NegativeInfinity);
        return scores.Softmax() * Tensor.From(valid, rows, steps);
    }
}
