using Elman.Samples.BidirectionalRnn;
using Elman.Samples.RnnFromScratch;
using Elman.Tests.Reference;

namespace Elman.Tests.Samples;

/// <summary>The article's networks, as the samples write them, against PyTorch's numbers.</summary>
public class ArticleTests
{
    [Theory]
    [InlineData("scratch")]
    [InlineData("scratch-state")]
    public void The_network_written_from_tensor_operations_equals_PyTorch(string name)
    {
        FixtureCase expected = Fixture.Load("article")[name];
        ManyToManyRnn network = new(10, 20, 20, new RandomStream(1));
        Dictionary<string, Tensor> leaves = new()
        {
            ["w_hidden"] = network.Cell.WHidden,
            ["w_input"] = network.Cell.WInput,
            ["w_output"] = network.WOutput,
        };
        foreach ((string parameter, Tensor weight) in leaves) weight.CopyFrom(expected.Parameters[parameter].Values);
        leaves["x"] = Leaf(expected.Inputs["x"]);
        if (expected.Inputs.TryGetValue("h0", out FixtureTensor? state)) leaves["h0"] = Leaf(state);

        (Tensor y, Tensor h) = network.Forward(leaves["x"], leaves.GetValueOrDefault("h0"));

        Assert.Equal(new Shape(5, 3, 20), y.Shape);
        Assert.Equal(new Shape(5, 20), h.Shape);
        Near.Equal(expected.Outputs["y"].Values, y.Span, what: "y");
        Near.Equal(expected.Outputs["h"].Values, h.Span, what: "h");
        ((y * Constant(expected.Upstream["y"])).Sum() + (h * Constant(expected.Upstream["h"])).Sum()).Backward();
        Assert.Equal(expected.Gradients.Keys.Order(), leaves.Keys.Order());
        foreach ((string leaf, FixtureTensor gradient) in expected.Gradients)
            Near.Equal(gradient.Values, leaves[leaf].Gradient!.Span, what: $"gradient of {leaf}");
    }

    [Theory]
    [InlineData("bidirectional-aligned", BackwardOrder.Aligned)]
    [InlineData("bidirectional-article", BackwardOrder.AsProduced)]
    public void The_bidirectional_network_equals_PyTorch_in_both_orders(string name, BackwardOrder order)
    {
        FixtureCase expected = Fixture.Load("article")[name];
        BidirectionalRnn network = new(10, 20, new RandomStream(1));
        network.Load(expected.Parameters.ToDictionary(pair => pair.Key, pair => Constant(pair.Value)));
        Tensor x = Leaf(expected.Inputs["x"]), h0 = Leaf(expected.Inputs["h0"]);

        (Tensor y, Tensor hn) = network.Forward(x, h0, order);

        Assert.Equal(new Shape(5, 3, 40), y.Shape);
        Assert.Equal(new Shape(2, 5, 20), hn.Shape);
        Near.Equal(expected.Outputs["y"].Values, y.Span, what: "y");
        Near.Equal(expected.Outputs["hn"].Values, hn.Span, what: "hn");
        ((y * Constant(expected.Upstream["y"])).Sum() + (hn * Constant(expected.Upstream["hn"])).Sum()).Backward();
        Near.Equal(expected.Gradients["x"].Values, x.Gradient!.Span, what: "gradient of x");
        Near.Equal(expected.Gradients["h0"].Values, h0.Gradient!.Span, what: "gradient of h0");
        foreach ((string parameter, Tensor value) in network.Parameters())
            Near.Equal(expected.Gradients[parameter].Values, value.Gradient!.Span, what: $"gradient of {parameter}");
    }

    private static Tensor Constant(FixtureTensor tensor) => Tensor.From(tensor.Values, tensor.Shape);

    private static Tensor Leaf(FixtureTensor tensor)
    {
        Tensor result = Constant(tensor);
        result.RequiresGradient = true;
        return result;
    }
}
