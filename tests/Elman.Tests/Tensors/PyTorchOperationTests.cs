using Elman.Tests.Reference;

namespace Elman.Tests.Tensors;

/// <summary>Every operation of the fixture file "operations": outputs and gradients against PyTorch's.</summary>
public class PyTorchOperationTests
{
    private static readonly Dictionary<string, Func<FixtureCase, Dictionary<string, Tensor>, Tensor>> Operations = new()
    {
        ["softmax"] = (_, t) => t["x"].Softmax(),
        ["softmax-middle"] = (_, t) => t["x"].Softmax(1),
        ["log_softmax"] = (_, t) => t["x"].LogSoftmax(),
        ["log_softmax-middle"] = (_, t) => t["x"].LogSoftmax(1),
        ["layer_norm"] = (_, t) => t["x"].LayerNorm() * t["weight"] + t["bias"],
        ["layer_norm-plain"] = (_, t) => t["x"].LayerNorm(),
        ["linear"] = (_, t) => t["x"].MatMul(t["weight"].Transpose()) + t["bias"],
        ["linear-nobias"] = (_, t) => t["x"].MatMul(t["weight"].Transpose()),
        ["embedding"] = (f, t) => t["weight"].Take(0, f.Inputs["index"].Integers).Reshape(2, 3, 4),
        ["matmul"] = (_, t) => t["a"].MatMul(t["b"]),
        ["matmul-batch"] = (_, t) => t["a"].MatMul(t["b"]),
        ["matmul-broadcast"] = (_, t) => t["a"].MatMul(t["b"]),
        ["add"] = (_, t) => t["a"] + t["b"],
        ["sub"] = (_, t) => t["a"] - t["b"],
        ["mul"] = (_, t) => t["a"] * t["b"],
        ["div"] = (_, t) => t["a"] / t["b"],
        ["sum"] = (_, t) => t["x"].Sum(),
        ["sum-axis"] = (_, t) => t["x"].Sum(1),
        ["sum-axes-keep"] = (_, t) => t["x"].Sum([0, 2], keepAxes: true),
        ["mean"] = (_, t) => t["x"].Mean(),
        ["mean-axis"] = (_, t) => t["x"].Mean(1),
        ["mean-axes-keep"] = (_, t) => t["x"].Mean([0, 2], keepAxes: true),
        ["transpose"] = (_, t) => t["x"].Transpose(0, 2),
        ["flip"] = (_, t) => t["x"].Flip(1),
        ["slice"] = (_, t) => t["x"].Slice(1, 1..3),
        ["concat"] = (_, t) => Tensor.Concat(1, t["a"], t["b"]),
        ["stack"] = (_, t) => Tensor.Stack(1, t["a"], t["b"]),
        ["gather"] = (f, t) => t["x"].Gather(1, f.Inputs["index"].Integers),
        ["tanh"] = (_, t) => t["x"].Tanh(),
        ["sigmoid"] = (_, t) => t["x"].Sigmoid(),
        ["relu"] = (_, t) => t["x"].Relu(),
        ["softplus"] = (_, t) => t["x"].Softplus(),
        ["exp"] = (_, t) => t["x"].Exp(),
        ["log"] = (_, t) => t["x"].Log(),
    };

    [Theory]
    [MemberData(nameof(Fixture.Names), "operations", MemberType = typeof(Fixture))]
    public void Outputs_and_gradients_equal_those_of_PyTorch(string name)
    {
        FixtureCase expected = Fixture.Load("operations")[name];
        Dictionary<string, Tensor> leaves = expected.Inputs.Concat(expected.Parameters)
            .ToDictionary(pair => pair.Key, pair => Tensor.From(pair.Value.Values, pair.Value.Shape));
        foreach (string differentiated in expected.Gradients.Keys) leaves[differentiated].RequiresGradient = true;
        Tensor y = Operations[name](expected, leaves);
        Assert.Equal(new Shape(expected.Outputs["y"].Shape), y.Shape);
        Near.Equal(expected.Outputs["y"].Values, y.Span, what: "y");
        FixtureTensor up = expected.Upstream["y"];
        y.Backward(Tensor.From(up.Values, up.Shape));
        foreach ((string leaf, FixtureTensor gradient) in expected.Gradients)
            Near.Equal(gradient.Values, leaves[leaf].Gradient!.Span, what: $"gradient of {leaf}");
    }

    /// <summary>
    /// Elementwise functions must be near at every value, small ones too, not only relative to the largest. For softplus PyTorch's own number, ln(1 + e)
    /// in double precision, is 0 below 2⁻⁵³; <see cref="PointwiseTests.Softplus_is_exact_where_it_is_tiny"/> goes further down.
    /// </summary>
    [Theory]
    [InlineData("tanh", 5e-7)]
    [InlineData("sigmoid", 5e-7)]
    [InlineData("softplus", 2e-7, 1.2e-16)]
    [InlineData("exp", 5e-7)]
    [InlineData("log", 2e-7)]
    public void A_function_is_near_at_every_single_value(string name, double relative, double absolute = 1e-37)
    {
        FixtureCase expected = Fixture.Load("operations")[name];
        float[] x = expected.Inputs["x"].Values, y = expected.Outputs["y"].Values;
        Tensor actual = Operations[name](expected, new() { ["x"] = Tensor.From(x, x.Length) });
        for (int i = 0; i < x.Length; i++)
            Assert.True(Math.Abs(actual.Span[i] - (double)y[i]) <= relative * Math.Abs(y[i]) + absolute, $"{name}({x[i]:R}) is {y[i]:R}, not {actual.Span[i]:R}");
    }
}
