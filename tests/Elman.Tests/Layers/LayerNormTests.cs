using Elman.Tests.Reference;

namespace Elman.Tests.Layers;

public class LayerNormTests
{
    [Fact]
    public void Outputs_and_gradients_equal_those_of_PyTorch()
    {
        FixtureCase expected = Fixture.Load("operations")["layer_norm"];
        LayerNorm layer = new(6);
        layer.Load(expected.Parameters.ToDictionary(pair => pair.Key, pair => Tensor.From(pair.Value.Values, pair.Value.Shape)));
        Tensor x = Tensor.From(expected.Inputs["x"].Values, 4, 3, 6);
        x.RequiresGradient = true;
        Tensor y = layer.Forward(x);
        Near.Equal(expected.Outputs["y"].Values, y.Span);
        y.Backward(Tensor.From(expected.Upstream["y"].Values, 4, 3, 6));
        Near.Equal(expected.Gradients["x"].Values, x.Gradient!.Span, what: "gradient of x");
        Near.Equal(expected.Gradients["weight"].Values, layer.Weight.Gradient!.Span, what: "gradient of weight");
        Near.Equal(expected.Gradients["bias"].Values, layer.Bias.Gradient!.Span, what: "gradient of bias");
    }

    [Fact]
    public void It_starts_as_the_plain_normalisation()
    {
        LayerNorm layer = new(3);
        Assert.Equal(["weight", "bias"], layer.Parameters().Select(parameter => parameter.Name));
        Near.Equal([-1.2247356859083902, 0, 1.2247356859083902], layer.Forward(Tensor.From([1f, 2, 3], 3)).Span, 1e-6);
    }

    [Fact]
    public void A_wrong_input_is_named() => Assert.Equal("LayerNorm: input of shape [5, 1]; the innermost axis must be 3",
        Assert.Throws<ArgumentException>(() => new LayerNorm(3).Forward(Tensor.Zeros(5, 1))).Message);
}
