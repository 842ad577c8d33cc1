using Elman.Tests.Tensors;

namespace Elman.Tests.Layers;

public class MaskingTests
{
    private static readonly RandomStream Random = new(5);

    [Fact]
    public void The_module_inside_sees_the_other_steps_only()
    {
        Gru inner = new(2, 3, Random);
        Tensor x = WithMasked(Some.Tensor(3, 5, 2), -1, (0, 0), (0, 1), (1, 2), (2, 3), (2, 4));
        Tensor y = new Masking(-1, inner).Forward(x);
        int[][] kept = [[2, 3, 4], [0, 1, 3, 4], [0, 1, 2]];
        for (int row = 0; row < 3; row++)
        {
            Tensor alone = inner.Forward(x.Slice(0, row..(row + 1)).Take(1, kept[row]));
            for (int i = 0; i < kept[row].Length; i++)
                Assert.Equal(alone.Select(1, i).Span.ToArray(), y.Select(0, row).Select(0, kept[row][i]).Span.ToArray());
        }
        Assert.Equal(new float[3], y.Select(0, 0).Select(0, 1).Span.ToArray());
        Assert.Equal(y.Select(0, 1).Select(0, 1).Span.ToArray(), y.Select(0, 1).Select(0, 2).Span.ToArray());
        Assert.Equal(y.Select(0, 2).Select(0, 2).Span.ToArray(), y.Select(0, 2).Select(0, 4).Span.ToArray());
    }

    [Fact]
    public void Padding_of_classes_may_stand_anywhere_and_lengths_still_count()
    {
        Sequential inner = new(new Embedding(9, 3, Random), new Lstm(3, 4, Random), new LastStep());
        Masking model = new(0, inner);
        Assert.False(model.KeepsSteps);
        float[] expected = inner.Forward(Tensor.From([3f, 1, 4], 1, 3)).Span.ToArray();
        Assert.Equal(expected, model.Forward(Tensor.From([0f, 0, 3, 1, 4], 1, 5)).Span.ToArray());
        Assert.Equal(expected, model.Forward(Tensor.From([3f, 1, 4, 0, 0], 1, 5)).Span.ToArray());
        Assert.Equal(expected, model.Forward(Tensor.From([3f, 0, 1, 4, 5], 1, 5), [4]).Span.ToArray());
        Assert.Equal(new float[4], model.Forward(Tensor.From([0f, 0], 1, 2)).Span.ToArray());
    }

    [Fact]
    public void Past_the_length_the_outputs_are_zero()
    {
        Tensor y = new Masking(-1, new Rnn(2, 3, Random)).Forward(Some.Tensor(1, 5, 2), [3]);
        Assert.Equal(new float[6], y.Slice(1, 3..).Span.ToArray());
        Assert.DoesNotContain(0f, y.Slice(1, ..3).Span.ToArray());
    }

    [Fact]
    public void Gradients_pass_the_mask()
    {
        Gru inner = new(2, 3, Random);
        Tensor mask = WithMasked(Tensor.Zeros(2, 4, 2), 1, (0, 0), (1, 2));
        FiniteDifferences.Check(
            inputs =>
            {
                // Masked steps stay what they are, whatever is added to the others.
                Tensor x = inputs[0] * (1 - mask) + mask * 7;
                return new Masking(7, inner).Forward(x);
            },
            Some.Tensor(2, 4, 2));
    }

    [Fact]
    public void A_stream_gives_the_bits_of_Forward()
    {
        Masking model = new(-1, new Sequential(new Lstm(2, 3, Random), new Linear(3, 2, Random)));
        Tensor x = WithMasked(Some.Tensor(1, 7, 2), -1, (0, 0), (0, 3), (0, 4)), y = model.Forward(x);
        RecurrentStream stream = model.OpenStream();
        for (int time = 0; time < 7; time++) Assert.Equal(y.Select(1, time).Span.ToArray(), stream.Step(x.Select(1, time).Span).ToArray());
    }

    [Fact]
    public void Wrong_inputs_are_named()
    {
        Masking model = new(0, new Rnn(2, 3, Random));
        Says("Masking: expects input [N, L, ..], got [4]", () => model.Forward(Tensor.Zeros(4)));
        Says("Masking: 1 lengths for 2 sequences", () => model.Forward(Tensor.Zeros(2, 3, 2), [1]));
        Says("Masking: length 4 is not between 0 and 3", () => model.Forward(Tensor.Zeros(2, 3, 2), [1, 4]));
        Assert.StartsWith("no stream: masking needs a module with an input size", Assert.Throws<InvalidOperationException>(() => new Masking(0, new Dropout(0)).OpenStream()).Message, StringComparison.Ordinal);
        Assert.StartsWith("no stream: repeat 2 times cannot be computed", Assert.Throws<InvalidOperationException>(() => new Masking(0, new Repeat(2)).OpenStream()).Message, StringComparison.Ordinal);
    }

    private static void Says(string message, Func<Tensor> code) => Assert.Equal(message, Assert.Throws<ArgumentException>(code).Message);

    private static Tensor WithMasked(Tensor x, float value, params ReadOnlySpan<(int Row, int Step)> masked)
    {
        int width = x.Shape[2];
        foreach ((int row, int step) in masked) x.WritableSpan().Slice(((row * x.Shape[1]) + step) * width, width).Fill(value);
        return x;
    }
}
