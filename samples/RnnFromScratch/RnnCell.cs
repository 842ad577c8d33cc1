namespace Elman.Samples.RnnFromScratch;

/// <summary>The cell of Elman's network without biases: h' = tanh(h W_hidden + x W_input).</summary>
/// <param name="inputSize">I.</param>
/// <param name="hiddenSize">H.</param>
/// <param name="random">Where the first weights come from.</param>
public sealed class RnnCell(int inputSize, int hiddenSize, RandomStream random)
{
    /// <summary>What the state before contributes [H, H].</summary>
    public Tensor WHidden { get; } = Weights.Random(random, hiddenSize, hiddenSize);

    /// <summary>What the input contributes [I, H].</summary>
    public Tensor WInput { get; } = Weights.Random(random, inputSize, hiddenSize);

    /// <summary>One time step: x [N, I] and h [N, H], zeros if there is none yet, give the next h [N, H].</summary>
    public Tensor Step(Tensor x, Tensor? h = null)
    {
        h ??= Tensor.Zeros(x.Shape[0], hiddenSize);
        return (h.MatMul(WHidden) + x.MatMul(WInput)).Tanh();
    }
}
