using Elman.Tests.Tensors;

namespace Elman.Tests.Layers;

public class LastStepTests
{
    [Fact]
    public void The_last_valid_step_of_every_sequence_is_kept()
    {
        Tensor x = Tensor.From([1f, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18], 3, 3, 2);
        Assert.Equal([5, 6, 11, 12, 17, 18], new LastStep().Forward(x).Span.ToArray());
        Assert.Equal([3, 4, 0, 0, 17, 18], new LastStep().Forward(x, [2, 0, 3]).Span.ToArray());
        Assert.Equal(new Shape(3, 2), new LastStep().Forward(x).Shape);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 4)]
    public void It_is_the_final_state_of_the_layer_before(bool both, int reversed)
    {
        Lstm layer = new(3, 4, new RandomStream(1), new RecurrentOptions { Direction = both ? Direction.Both : Direction.Forward });
        Tensor x = Some.Tensor(5, 6, 3);
        int[] lengths = [6, 1, 0, 4, 6];
        (Tensor output, State final) = layer.Forward(x, null, lengths);
        Tensor last = new LastStep(reversed).Forward(output, lengths);
        Tensor expected = both ? Tensor.Concat(1, final.Hidden.Select(0, 0), final.Hidden.Select(0, 1)) : final.Hidden.Select(0, 0);
        Assert.Equal(expected.Shape, last.Shape);
        Assert.Equal(expected.Span.ToArray(), last.Span.ToArray());
    }

    [Fact]
    public void Gradients_flow_to_the_steps_that_were_kept()
    {
        FiniteDifferences.Check(inputs => new LastStep().Forward(inputs[0], [4, 0, 2]), Some.Tensor(3, 4, 5));
        FiniteDifferences.Check(inputs => new LastStep(3).Forward(inputs[0], [4, 0, 2]), Some.Tensor(3, 4, 5));
    }

    [Fact]
    public void After_it_the_lengths_no_longer_apply()
    {
        RandomStream random = new(1);
        Lstm reader = new(3, 4, random), writer = new(4, 5, random);
        Sequential model = new(new Sequential(reader, new LastStep(), new Repeat(2)), writer);
        Tensor x = Some.Tensor(2, 6, 3);
        Tensor expected = writer.Forward(new Repeat(2).Forward(new LastStep().Forward(reader.Forward(x, [1, 6]), [1, 6])));
        Assert.Equal(expected.Span.ToArray(), model.Forward(x, [1, 6]).Span.ToArray());
        Assert.False(model.KeepsSteps);
    }

    [Fact]
    public void In_a_stream_every_step_is_the_last_so_far()
    {
        Sequential model = new(new Gru(3, 4, new RandomStream(1)), new LastStep(), new Linear(4, 2, new RandomStream(2)));
        Tensor x = Some.Tensor(1, 6, 3);
        RecurrentStream stream = model.OpenStream();
        for (int time = 0; time < 6; time++)
            Assert.Equal(model.Forward(x.Slice(1, ..(time + 1))).Span.ToArray(), stream.Step(x.Span.Slice(3 * time, 3)).ToArray());
        Assert.StartsWith("no stream: last step of a backward direction", Assert.Throws<InvalidOperationException>(() => new LastStep(4).OpenStream()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_inputs_are_named()
    {
        Says("LastStep: expects input [N, L, F], got [2, 3]", () => new LastStep().Forward(Tensor.Zeros(2, 3)));
        Says("LastStep: expects input [N, L, F], F at least 4, got [2, 3, 3]", () => new LastStep(4).Forward(Tensor.Zeros(2, 3, 3)));
        Says("LastStep: 1 lengths for 2 sequences", () => new LastStep().Forward(Tensor.Zeros(2, 3, 3), [1]));
        Says("LastStep: length 4 is not between 0 and 3", () => new LastStep().Forward(Tensor.Zeros(2, 3, 3), [1, 4]));
        Says("Repeat: expects input [N, F], got [2, 3, 3]", () => new Repeat(2).Forward(Tensor.Zeros(2, 3, 3)));
    }

    private static void Says(string message, Func<Tensor> code) => Assert.Equal(message, Assert.Throws<ArgumentException>(code).Message);
}
