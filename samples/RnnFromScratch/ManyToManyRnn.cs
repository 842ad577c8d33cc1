namespace Elman.Samples.RnnFromScratch;

/// <summary>A network that answers at every time step: y = h W_output, with the same weights at each.</summary>
/// <param name="inputSize">I.</param>
/// <param name="hiddenSize">H.</param>
/// <param name="outputSize">O.</param>
/// <param name="random">Where the first weights come from.</param>
public sealed class ManyToManyRnn(int inputSize, int hiddenSize, int outputSize, RandomStream random)
{
    /// <summary>What carries the state from step to step.</summary>
    public RnnCell Cell { get; } = new(inputSize, hiddenSize, random);

    /// <summary>What makes an output of a state [H, O].</summary>
    public Tensor WOutput { get; } = Weights.Random(random, hiddenSize, outputSize);

    /// <summary>Runs a batch of sequences.</summary>
    /// <param name="x">[N, L, I]</param>
    /// <param name="h">The state before the first step [N, H]; zeros if there is none.</param>
    /// <returns>The outputs [N, L, O] and the state after the last step [N, H].</returns>
    public (Tensor Y, Tensor H) Forward(Tensor x, Tensor? h = null)
    {
        Tensor[] y = new Tensor[x.Shape[1]];
        for (int t = 0; t < y.Length; t++)
        {
            h = Cell.Step(x.Select(1, t), h);
            y[t] = h.MatMul(WOutput);
        }
        return (Tensor.Stack(1, y), h!);
    }
}
