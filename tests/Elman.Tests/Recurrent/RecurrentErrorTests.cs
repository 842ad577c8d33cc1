namespace Elman.Tests.Recurrent;

/// <summary>Each message says what was expected and what came.</summary>
public class RecurrentErrorTests
{
    private static readonly Lstm Layer = new(3, 5, new RandomStream(1), new RecurrentOptions { Layers = 2, Direction = Direction.Both });

    [Theory]
    [InlineData(2, 4, 2, "lstm expects input [N, L, 3], got [2, 4, 2]")]
    [InlineData(4, 3, 0, "lstm expects input [N, L, 3], got [4, 3, 0]")]
    public void An_input_of_another_size(int batch, int length, int size, string message) =>
        Says<ArgumentException>(message, () => Layer.Forward(Tensor.Zeros(batch, length, size)));

    [Fact]
    public void An_input_of_another_rank() => Says<ArgumentException>("lstm expects input [N, L, 3], got [4, 3]", () => Layer.Forward(Tensor.Zeros(4, 3)));

    [Fact]
    public void Lengths_that_do_not_fit()
    {
        Says<ArgumentException>("1 lengths given for a batch of 2 sequences", () => Layer.Forward(Tensor.Zeros(2, 4, 3), [4]));
        Says<ArgumentException>("length 5 of sequence 1 is not between 0 and 4", () => Layer.Forward(Tensor.Zeros(2, 4, 3), [4, 5]));
        Says<ArgumentException>("length -1 of sequence 0 is not between 0 and 4", () => Layer.Forward(Tensor.Zeros(2, 4, 3), [-1, 4]));
    }

    [Fact]
    public void Initial_states_that_do_not_fit()
    {
        Says<ArgumentException>("lstm carries 2 states, the initial state has 1 parts", () => Layer.Forward(Tensor.Zeros(2, 4, 3), new State(Tensor.Zeros(4, 2, 5))));
        State narrow = new(Tensor.Zeros(4, 2, 6), Tensor.Zeros(4, 2, 6)), shallow = new(Tensor.Zeros(2, 2, 5), Tensor.Zeros(2, 2, 5)), few = new(Tensor.Zeros(4, 1, 5), Tensor.Zeros(4, 1, 5));
        Says<ArgumentException>("lstm expects initial states [4, 2, 5] ([K·D, N, H]), got [4, 2, 6]", () => Layer.Forward(Tensor.Zeros(2, 4, 3), narrow));
        Says<ArgumentException>("lstm expects initial states [4, 2, 5] ([K·D, N, H]), got [2, 2, 5]", () => Layer.Forward(Tensor.Zeros(2, 4, 3), shallow));
        Says<ArgumentException>("lstm expects initial states [4, 2, 5] ([K·D, N, H]), got [4, 1, 5]", () => Layer.Forward(Tensor.Zeros(2, 4, 3), few));
    }

    [Fact]
    public void Parts_of_a_state_that_do_not_fit_each_other()
    {
        Says<ArgumentException>("parts of a state are [K·D, N, H] with one N; got [1, 2, 5] and [1, 3, 5]", () => new State(Tensor.Zeros(1, 2, 5), Tensor.Zeros(1, 3, 5)));
        Says<ArgumentException>("parts of a state are [K·D, N, H] with one N; got [2, 5] and [2, 5]", () => new State(Tensor.Zeros(2, 5)));
        Says<ArgumentException>("a state needs at least its hidden part", () => new State());
        Says<InvalidOperationException>("this state has a hidden part only", () => new State(Tensor.Zeros(1, 2, 5)).Cell);
    }

    [Fact]
    public void Sizes_and_dropout_out_of_range()
    {
        RandomStream random = new(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Gru(0, 5, random));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Gru(3, 0, random));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Gru(3, 5, random, new RecurrentOptions { Layers = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GruCell(3, 0, random));
        Assert.Throws<ArgumentNullException>(() => new Gru(3, 5, null!));
        foreach (float dropout in (float[])[-0.1f, 1, float.NaN])
            Assert.Contains($"dropout {dropout} is not at least 0 and below 1", Assert.Throws<ArgumentOutOfRangeException>(() => new Gru(3, 5, random, new RecurrentOptions { Dropout = dropout })).Message);
    }

    [Fact]
    public void A_cell_s_inputs_and_states_that_do_not_fit()
    {
        LstmCell cell = new(3, 5, new RandomStream(1));
        Says<ArgumentException>("lstm cell expects input [N, 3], got [2, 4]", () => cell.Step(Tensor.Zeros(2, 4)));
        Says<ArgumentException>("lstm cell carries 2 states, got 1", () => cell.Step(Tensor.Zeros(2, 3), Tensor.Zeros(2, 5)));
        Says<ArgumentException>("lstm cell expects states [2, 5], got [1, 5]", () => cell.Step(Tensor.Zeros(2, 3), Tensor.Zeros(2, 5), Tensor.Zeros(1, 5)));
    }

    [Fact]
    public void Weights_changed_between_forward_and_backward()
    {
        Gru layer = new(3, 5, new RandomStream(1));
        Tensor loss = layer.Forward(Tensor.Ones(1, 2, 3)).Sum();
        layer.Parameters().First().Value.WritableSpan()[0] = 1;
        Assert.Contains("Backward needs them as they were", Assert.Throws<InvalidOperationException>(() => loss.Backward()).Message);
    }

    [Fact]
    public void A_batch_beyond_the_largest_buffer()
    {
        // 2²² sequences of one step need 4 · 2048 products each: 2³⁵ values.
        Lstm layer = new(1, 2048, new RandomStream(1));
        Tensor x = Tensor.Zeros(1 << 22, 1, 1);
        Says<ElmanException>("4194304 time steps with 8192 values each are more than fit into one buffer; use smaller batches or shorter sequences", () => layer.Forward(x));
    }

    private static void Says<T>(string message, Action action)
        where T : Exception => Assert.Equal(message, Assert.Throws<T>(action).Message);

    private static void Says<T>(string message, Func<object> action)
        where T : Exception => Assert.Equal(message, Assert.Throws<T>(action).Message);
}
