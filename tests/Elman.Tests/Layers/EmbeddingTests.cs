using Elman.Tests.Reference;

namespace Elman.Tests.Layers;

public class EmbeddingTests
{
    [Fact]
    public void Outputs_and_gradients_equal_those_of_PyTorch()
    {
        FixtureCase expected = Fixture.Load("operations")["embedding"];
        int[] indices = expected.Inputs["index"].Integers;
        Embedding layer = new(6, 4, new RandomStream(1));
        layer.Weight.CopyFrom(expected.Parameters["weight"].Values);
        Tensor fromNumbers = layer.Forward(Tensor.From(expected.Inputs["index"].Values, 2, 3)), y = layer.Forward(indices, 2, 3);
        Assert.Equal(new Shape(2, 3, 4), y.Shape);
        Assert.Equal(expected.Outputs["y"].Values, y.Span.ToArray());
        Assert.Equal(y.Shape, fromNumbers.Shape);
        Assert.Equal(y.Span.ToArray(), fromNumbers.Span.ToArray());
        y.Backward(Tensor.From(expected.Upstream["y"].Values, 2, 3, 4));
        Near.Equal(expected.Gradients["weight"].Values, layer.Weight.Gradient!.Span);
    }

    [Fact]
    public void The_vectors_are_named_and_drawn_as_in_PyTorch()
    {
        Embedding layer = new(500, 100, new RandomStream(2));
        Assert.Equal(["weight"], layer.Parameters().Select(parameter => parameter.Name));
        float[] weight = layer.Weight.Span.ToArray();
        Assert.Equal(0, weight.Average(), 0.02);
        Assert.Equal(1, weight.Average(w => w * w), 0.02);
    }

    [Fact]
    public void What_is_no_class_is_named_with_its_position()
    {
        Embedding layer = new(6, 4, new RandomStream(1));
        Says("Embedding: 6 at position 1 is not one of the 6 classes 0 … 5", () => layer.Forward([0, 6]));
        Says("Embedding: -1 at position 0 is not one", () => layer.Forward([-1]));
        Says("Embedding: 2.5 at position 3 is not one", () => layer.Forward(Tensor.From([1f, 2, 3, 2.5f], 2, 2)));
        Says("Embedding: NaN at position 0 is not one", () => layer.Forward(Tensor.From([float.NaN], 1)));
        Says("Embedding: 1E+20 at position 0 is not one", () => layer.Forward(Tensor.From([1e20f], 1)));
    }

    private static void Says(string message, Func<Tensor> code) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(code).Message, StringComparison.Ordinal);
}
