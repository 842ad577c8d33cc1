using System.Numerics;
using Elman.Tests.Kernels;
using Elman.Tests.Reference;

namespace Elman.Tests.Recurrent;

public class ActivationTests
{
    /// <summary>Every activation with parameters that are not the default, beside ONNX's definition of it and the error allowed in units in the last place.</summary>
    private static readonly (Activation Activation, Func<double, double> Twin, double Ulps)[] All =
    [
        (Activation.Identity, x => x, 0),
        (Activation.Sigmoid, x => 1 / (1 + Math.Exp(-x)), 3),
        (Activation.Tanh, Math.Tanh, 5),
        (Activation.Relu, x => Math.Max(0, x), 0),
        (Activation.Affine(1.5f, -0.75f), x => 1.5 * x - 0.75, 1),
        (Activation.LeakyRelu(0.25f), x => x < 0 ? 0.25 * x : x, 1),
        (Activation.ThresholdedRelu(0.5f), x => x > 0.5 ? x : 0, 0),
        (Activation.ScaledTanh(1.75f, 0.625f), x => 1.75 * Math.Tanh(0.625 * x), 7),
        (Activation.HardSigmoid(0.375f, 0.25f), x => Math.Max(0, Math.Min(1, 0.375 * x + 0.25)), 1),
        (Activation.Elu(0.5f), x => x < 0 ? 0.5 * (Math.Exp(x) - 1) : x, double.NaN),
        (Activation.Softsign, x => x / (1 + Math.Abs(x)), 2),
        (Activation.Softplus, x => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))), 6),
    ];

    public static TheoryData<string> Names => [.. All.Select(each => each.Activation.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_are_ONNX_s_at_every_length(string name)
    {
        (Activation activation, Func<double, double> twin, double ulps) = Of(name);
        if (!double.IsNaN(ulps)) Kernel.CheckElementwise(activation.Apply, twin, ulps);
        // e^x − 1 cancels near 0, so for Elu it is the absolute error that is small.
        float[] x = Kernel.Values(1000, 3), y = new float[x.Length];
        for (int i = 0; i < x.Length; i++) x[i] *= 8;
        activation.Apply(x, y);
        for (int i = 0; i < x.Length; i++) Assert.Equal(twin(x[i]), y[i], 3e-7 * Math.Max(1, Math.Abs(twin(x[i]))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Derivatives_are_finite_differences(string name)
    {
        (Activation activation, Func<double, double> twin, _) = Of(name);
        foreach (int length in Kernel.Lengths)
        {
            float[] x = [.. Kernel.Values(length, (ulong)length).Select(value => 3 * value)], y = new float[length], slope = Kernel.Values(length, 77), gradient = Kernel.Values(length, 78);
            double[] at = Array.ConvertAll(x, value => (double)value);
            double[] expected = FiniteDifference.Gradient(at, () => at.Select((value, i) => slope[i] * twin(value)).Sum());
            for (int i = 0; i < length; i++) expected[i] += gradient[i];
            activation.Apply(x, y);
            activation.AddGradient(x, y, slope, gradient);
            for (int i = 0; i < length; i++) Assert.Equal(expected[i], gradient[i], 2e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_no_number_stays_none_and_large_numbers_do_no_harm(string name)
    {
        (Activation activation, Func<double, double> twin, _) = Of(name);
        float[] x = [float.NaN, 1e30f, -1e30f, float.PositiveInfinity], y = new float[4];
        activation.Apply(x, y);
        Assert.True(float.IsNaN(y[0]));
        for (int i = 1; i < 3; i++) Assert.Equal(twin(x[i]), y[i], 1e-6 * Math.Max(1, Math.Abs(twin(x[i]))));
    }

    [Fact]
    public void All_activations_are_tested_here_and_go_by_their_names()
    {
        Assert.Equal(All.Length, All.Select(each => each.Activation.Name).Distinct().Count());
        foreach ((Activation activation, _, _) in All) Assert.Equal(activation, Activation.Create(activation.Name.ToLowerInvariant(), activation.Alpha, activation.Beta));
        string message = Assert.Throws<ElmanException>(() => Activation.Create("Rellu")).Message;
        Assert.All(All, each => Assert.Contains(each.Activation.Name, message));
        Assert.Equal(All.Length, message.Split(',').Length);
    }

    [Fact]
    public void Default_parameters_are_ONNX_s()
    {
        Assert.Equal("Affine(1, 0)", Activation.Create("Affine").ToString());
        Assert.Equal("LeakyRelu(0.01)", Activation.Create("LeakyRelu").ToString());
        Assert.Equal("ThresholdedRelu(1)", Activation.Create("ThresholdedRelu").ToString());
        Assert.Equal("HardSigmoid(0.2, 0.5)", Activation.Create("HardSigmoid").ToString());
        Assert.Equal("Elu(1)", Activation.Create("Elu").ToString());
        Assert.Equal("Tanh", Activation.Create("Tanh", 3, 4).ToString());
        Assert.Equal(Activation.Identity, default);
    }

    [Fact]
    public void Parameters_must_be_finite() =>
        Assert.Contains("alpha and beta of HardSigmoid must be finite, got NaN and 0.5", Assert.Throws<ArgumentException>(() => Activation.HardSigmoid(float.NaN)).Message);

    [Fact]
    public void Spans_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Activation.Elu().Apply(new float[3], new float[2]));
        Assert.Throws<ArgumentException>(() => Activation.Elu().AddGradient(new float[3], new float[3], new float[2], new float[3]));
    }

    private static (Activation Activation, Func<double, double> Twin, double Ulps) Of(string name) => All.Single(each => each.Activation.Name == name);
}
