namespace Elman;

/// <summary>
/// What labels sequences: layers that make vectors of time steps, a recurrent encoder, and a linear head on what the encoder pools, or on
/// every step.
/// </summary>
internal sealed class SequenceNet : Module
{
    private readonly SequenceInput _input;
    private readonly Module _front;
    private readonly SequenceEncoder _encoder;
    private readonly Linear _head;

    public SequenceNet(SequenceInput input, EncoderOptions encoder, int outputs, RandomStream random)
    {
        _input = input;
        _front = AddChild("front", input.Front(random));
        _encoder = AddChild("encoder", new SequenceEncoder(input.StepSize, encoder, random));
        _head = AddChild("head", new Linear(_encoder.OutputSize, outputs, random));
    }

    public override bool KeepsSteps => _encoder.KeepsSteps;

    public override string Description => "front, encoder, head";

    /// <summary>[N, L, I] → [N, O], or [N, L, O].</summary>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) =>
        _head.Forward(_encoder.Forward(_front.Forward(input, lengths), lengths), KeepsSteps ? lengths : default);

    /// <summary>The scores of a sequence that comes step by step.</summary>
    /// <exception cref="ElmanException">The net needs the whole sequence.</exception>
    public SequenceStream OpenSequence() => new(_input, _front, _encoder, _head);

    /// <summary>[N, O] of N sequences, or [N, L, O].</summary>
    public Tensor Forward(IReadOnlyList<Sequence> batch)
    {
        (Tensor steps, int[] lengths) = _input.Forward(_front, batch);
        return _head.Forward(_encoder.Forward(steps, lengths));
    }
}
