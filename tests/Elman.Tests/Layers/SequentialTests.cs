namespace Elman.Tests.Layers;

public class SequentialTests
{
    [Fact]
    public void Modules_are_applied_in_order_and_named_as_in_PyTorch()
    {
        RandomStream random = new(1);
        Linear first = new(3, 4, random), second = new(4, 2, random);
        Sequential model = new(first, new Sequential(new Dropout(0.1f), second));
        Assert.Equal(["0.weight", "0.bias", "1.1.weight", "1.1.bias"], model.Parameters().Select(parameter => parameter.Name));
        Assert.Equal(3 * 4 + 4 + 4 * 2 + 2, model.ParameterCount);
        Tensor x = Tensor.Normal(random, 5, 3);
        Assert.Equal(second.Forward(first.Forward(x)).Span.ToArray(), model.Forward(x).Span.ToArray());
    }

    [Fact]
    public void Lengths_reach_every_module()
    {
        Listener first = new(), second = new();
        new Sequential(first, new Sequential(second)).Forward(Tensor.Zeros(2, 3, 1), [3, 1]);
        Assert.Equal([3, 1], first.Lengths);
        Assert.Equal([3, 1], second.Lengths);
    }

    private sealed class Listener : Module
    {
        public int[] Lengths { get; private set; } = [];

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
        {
            Lengths = lengths.ToArray();
            return input;
        }
    }
}
