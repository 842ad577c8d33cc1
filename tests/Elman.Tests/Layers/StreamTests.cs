using Elman.Tests.Tensors;

namespace Elman.Tests.Layers;

public class StreamTests
{
    private static readonly RandomStream Random = new(3);

    private static readonly Dictionary<string, Module> Models = new()
    {
        ["linear"] = new Linear(5, 7, Random),
        ["linear without bias"] = new Linear(5, 33, Random, bias: false),
        ["conv"] = new Conv1d(5, 37, 3, Random, dilation: 2),
        ["conv of one step, without bias"] = new Conv1d(5, 7, 1, Random, bias: false),
        ["layer norm"] = Perturbed(new LayerNorm(5)),
        ["activate"] = new Sequential(new Linear(5, 37, Random), new Activate(Activation.Elu(0.5f))),
        ["softmax"] = new Sequential(new Linear(5, 37, Random), new Softmax()),
        ["log softmax"] = new Sequential(new Linear(5, 37, Random), new Softmax(log: true)),
        ["sequential"] = new Sequential(
            new Dropout(0.5f), new Linear(5, 9, Random), new Sequential(new Lstm(9, 17, Random), Perturbed(new LayerNorm(17))), new Gru(17, 6, Random), new Linear(6, 3, Random)),
    };

    public static TheoryData<string> Names => [.. Models.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_stream_gives_the_bits_of_Forward(string name)
    {
        Tensor x = Some.Tensor(1, 12, 5);
        Equal(Models[name].Forward(x), Models[name].OpenStream(), x);
    }

    [Fact]
    public void A_stream_of_classes_gives_the_bits_of_Forward()
    {
        Sequential model = new(new Embedding(10, 4, Random), new Rnn(4, 5, Random));
        Tensor classes = Tensor.From([3, 1, 4, 1, 5, 9, 2, 6], 1, 8);
        Equal(model.Forward(classes), model.OpenStream(), classes);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.OpenStream().Step(10f).Length);
    }

    [Fact]
    public void A_warm_step_allocates_nothing()
    {
        RecurrentStream stream = Models["sequential"].OpenStream();
        float[] input = [1, 2, 3, 4, 5];
        for (int i = 0; i < 100; i++) stream.Step(input);
        Assert.Equal(0, Allocation.Fewest(() =>
        {
            for (int i = 0; i < 1000; i++) stream.Step(input);
        }));
    }

    [Fact]
    public void Why_there_is_no_stream_is_said_with_the_place()
    {
        Says("module 1, lstm is bidirectional", new Sequential(new Linear(3, 4, Random), new Lstm(4, 5, Random, new() { Direction = Direction.Both })));
        Says("module 0, module 0, Reversed, cannot be computed step by step", new Sequential(new Sequential(new Reversed())));
    }

    private static void Says(string reason, Module model) =>
        Assert.StartsWith($"no stream: {reason}", Assert.Throws<InvalidOperationException>(() => model.OpenStream()).Message, StringComparison.Ordinal);

    private static void Equal(Tensor expected, RecurrentStream stream, Tensor x)
    {
        int size = x.Count / x.Shape[1];
        for (int t = 0; t < x.Shape[1]; t++)
            Assert.Equal(expected.Select(1, t).Span.ToArray(), stream.Step(x.Span.Slice(t * size, size)).ToArray());
    }

    /// <summary>With other weights than ones and zeros.</summary>
    private static LayerNorm Perturbed(LayerNorm layer)
    {
        layer.Weight.CopyFrom(Some.Values(layer.Size, 1));
        layer.Bias.CopyFrom(Some.Values(layer.Size, 2));
        return layer;
    }

    private sealed class Reversed : Module
    {
        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => input.Flip(1);
    }
}
