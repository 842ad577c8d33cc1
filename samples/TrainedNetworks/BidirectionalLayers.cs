using Elman.Samples.BidirectionalRnn;

namespace Elman.Samples.TrainedNetworks;

/// <summary>The bidirectional network written with layers: one bidirectional <see cref="Rnn"/>, whose outputs are aligned in time, and a <see cref="Linear"/> for each direction's half of them.</summary>
public sealed class BidirectionalLayers : Module
{
    private readonly Rnn _rnn;
    private readonly Linear _forwardOutput, _backwardOutput;

    /// <summary>A network with the weights of the one written from two cells.</summary>
    public BidirectionalLayers(BidirectionalRnn.BidirectionalRnn cells)
    {
        RandomStream random = new(0);
        Dictionary<string, Tensor> weights = cells.Parameters().ToDictionary(parameter => Renamed(parameter.Name), parameter => parameter.Value);
        Shape input = weights["rnn.weight_ih_l0"].Shape;
        _rnn = AddChild("rnn", new Rnn(input[1], input[0], random, new RecurrentOptions { Direction = Direction.Both }));
        _forwardOutput = AddChild("linear_forward", new Linear(input[0], input[0], random));
        _backwardOutput = AddChild("linear_backward", new Linear(input[0], input[0], random));
        Load(weights);
    }

    /// <summary>Outputs [N, L, 2·H] and final states [2, N, H] of sequences [N, L, I] that start from hidden [2, N, H].</summary>
    public (Tensor Outputs, Tensor Hidden) Forward(Tensor x, Tensor hidden)
    {
        (Tensor states, State final) = _rnn.Forward(x, new State(hidden));
        return (Outputs(states), final.Hidden);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => Outputs(_rnn.Forward(input, lengths));

    private Tensor Outputs(Tensor states) => Tensor.Concat(-1,
        _forwardOutput.Forward(states.Slice(-1, .._rnn.HiddenSize)), _backwardOutput.Forward(states.Slice(-1, _rnn.HiddenSize..)));

    /// <summary><c>cell_backward.weight_ih</c> is <c>rnn.weight_ih_l0_reverse</c>.</summary>
    private static string Renamed(string name) => name.Split('.') switch
    {
        ["cell_forward", string parameter] => $"rnn.{parameter}_l0",
        ["cell_backward", string parameter] => $"rnn.{parameter}_l0_reverse",
        _ => name,
    };
}
