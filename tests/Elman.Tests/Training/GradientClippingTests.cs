using Elman.Tests.Reference;

namespace Elman.Tests.Training;

public class GradientClippingTests
{
    [Theory]
    [InlineData("clip-norm")]
    [InlineData("clip-norm-untouched")]
    public void Clipping_by_norm_agrees_with_PyTorch(string name)
    {
        FixtureCase torch = Fixture.Load("optimizers")[name];
        (string Name, Tensor Value)[] parameters = Parameters(torch);
        Near.Equal(torch.Outputs["norm"].Values, [GradientClipping.ByNorm(parameters, torch.Number("max_norm"))], 1e-7);
        Check(torch, parameters);
    }

    [Fact]
    public void Clipping_by_value_agrees_with_PyTorch()
    {
        FixtureCase torch = Fixture.Load("optimizers")["clip-value"];
        (string Name, Tensor Value)[] parameters = Parameters(torch);
        GradientClipping.ByValue(parameters, torch.Number("clip_value"));
        Check(torch, parameters);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void The_norm_tells_of_a_gradient_that_is_not_finite(float bad)
    {
        for (int at = 0; at < 19; at++)
        {
            float[] values = new float[19];
            values[at] = bad;
            Tensor parameter = Tensor.Zeros(19);
            OptimizerTests.Give(parameter, values);
            Assert.False(double.IsFinite(GradientClipping.ByNorm([("p", parameter)], 1)));
            Assert.Equal(values, parameter.Gradient!.Span);
        }
    }

    [Fact]
    public void The_norm_of_the_largest_floats_does_not_overflow()
    {
        Tensor parameter = Tensor.Zeros(17);
        OptimizerTests.Give(parameter, Enumerable.Repeat(3e38f, 17).ToArray());
        Near.Equal([3e38 * Math.Sqrt(17)], [GradientClipping.ByNorm([("p", parameter)], 1)], 1e-6);
        Near.Equal([1 / Math.Sqrt(17)], [parameter.Gradient!.Span[16]], 1e-6);
    }

    private static (string Name, Tensor Value)[] Parameters(FixtureCase torch) => [.. torch.Inputs.Select(pair =>
    {
        Tensor parameter = Tensor.Zeros(pair.Value.Shape);
        OptimizerTests.Give(parameter, pair.Value.Values);
        return (pair.Key, parameter);
    })];

    private static void Check(FixtureCase torch, (string Name, Tensor Value)[] parameters)
    {
        foreach ((string name, Tensor value) in parameters) Near.Equal(torch.Outputs[name].Values, value.Gradient!.Span, 1e-6, name);
    }
}
