namespace Elman.Tests.Tensors;

public class GradientTests
{
    [Fact]
    public void Gradients_add_up_until_they_are_set_to_zero()
    {
        Tensor x = Parameter(3);
        (x * x).Backward();
        (x * x).Backward();
        Assert.Equal(12, x.Gradient!.ToScalar());
        x.ZeroGradient();
        (x * 5).Backward();
        Assert.Equal(5, x.Gradient!.ToScalar());
    }

    [Fact]
    public void A_gradient_set_to_zero_is_zero_until_something_is_added()
    {
        Tensor x = Parameter(3);
        (x * x).Backward();
        Tensor gradient = x.Gradient!;
        x.ZeroGradient();
        Assert.Same(gradient, x.Gradient);
        Assert.Equal(0, gradient.ToScalar());
        x.ZeroGradient();
        (x * x).Backward();
        (x * x).Backward();
        Assert.Equal(12, gradient.ToScalar());
    }

    [Fact]
    public void A_diamond_of_computations_visits_each_once()
    {
        Tensor x = Parameter(2), y = x * x, a = y * 3, b = y * y;
        (a * b).Backward();
        // 3 x⁶
        Assert.Equal(18 * 32, x.Gradient!.ToScalar());
    }

    [Fact]
    public void Nothing_flows_through_Detach_or_inside_NoGradient()
    {
        Tensor x = Parameter(2);
        (x * x.Detach()).Backward();
        Assert.Equal(2, x.Gradient!.ToScalar());
        Tensor silent;
        using (Tensor.NoGradient()) silent = x * x;
        Assert.Throws<InvalidOperationException>(() => silent.Backward());
        (x * silent).Backward();
        Assert.Equal(6, x.Gradient!.ToScalar());
    }

    [Fact]
    public void Backward_runs_once_through_a_computation()
    {
        Tensor x = Parameter(2), y = x * x;
        y.Backward();
        Assert.Contains("already run", Assert.Throws<InvalidOperationException>(() => y.Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_weighs_the_elements_and_must_have_the_shape()
    {
        Tensor x = Tensor.From([1f, 2, 3], 3);
        x.RequiresGradient = true;
        (x * x).Backward(Tensor.From([1f, 10, 100], 3));
        Assert.Equal([2f, 40, 600], x.Gradient!.Span.ToArray());
        Assert.Throws<ArgumentException>(() => (x * x).Backward(Tensor.Ones(2)));
    }

    [Fact]
    public void A_seed_is_read_and_stays_as_it_was()
    {
        Tensor x = Tensor.From([1f, 2, 3], 3), seed = Tensor.From([1f, 10, 100], 3);
        x.RequiresGradient = true;
        Tensor y = x * x;
        y.Backward(seed);
        Assert.Null(y.Gradient);
        // Here the pass adds to the gradient of y before it finds that y's own record has been used.
        Assert.Throws<InvalidOperationException>(() => (y * 2).Backward(seed));
        Assert.Equal([1f, 10, 100], seed.Span.ToArray());
        Assert.Equal([2f, 40, 600], x.Gradient!.Span.ToArray());
    }

    [Fact]
    public void A_seed_may_be_among_what_was_computed_with()
    {
        Tensor x = Tensor.From([1f, 2, 3], 3), y = Tensor.From([0.2f, 0.5f, 0.7f], 3);
        x.RequiresGradient = true;
        (x * y).Tanh().Backward(y);
        float[] expected = [.. Enumerable.Range(0, 3).Select(i => y[i] * y[i] * (1 - MathF.Pow(MathF.Tanh(x[i] * y[i]), 2)))];
        for (int i = 0; i < 3; i++) Assert.Equal(expected[i], x.Gradient!.Span[i], 1e-5f);
    }

    [Fact]
    public void A_seed_is_added_where_a_gradient_is_required()
    {
        Tensor x = Tensor.From([1f, 2, 3], 3), seed = Tensor.From([1f, 10, 100], 3);
        x.RequiresGradient = true;
        Tensor y = x * x;
        y.RequiresGradient = true;
        y.Backward(seed);
        Assert.Equal([1f, 10, 100], y.Gradient!.Span.ToArray());
        y.ZeroGradient();
        Assert.Equal([1f, 10, 100], seed.Span.ToArray());
    }

    [Fact]
    public void An_input_that_was_changed_before_Backward_is_noticed()
    {
        Tensor x = Parameter(2), y = x * x;
        x.WritableSpan()[0] = 5;
        Assert.Contains("were changed", Assert.Throws<InvalidOperationException>(() => y.Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_of_ten_thousand_operations_needs_no_deep_stack()
    {
        Tensor x = Parameter(1), sum = x;
        for (int i = 1; i < 10_000; i++) sum += x;
        sum.Backward();
        Assert.Equal(10_000, x.Gradient!.ToScalar());
    }

    private static Tensor Parameter(float value)
    {
        Tensor result = Tensor.Scalar(value);
        result.RequiresGradient = true;
        return result;
    }
}
