using Elman.Samples.RnnFromScratch;

namespace Elman.Samples.TrainedNetworks;

/// <summary>The many-to-many network written with layers: an <see cref="Rnn"/> and a <see cref="Linear"/> without biases.</summary>
public sealed class ManyToMany : Module
{
    private readonly Rnn _rnn;
    private readonly Linear _output;

    /// <summary>A network with the weights of the one written from tensor operations; layers store them transposed, [out, in].</summary>
    public ManyToMany(ManyToManyRnn scratch)
    {
        RandomStream random = new(0);
        (int inputSize, int hiddenSize, int outputSize) = (scratch.Cell.WInput.Shape[0], scratch.Cell.WInput.Shape[1], scratch.WOutput.Shape[1]);
        _rnn = AddChild("rnn", new Rnn(inputSize, hiddenSize, random, new RecurrentOptions { Bias = false }));
        _output = AddChild("output", new Linear(hiddenSize, outputSize, random, bias: false));
        Load(new Dictionary<string, Tensor>
        {
            ["rnn.weight_ih_l0"] = scratch.Cell.WInput.Transpose(),
            ["rnn.weight_hh_l0"] = scratch.Cell.WHidden.Transpose(),
            ["output.weight"] = scratch.WOutput.Transpose(),
        });
    }

    /// <summary>Outputs [N, L, O] and the state after the last step [N, H] of sequences [N, L, I] that start from h [N, H].</summary>
    public (Tensor Y, Tensor H) Forward(Tensor x, Tensor h)
    {
        (Tensor states, State final) = _rnn.Forward(x, new State(h.Reshape(1, h.Shape[0], h.Shape[1])));
        return (_output.Forward(states), final.Hidden.Select(0, 0));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => _output.Forward(_rnn.Forward(input, lengths));
}
