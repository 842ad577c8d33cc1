using CsCheck;
using Elman.Tests.Reference;
using Elman.Tests.Tensors;

namespace Elman.Tests.Layers;

public class LinearTests
{
    [Theory]
    [InlineData("linear")]
    [InlineData("linear-nobias")]
    public void Outputs_and_gradients_equal_those_of_PyTorch(string name)
    {
        FixtureCase expected = Fixture.Load("operations")[name];
        Linear layer = new(6, 5, new RandomStream(1), bias: name == "linear");
        layer.Load(expected.Parameters.ToDictionary(pair => pair.Key, pair => Tensor.From(pair.Value.Values, pair.Value.Shape)));
        Tensor x = Tensor.From(expected.Inputs["x"].Values, 4, 3, 6);
        x.RequiresGradient = true;
        Tensor y = layer.Forward(x);
        Assert.Equal(new Shape(4, 3, 5), y.Shape);
        Near.Equal(expected.Outputs["y"].Values, y.Span);
        y.Backward(Tensor.From(expected.Upstream["y"].Values, 4, 3, 5));
        Near.Equal(expected.Gradients["x"].Values, x.Gradient!.Span, what: "gradient of x");
        foreach ((string parameter, Tensor value) in layer.Parameters())
            Near.Equal(expected.Gradients[parameter].Values, value.Gradient!.Span, what: $"gradient of {parameter}");
    }

    [Fact]
    public void The_initial_values_are_those_of_PyTorch_in_distribution()
    {
        Linear layer = new(400, 100, new RandomStream(7));
        Assert.Equal(["weight", "bias"], layer.Parameters().Select(parameter => parameter.Name));
        Assert.Equal(new Shape(100, 400), layer.Weight.Shape);
        float[] weight = layer.Weight.Span.ToArray();
        Assert.InRange(weight.Max(Math.Abs), 0.0499, 0.05);
        // The variance of U(−b, b) is b²/3.
        Assert.Equal(0.05 * 0.05 / 3, weight.Average(w => w * w), 2e-5);
        Assert.InRange(layer.Bias!.Span.ToArray().Max(Math.Abs), 0.04, 0.05);
        Assert.Equal(weight, new Linear(400, 100, new RandomStream(7)).Weight.Span.ToArray());
    }

    [Fact]
    public void A_changed_weight_is_used_from_then_on()
    {
        Linear layer = new(2, 1, new RandomStream(1), bias: false);
        Tensor x = Tensor.Ones(1, 2);
        layer.Forward(x);
        layer.Weight.CopyFrom([3, 4]);
        Assert.Equal(7, layer.Forward(x).ToScalar());
    }

    [Fact]
    public void A_row_has_the_same_bits_alone_and_among_others() => Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 20]).Sample((inputs, outputs, rows) =>
    {
        Linear layer = new(inputs, outputs, new RandomStream(3));
        Tensor x = Some.Tensor(rows, inputs), y = layer.Forward(x);
        for (int row = 0; row < rows; row++)
            Assert.Equal(layer.Forward(x.Select(0, row)).Span.ToArray(), y.Select(0, row).Span.ToArray());
    });

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        int before = Compute.Threads;
        try
        {
            float[][] runs = [.. Enumerable.Range(1, 4).Select(threads =>
            {
                Compute.Threads = threads;
                Linear layer = new(130, 90, new RandomStream(3));
                Tensor x = Some.Tensor(3, 67, 130);
                x.RequiresGradient = true;
                Tensor y = layer.Forward(x);
                y.Backward(Some.Seeded(2, 3, 67, 90));
                return (float[])[.. y.Span, .. x.Gradient!.Span, .. layer.Weight.Gradient!.Span, .. layer.Bias!.Gradient!.Span];
            })];
            Assert.All(runs, run => Assert.Equal(runs[0], run));
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void Empty_batches_pass()
    {
        Linear layer = new(3, 2, new RandomStream(1));
        Tensor x = Tensor.Zeros(0, 4, 3);
        x.RequiresGradient = true;
        Tensor y = layer.Forward(x);
        Assert.Equal(new Shape(0, 4, 2), y.Shape);
        y.Backward();
        Assert.All(layer.Weight.Gradient!.Span.ToArray(), slope => Assert.Equal(0, slope));
    }

    [Fact]
    public void A_wrong_input_is_named() => Assert.Equal("Linear: input of shape [5, 4]; the innermost axis must be 3",
        Assert.Throws<ArgumentException>(() => new Linear(3, 2, new RandomStream(1)).Forward(Tensor.Zeros(5, 4))).Message);
}
