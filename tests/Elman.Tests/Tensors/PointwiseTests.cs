using CsCheck;

namespace Elman.Tests.Tensors;

public class PointwiseTests
{
    public static TheoryData<string> Names => [.. Functions.Keys];

    private static readonly Dictionary<string, (Func<Tensor, Tensor> Of, Func<double, double> Twin)> Functions = new()
    {
        ["tanh"] = (x => x.Tanh(), Math.Tanh),
        ["sigmoid"] = (x => x.Sigmoid(), x => 1 / (1 + Math.Exp(-x))),
        ["relu"] = (x => x.Relu(), x => Math.Max(x, 0)),
        ["exp"] = (x => x.Exp(), Math.Exp),
        ["log"] = (x => x.Log(), Math.Log),
        ["softplus"] = (x => x.Softplus(), x => Math.Max(x, 0) + double.LogP1(Math.Exp(-Math.Abs(x)))),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_function_equals_its_twin_in_double_precision(string name)
    {
        foreach (float x in Some.Values(300).Select(x => name == "log" ? x * x : x * 4))
        {
            double expected = Functions[name].Twin(x);
            Assert.Equal(expected, Functions[name].Of(Tensor.Scalar(x)).ToScalar(), 1e-6 * Math.Max(Math.Abs(expected), 1e-3));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_agrees_with_finite_differences(string name)
    {
        // Away from the kink of relu.
        FiniteDifferences.Check(x => Functions[name].Of(x[0]), Some.Positive(5, 7));
        if (name != "log") FiniteDifferences.Check(x => Functions[name].Of(-x[0]), Some.Positive(5, 7));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_element_has_the_same_bits_wherever_it_lies(string name) =>
        Gen.Select(Gen.Float[0.01f, 50], Gen.Int[1, 70]).Sample((value, count) =>
        {
            float alone = Functions[name].Of(Tensor.Scalar(value)).ToScalar();
            Assert.All(Functions[name].Of(Tensor.Full(value, count)).Span.ToArray(), each => Assert.Equal(alone, each));
        });

    [Fact]
    public void Softplus_is_exact_where_it_is_tiny() =>
        Assert.Equal([MathF.Exp(-20), MathF.Exp(-40), MathF.Exp(-80)], Tensor.From([-20, -40, -80], 3).Softplus().Span.ToArray(), (a, b) => MathF.Abs(a / b - 1) < 1e-6f);

    [Fact]
    public void Softplus_overflows_nowhere() =>
        Assert.Equal([0f, 0f, float.Log(2), 200, 3e38f], Tensor.From([-3e38f, -200, 0, 200, 3e38f], 5).Softplus().Span.ToArray());
}
