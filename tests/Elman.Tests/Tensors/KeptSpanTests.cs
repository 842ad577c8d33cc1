using System.Numerics.Tensors;

namespace Elman.Tests.Tensors;

/// <summary>Who keeps a span of a tensor's values and writes to it later gets what the new values give.</summary>
public class KeptSpanTests
{
    public static TheoryData<string, Func<Module>, int[]> Layers => new()
    {
        { "weight", () => new Linear(3, 4, new RandomStream(1)), [2, 3] },
        { "weight", () => new Conv1d(3, 4, 2, new RandomStream(1)), [2, 5, 3] },
        { "weight_hh_l0", () => new Gru(3, 4, new RandomStream(1)), [2, 5, 3] },
        { "weight_ih_l0", () => new Lstm(3, 4, new RandomStream(1), new RecurrentOptions { ProjectionSize = 2 }), [2, 5, 3] },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_layer_computes_with_what_is_written_later(string name, Func<Module> make, int[] shape)
    {
        Module layer = make(), expected = make();
        Tensor x = Some.Tensor(shape);
        Span<float> kept = Parameter(layer, name).WritableSpan();
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(expected.Forward(x).Span.ToArray(), layer.Forward(x).Span.ToArray());
            kept[round] += 0.5f;
            float[] values = Parameter(expected, name).Span.ToArray();
            values[round] += 0.5f;
            Parameter(expected, name).CopyFrom(values);
        }
        Assert.NotEqual(make().Forward(x).Span.ToArray(), layer.Forward(x).Span.ToArray());
    }

    [Fact]
    public void It_does_so_in_a_stream_and_through_a_view_or_a_numerics_tensor()
    {
        Linear layer = new(2, 1, new RandomStream(1));
        layer.Weight.CopyFrom([1, 2]);
        layer.Bias!.CopyFrom([0]);
        RecurrentStream stream = layer.OpenStream();
        Assert.Equal(3, stream.Step(1, 1)[0]);
        Span<float> view = layer.Weight.Reshape(2).WritableSpan();
        view[0] = 10;
        Assert.Equal(12, stream.Step(1, 1)[0]);
        view[1] = 20;
        Assert.Equal(30, stream.Step(1, 1)[0]);
        Tensor<float> numerics = layer.Weight.ToNumerics();
        Assert.Equal(30, stream.Step(1, 1)[0]);
        numerics[0, 0] = 100;
        Assert.Equal(120, stream.Step(1, 1)[0]);
        TensorSpan<float> span = layer.Weight.AsTensorSpan();
        Assert.Equal(120, stream.Step(1, 1)[0]);
        span[0, 1] = 200;
        Assert.Equal(300, stream.Step(1, 1)[0]);
    }

    [Fact]
    public void A_layer_takes_a_copy_of_memory_that_is_the_callers()
    {
        float[] memory = [1, 2];
        Own layer = new(Tensor.Wrap(memory, 2));
        memory[0] = 5;
        Assert.Equal([1f, 2], layer.Weight.Span.ToArray());
        Tensor own = Tensor.Ones(2);
        Assert.Same(own, new Own(own).Weight);
    }

    [Fact]
    public void Backward_refuses_values_that_were_written_after_they_were_computed_with()
    {
        Tensor weight = Tensor.From([1f, 2], 2), x = Tensor.From([3f, 4], 2);
        weight.RequiresGradient = true;
        Span<float> kept = x.WritableSpan();
        Tensor loss = (weight * x).Sum();
        kept[0] = 30;
        Assert.Throws<InvalidOperationException>(() => loss.Backward());
        (weight * x).Sum().Backward();
        Assert.Equal([30f, 4], weight.Gradient!.Span.ToArray());
    }

    [Fact]
    public void Any_one_changed_value_of_many_is_seen_and_none_that_is_not()
    {
        float[] values = Some.Values(131);
        Tensor tensor = Tensor.From(values, 131);
        Span<float> kept = tensor.WritableSpan();
        for (int i = 0; i < kept.Length; i++)
        {
            int before = tensor.Version;
            Assert.Equal(before, tensor.Version);
            kept[i] = MathF.BitIncrement(kept[i]);
            Assert.NotEqual(before, tensor.Version);
        }
        // Two that change places.
        int last = tensor.Version;
        (kept[3], kept[77]) = (kept[77], kept[3]);
        Assert.NotEqual(last, tensor.Version);
    }

    private static Tensor Parameter(Module module, string name) => module.Parameters().Single(parameter => parameter.Name == name).Value;

    private sealed class Own : Module
    {
        public Own(Tensor weight) => Weight = AddParameter("weight", weight);

        public Tensor Weight { get; }

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => input * Weight;
    }
}
