namespace Elman.Samples.BidirectionalRnn;

/// <summary>In which order the outputs of the backward direction are joined to those of the forward one.</summary>
public enum BackwardOrder
{
    /// <summary>Output t of both directions has seen x at time t: what every library does.</summary>
    Aligned,

    /// <summary>As they came about, the article's order: backward output j has just seen x at time L − 1 − j.</summary>
    AsProduced,
}

/// <summary>
/// Two cells, one of which reads the sequence from its end, and a linear map of each one's states: at every step the output knows
/// what was before and what comes after.
/// </summary>
public sealed class BidirectionalRnn : Module
{
    private readonly RnnCell _forward, _backward;
    private readonly Linear _forwardOutput, _backwardOutput;

    /// <summary>A network with fresh random weights.</summary>
    /// <param name="inputSize">I.</param>
    /// <param name="hiddenSize">H, also the size of each direction's output.</param>
    /// <param name="random">Where the first weights come from.</param>
    public BidirectionalRnn(int inputSize, int hiddenSize, RandomStream random)
    {
        _forward = AddChild("cell_forward", new RnnCell(inputSize, hiddenSize, random));
        _backward = AddChild("cell_backward", new RnnCell(inputSize, hiddenSize, random));
        _forwardOutput = AddChild("linear_forward", new Linear(hiddenSize, hiddenSize, random));
        _backwardOutput = AddChild("linear_backward", new Linear(hiddenSize, hiddenSize, random));
    }

    /// <summary>Runs a batch of sequences.</summary>
    /// <param name="x">[N, L, I]</param>
    /// <param name="hidden">The state before the first step of each direction [2, N, H].</param>
    /// <param name="order">The order of the backward outputs.</param>
    /// <returns>Outputs [N, L, 2·H], forward then backward, and the states after the last step of each direction [2, N, H].</returns>
    public (Tensor Outputs, Tensor Hidden) Forward(Tensor x, Tensor hidden, BackwardOrder order = BackwardOrder.Aligned)
    {
        int length = x.Shape[1];
        Tensor ahead = hidden.Select(0, 0), back = hidden.Select(0, 1);
        Tensor[] forward = new Tensor[length], backward = new Tensor[length];
        for (int t = 0; t < length; t++)
        {
            ahead = _forward.Step(x.Select(1, t), ahead)[0];
            back = _backward.Step(x.Select(1, ^(t + 1)), back)[0];
            forward[t] = _forwardOutput.Forward(ahead);
            backward[t] = _backwardOutput.Forward(back);
        }
        if (order == BackwardOrder.Aligned) Array.Reverse(backward);
        return (Tensor.Concat(-1, Tensor.Stack(1, forward), Tensor.Stack(1, backward)), Tensor.Stack(0, ahead, back));
    }

    /// <summary>The outputs, aligned, from states of zero.</summary>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) =>
        Forward(input, Tensor.Zeros(2, input.Shape[0], _forward.HiddenSize)).Outputs;
}
