using Elman.Tests.Reference;

namespace Elman.Tests.Tensors;

/// <summary>An operation of the user's own, and the check of its gradient.</summary>
public class OwnOperationTests
{
    private static Tensor Cube(Tensor x) => Tensor.Record(Values(x, value => value * value * value), [x], slope => [slope * 3 * x * x]);

    private static Tensor WrongCube(Tensor x) => Tensor.Record(Values(x, value => value * value * value), [x], slope => [slope * 2 * x * x]);

    [Fact]
    public void Its_gradient_flows_on_to_what_its_inputs_were_computed_from()
    {
        Tensor x = Some.Tensor(2, 3);
        FiniteDifferences.Check(inputs => Cube(inputs[0].Tanh()) * inputs[0], x);
        // Of two inputs, one of which gets none.
        Tensor a = Some.Tensor(3), b = Some.Seeded(2, 3);
        a.RequiresGradient = b.RequiresGradient = true;
        Tensor.Record(Tensor.From([.. a.Span.ToArray().Zip(b.Span.ToArray(), (x, y) => x * y)], 3), [a, b], slope => [slope * b, null]).Sum().Backward();
        Assert.Equal(b.Span.ToArray(), a.Gradient!.Span.ToArray());
        Assert.Null(b.Gradient);
    }

    [Fact]
    public void It_is_not_recorded_where_nothing_needs_a_gradient()
    {
        int calls = 0;
        Tensor y = Tensor.Record(Tensor.Ones(2), [Tensor.Ones(2)], slope => [slope * ++calls]);
        Assert.Throws<InvalidOperationException>(() => y.Backward());
        Assert.Equal(0, calls);
    }

    [Fact]
    public void A_rule_that_does_not_fit_is_refused()
    {
        Tensor x = Some.Tensor(3);
        x.RequiresGradient = true;
        Says("Record: the result is one of the inputs", () => Tensor.Record(x, [x], slope => [slope]));
        Says("Record: how the result was computed is recorded already", () => Tensor.Record(x * 2, [x], slope => [slope]));
        Says("Record: the operation has 1 inputs, its backward rule returned 2 gradients", () => Tensor.Record(Values(x, v => v), [x], slope => [slope, slope]).Sum().Backward());
        Says("Record: input 0 has shape [3], its gradient []", () => Tensor.Record(Values(x, v => v), [x], slope => [slope.Sum()]).Sum().Backward());

        static void Says(string message, Action action) => Assert.StartsWith(message, Assert.ThrowsAny<Exception>(action).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_check_tells_a_right_rule_from_a_wrong_one()
    {
        Tensor x = Some.Tensor(2, 3);
        GradientCheck.Require(() => Cube(x), [x]);
        GradientDifference worst = GradientCheck.Compare(() => WrongCube(x), x);
        // 2 x² instead of 3 x².
        Assert.Equal(1.0 / 3, worst.Error, 1e-3);
        Assert.Equal(2.0 / 3, worst.Recorded / worst.Numerical, 1e-3);
        Assert.Matches("^the gradient of input 0 at element \\d is .*; the backward rule does not belong to the function", Assert.Throws<ElmanException>(() => GradientCheck.Require(() => WrongCube(x), [x])).Message);
    }

    [Fact]
    public void The_check_names_the_input_and_the_element()
    {
        Tensor a = Tensor.From([1f, 1, 1], 3), b = Tensor.From([1f, 2, 3], 3);
        GradientDifference worst = GradientCheck.Compare(() => Tensor.Record(
            Tensor.From([.. a.Span.ToArray().Zip(b.Span.ToArray(), (x, y) => x * y)], 3), [a, b], slope => [slope * b, slope * a * Tensor.From([1f, 5, 1], 3)]), a, b);
        Assert.Equal((1, 1), (worst.Input, worst.Element));
    }

    [Fact]
    public void The_check_leaves_values_and_gradients_as_they_were()
    {
        Gru gru = new(2, 3, new RandomStream(1));
        Tensor x = Some.Tensor(2, 4, 2);
        (gru.Forward(x) * 3).Sum().Backward();
        Tensor[] parameters = [.. gru.Parameters().Select(parameter => parameter.Value)];
        float[] before = [.. parameters.SelectMany(parameter => parameter.Gradient!.Span.ToArray())], values = [.. parameters.SelectMany(parameter => parameter.Span.ToArray())];
        GradientCheck.Require(() => gru.Forward(x), [.. parameters, x]);
        Assert.Equal(before, parameters.SelectMany(parameter => parameter.Gradient!.Span.ToArray()));
        Assert.Equal(values, parameters.SelectMany(parameter => parameter.Span.ToArray()));
        Assert.False(x.RequiresGradient);
    }

    [Fact]
    public void The_check_refuses_a_function_that_changes_by_itself()
    {
        Tensor x = Tensor.Ones(2);
        int step = 0;
        Assert.StartsWith("the function gave other values", Assert.Throws<InvalidOperationException>(() => GradientCheck.Compare(() => x * ++step, x)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GradientCheck.Compare(() => x * 2));
    }

    private static Tensor Values(Tensor x, Func<float, float> function) => Tensor.From([.. x.Span.ToArray().Select(function)], x.Shape.Extents);
}
