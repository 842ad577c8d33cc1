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
