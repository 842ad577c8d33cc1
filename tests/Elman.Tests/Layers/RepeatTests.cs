using Elman.Tests.Tensors;

namespace Elman.Tests.Layers;

public class RepeatTests
{
    [Fact]
    public void Every_step_is_the_input()
    {
        Tensor y = new Repeat(3).Forward(Tensor.From([1f, 2, 3, 4], 2, 2));
        Assert.Equal(new Shape(2, 3, 2), y.Shape);
        Assert.Equal([1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4], y.Span.ToArray());
    }

    [Fact]
    public void Its_gradient_is_the_sum_over_the_steps() => FiniteDifferences.Check(inputs => new Repeat(3).Forward(inputs[0]), Some.Tensor(2, 4));
}
