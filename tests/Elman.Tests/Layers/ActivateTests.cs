using Elman.Tests.Reference;
using Elman.Tests.Tensors;

namespace Elman.Tests.Layers;

public class ActivateTests
{
    [Fact]
    public void Every_value_goes_through_the_function()
    {
        Tensor x = Tensor.From([-2f, -0.5f, 0.5f, 2f], 2, 2);
        Near.Equal([-0.9640275800758169, -0.46211715726000975, 0.46211715726000975, 0.9640275800758169], new Activate(Activation.Tanh).Forward(x).Span);
        Near.Equal([-0.6, -0.15, 0.5, 2], new Activate(Activation.LeakyRelu(0.3f)).Forward(x).Span);
        Assert.Equal(x.Shape, new Activate(Activation.Tanh).Forward(x).Shape);
    }

    [Fact]
    public void Gradients_flow_through_it()
    {
        FiniteDifferences.Check(inputs => new Activate(Activation.Softsign).Forward(inputs[0]), Some.Positive(3, 7));
        FiniteDifferences.Check(inputs => new Activate(Activation.Elu(0.7f)).Forward(-inputs[0]), Some.Positive(3, 7));
        // Used twice: gradients are added up.
        FiniteDifferences.Check(inputs => new Activate(Activation.Tanh).Forward(inputs[0]) * inputs[0], Some.Tensor(3, 7));
    }
}
