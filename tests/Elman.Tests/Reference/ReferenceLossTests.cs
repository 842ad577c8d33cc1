namespace Elman.Tests.Reference;

/// <summary>The reference losses and functions against PyTorch's numbers; their gradients by differences.</summary>
public class ReferenceLossTests
{
    private const double Tolerance = 2e-7;

    [Theory]
    [MemberData(nameof(Fixture.Names), "losses", MemberType = typeof(Fixture))]
    public void A_loss_and_its_slope_agree_with_PyTorch(string name)
    {
        FixtureCase torch = Fixture.Load("losses")[name];
        Dictionary<string, double[]> inputs = torch.Inputs.ToDictionary(pair => pair.Key, pair => pair.Value.Doubles);
        double Loss() => Value(torch, inputs);
        Near.Equal(torch.Outputs["loss"].Values, [Loss()], Tolerance, "loss");
        foreach ((string of, FixtureTensor gradient) in torch.Gradients)
            Near.Equal(gradient.Values, FiniteDifference.Gradient(inputs[of], Loss), 1e-6, $"gradient of {of}");
    }

    [Fact]
    public void Layer_norm_linear_and_softmax_agree_with_PyTorch()
    {
        Fixture operations = Fixture.Load("operations");
        Check("layer_norm", (x, torch) =>
            ReferenceMaths.LayerNorm(x, 6, torch.DoubleParameters["weight"], torch.DoubleParameters["bias"]));
        Check("layer_norm-plain", (x, _) => ReferenceMaths.LayerNorm(x, 6));
        Check("linear", (x, torch) =>
            ReferenceMaths.Linear(x, torch.DoubleParameters["weight"], torch.DoubleParameters["bias"], 6));
        Check("softmax", (x, _) => ReferenceMaths.Softmax(x, 6));
        Check("log_softmax", (x, _) => ReferenceMaths.LogSoftmax(x, 6));

        void Check(string name, Func<double[], FixtureCase, double[]> function)
        {
            FixtureCase torch = operations[name];
            Near.Equal(torch.Outputs["y"].Values, function(torch.Inputs["x"].Doubles, torch), Tolerance, name);
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(0.5, 0.57236494292470008)]
    [InlineData(0.001, 6.9071788853838536)]
    [InlineData(11, 15.104412573075515)]
    [InlineData(100, 359.13420536957540)]
    public void The_logarithm_of_gamma_is_exact_to_thirteen_digits(double x, double expected) =>
        Assert.Equal(expected, ReferenceMaths.LogGamma(x), 1e-13 * Math.Max(1, expected));

    private static double Value(FixtureCase torch, Dictionary<string, double[]> inputs) => torch.Name.Split('-')[0] switch
    {
        "mse" => ReferenceLosses.MeanSquared(inputs["prediction"], inputs["target"]),
        "l1" => ReferenceLosses.MeanAbsolute(inputs["prediction"], inputs["target"]),
        "huber" => ReferenceLosses.Huber(inputs["prediction"], inputs["target"], torch.Number("delta")),
        "pinball" => ReferenceLosses.Pinball(inputs["prediction"], inputs["target"], inputs["quantiles"]),
        "gaussian" => ReferenceLosses.Gaussian(inputs["mean"], inputs["sigma"], inputs["target"]),
        "student_t" => ReferenceLosses.StudentT(inputs["df"], inputs["loc"], inputs["scale"], inputs["target"]),
        "cross_entropy" => ReferenceLosses.CrossEntropy(
            inputs["logits"], 5, torch.Inputs["target"].Integers, inputs.GetValueOrDefault("weight"),
            torch.Text("ignore_index") is null ? null : torch.Count("ignore_index"), torch.Number("label_smoothing")),
        _ => throw new ArgumentException($"There is no reference for the loss '{torch.Name}'.", nameof(torch)),
    };
}
