namespace Elman.Tests.Samples;

/// <summary>What docs/tensors.md shows.</summary>
public class TensorPageTests
{
    [Fact]
    public void The_examples_of_the_page_do_what_it_says()
    {
        RandomStream random = new(1);

        Tensor x = Tensor.From([1f, -2, 3, 0.5f, 4, -1], 2, 3);
        x.RequiresGradient = true;
        Tensor loss = (x.Softmax() * x).Sum();
        loss.Backward();
        Tensor slope = x.Gradient!;                                // [2, 3]

        Assert.Equal(new Shape(2, 3), slope.Shape);
        GradientCheck.Require(() => (x.Softmax() * x).Sum(), [x]);

        Tensor query = Tensor.Normal(random, 2, 4, 8), key = Tensor.Normal(random, 2, 5, 8), value = Tensor.Normal(random, 2, 5, 8);
        Tensor padding = Tensor.From([0f, 0, 0, 0, 0, 0, 0, 0, 1, 1], 2, 1, 5);
        Tensor weights = (query.MatMul(key.Transpose()) / MathF.Sqrt(8)).MaskedFill(padding, float.NegativeInfinity).Softmax();
        Tensor attended = weights.MatMul(value);                   // [2, 4, 8]

        Assert.Equal(new Shape(2, 4, 8), attended.Shape);
        Assert.Equal(0, weights[1, 2, 4]);
        Assert.Equal(1, weights.Sum(-1)[1, 2], 1e-6);

        Tensor roots = Tensor.Where(x > 0, x, 1).Sqrt();

        Assert.Equal([1, 1, MathF.Sqrt(3), MathF.Sqrt(0.5f), 2, 1], roots.Span.ToArray());

        static Tensor Swish(Tensor x)
        {
            float[] values = [.. x.Span.ToArray().Select(v => v / (1 + MathF.Exp(-v)))];
            return Tensor.Record(Tensor.From(values, x.Shape.Extents), [x], slope =>
            {
                Tensor gate = x.Sigmoid();
                return [slope * (gate + x * gate * (1 - gate))];
            });
        }

        GradientCheck.Require(() => Swish(x), [x]);

        Tensor kept;

        using (TensorScope.Begin())
        {
            Tensor hidden = x.MatMul(Tensor.Ones(3, 100)).Tanh();
            kept = hidden.Mean().Clone();                          // outlives the scope
        }

        Assert.InRange(kept.ToScalar(), -1, 1);
    }

    [Fact]
    public void The_page_shows_code_that_is_compiled_here() =>
        PageSnippets.AreCompiled("docs/tensors.md", 6, "tests/Elman.Tests/Samples/TensorPageTests.cs");
}
