using Elman.Tests.Reference;
using Elman.Tests.Tensors;
using Elman.Tests.Training;

namespace Elman.Tests.Layers;

public class SequentialStateTests
{
    private static readonly RandomStream Random = new(1);

    private static Sequential Net() => new(
        new Linear(3, 4, Random),
        new Lstm(4, 5, Random, new RecurrentOptions { Layers = 2 }),
        new Sequential(new Dropout(0.2f), new Gru(5, 6, Random)),
        new Own(6),
        new Linear(6, 2, Random));

    [Fact]
    public void Windows_give_what_the_whole_sequence_gives()
    {
        Sequential net = Net();
        Tensor x = Some.Tensor(2, 11, 3), whole = net.Forward(x);
        State? state = null;
        Assert.Equal(2 + 1 + 1, net.StateParts);
        foreach ((int start, int end) in ((int, int)[])[(0, 4), (4, 5), (5, 11)])
        {
            (Tensor output, State? next) = net.Forward(x.Slice(1, start..end), state);
            for (int row = 0; row < 2; row++)
                Near.Equal(whole.Span.Slice((row * 11 + start) * 2, (end - start) * 2), output.Span.Slice(row * (end - start) * 2, (end - start) * 2), 1e-6);
            state = next;
        }
        Assert.Equal([new Shape(2, 2, 5), new Shape(2, 2, 5), new Shape(1, 2, 6), new Shape(1, 2, 6)], state!.Parts.Select(part => part.Shape));
    }

    [Fact]
    public void Each_layer_gets_its_own_parts_and_the_lengths()
    {
        Sequential net = new(new Gru(3, 4, Random), new Lstm(4, 2, Random), new LastStep());
        Tensor x = Some.Tensor(2, 5, 3);
        (Tensor h, State first) = ((Gru)net.Children[0].Module).Forward(x, null, [5, 2]);
        (_, State second) = ((Lstm)net.Children[1].Module).Forward(h, null, [5, 2]);
        (Tensor output, State? final) = net.Forward(x, null, [5, 2]);
        Assert.Equal([.. first.Parts.Concat(second.Parts).SelectMany(part => part.Span.ToArray())], final!.Parts.SelectMany(part => part.Span.ToArray()).ToArray());
        Assert.Equal(second.Hidden.Span.ToArray(), output.Span.ToArray());
        Assert.Null(new Sequential(new Linear(3, 2, Random)).Forward(x, null).Final);
    }

    [Fact]
    public void What_no_state_holds_is_refused()
    {
        Tensor x = Some.Tensor(2, 5, 3);
        Says("module 1, conv 4 → 4, kernel 2, carries", new Sequential(new Linear(3, 4, Random), new Conv1d(4, 4, 2, Random)));
        Says("module 0.inner, gru 3 → 4, carries", new Sequential(new Masking(0, new Gru(3, 4, Random))));
        Says("module 0.0.rnn, rnn 3 → 4, carries", new Sequential(new Sequential(new Holder())));
        new Sequential(new Conv1d(3, 4, 1, Random)).Forward(x, null);
        Assert.StartsWith("the modules carry 1 states, the initial state has 2 parts",
            Assert.Throws<ArgumentException>(() => new Sequential(new Gru(3, 4, Random)).Forward(x, new State(Tensor.Zeros(1, 2, 4), Tensor.Zeros(1, 2, 4)))).Message, StringComparison.Ordinal);

        void Says(string message, Sequential net) =>
            Assert.StartsWith(message, Assert.Throws<InvalidOperationException>(() => net.Forward(x, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_and_evaluation_carry_it_from_window_to_window()
    {
        Sequential net = new(new Gru(3, 4, Random), new Linear(4, 1, Random));
        Tensor stream = SmallRun.Random([2, 23, 3], 5), target = SmallRun.Random([2, 23, 1], 6);
        (Tensor, State?) Of(StreamWindow window, State? state)
        {
            Assert.Equal(window.Start == 0, state is null);
            (Tensor output, State? next) = net.Forward(stream.Slice(1, window.Steps), state);
            return (Loss.MeanSquaredError(output, target.Slice(1, window.Steps)) * window.Length, next);
        }
        Trainer trainer = new(net, new Adam(net.Parameters(), 0.01), new TrainingOptions { Epochs = 3 });
        trainer.Run(BatchSource.Windows(2, 23, 5), Of);
        double whole = Loss.MeanSquaredError(net.Forward(stream), target).ToScalar();
        // Each window's mean loss times its length, over five windows of the same weight.
        Assert.Equal(whole * 23 / 5, trainer.Evaluate(BatchSource.Windows(2, 23, 5), Of), 1e-5);
    }

    /// <summary>A sum over the steps so far, which is carried on.</summary>
    private sealed class Own(int size) : Module, IStateful
    {
        public int StateParts => 1;

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => Forward(input, null).Output;

        public (Tensor Output, State? Final) Forward(Tensor input, State? initial, ReadOnlySpan<int> lengths = default)
        {
            Tensor before = initial?.Hidden.Reshape(input.Shape[0], 1, size) ?? Tensor.Zeros(input.Shape[0], 1, size);
            Tensor sums = Tensor.Concat(1, before, input).CumulativeSum(1).Slice(1, 1..);
            return (sums, new State(sums.Slice(1, ^1..).Reshape(1, input.Shape[0], size)));
        }
    }

    private sealed class Holder : Module
    {
        private readonly Rnn _rnn;

        public Holder() => _rnn = AddChild("rnn", new Rnn(3, 4, Random));

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => _rnn.Forward(input, lengths);
    }
}
