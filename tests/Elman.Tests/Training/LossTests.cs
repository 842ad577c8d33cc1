using Elman.Tests.Reference;

namespace Elman.Tests.Training;

public class LossTests
{
    [Theory]
    [MemberData(nameof(Fixture.Names), "losses", MemberType = typeof(Fixture))]
    public void A_loss_and_its_gradients_agree_with_PyTorch(string name)
    {
        FixtureCase torch = Fixture.Load("losses")[name];
        Dictionary<string, Tensor> inputs = torch.Inputs.ToDictionary(pair => pair.Key, pair => Leaf(pair.Value, torch.Gradients.ContainsKey(pair.Key)));
        Tensor loss = Compute(torch, inputs);
        Near.Equal(torch.Outputs["loss"].Values, loss.Span, 1e-6, "loss");
        loss.Backward();
        foreach ((string of, FixtureTensor gradient) in torch.Gradients)
            Near.Equal(gradient.Values, inputs[of].Gradient!.Span, 2e-6, $"gradient of {of}");
    }

    [Theory]
    [MemberData(nameof(Fixture.Names), "losses", MemberType = typeof(Fixture))]
    public void A_loss_is_the_same_to_the_bit_where_no_gradient_is_wanted(string name)
    {
        FixtureCase torch = Fixture.Load("losses")[name];
        Dictionary<string, Tensor> inputs = torch.Inputs.ToDictionary(pair => pair.Key, pair => Leaf(pair.Value, true));
        float recorded = Compute(torch, inputs).ToScalar();
        using (Tensor.NoGradient()) Assert.Equal(recorded, Compute(torch, inputs).ToScalar());
    }

    [Fact]
    public void The_gradient_that_reaches_a_loss_scales_what_it_hands_on()
    {
        Tensor prediction = Leaf([3, 5], [2]);
        Loss.MeanSquaredError(prediction, Tensor.From([1, 1], 2)).Backward(Tensor.Scalar(10));
        Assert.Equal([20, 40], prediction.Gradient!.Span);
    }

    [Fact]
    public void Elements_of_weight_0_are_not_read_and_the_mean_is_that_of_the_others()
    {
        float[] targets = [1, float.NaN, 4, float.PositiveInfinity, 0, 2];
        Tensor all = Leaf([2, 9, 2, 9, 1, 5], [2, 3]), some = Leaf([2, 2, 1, 5], [4]);
        Tensor weights = Tensor.From([1, 0, 1, 0, 1, 1], 2, 3), target = Tensor.From(targets, 2, 3), kept = Tensor.From([1, 4, 0, 2], 4);
        foreach (Func<Tensor, Tensor, Tensor?, Tensor> loss in (Func<Tensor, Tensor, Tensor?, Tensor>[])
            [Loss.MeanSquaredError, Loss.MeanAbsoluteError, (p, t, w) => Loss.Huber(p, t, 1.5f, w),
                (p, t, w) => Loss.Gaussian(p, Tensor.Full(0.7f, p.Shape.Extents), t, w),
                (p, t, w) => Loss.StudentT(Tensor.Full(4, p.Shape.Extents), p, Tensor.Full(0.7f, p.Shape.Extents), t, w)])
        {
            all.ZeroGradient();
            some.ZeroGradient();
            Tensor masked = loss(all, target, weights), plain = loss(some, kept, null);
            Assert.Equal(plain.ToScalar(), masked.ToScalar());
            masked.Backward();
            plain.Backward();
            ReadOnlySpan<float> g = some.Gradient!.Span;
            Assert.Equal([g[0], 0, g[1], 0, g[2], g[3]], all.Gradient!.Span);
        }
    }

    [Fact]
    public void Weights_make_a_weighted_mean_and_may_cover_leading_axes_only()
    {
        Tensor prediction = Leaf([1, 2, 3, 4], [2, 2]), target = Tensor.Zeros(2, 2);
        Tensor loss = Loss.MeanSquaredError(prediction, target, Tensor.From([3, 1], 2));
        Assert.Equal((3 * (1 + 4) + 1 * (9 + 16)) / 8f, loss.ToScalar());
        loss.Backward();
        Assert.Equal([2 * 1 * 3 / 8f, 2 * 2 * 3 / 8f, 2 * 3 / 8f, 2 * 4 / 8f], prediction.Gradient!.Span);
    }

    [Fact]
    public void The_pinball_loss_takes_the_weights_of_its_targets()
    {
        Tensor both = Leaf([0, 1, 5, 6], [2, 2]), one = Leaf([0, 1], [1, 2]);
        Tensor masked = Loss.Pinball(both, Tensor.From([3, float.NaN], 2), [0.2f, 0.9f], Tensor.From([1, 0], 2));
        Tensor plain = Loss.Pinball(one, Tensor.From([3], 1), [0.2f, 0.9f]);
        Assert.Equal((0.2f * 3 + 0.9f * 2) / 2, plain.ToScalar(), 1e-6f);
        Assert.Equal(plain.ToScalar(), masked.ToScalar());
        masked.Backward();
        Assert.Equal([-0.1f, -0.45f, 0, 0], both.Gradient!.Span);
    }

    [Fact]
    public void If_no_element_counts_the_loss_and_its_gradient_are_0()
    {
        Tensor prediction = Leaf([1, 2], [2]), logits = Leaf([1, 2, 3, 4], [2, 2]);
        Tensor regression = Loss.MeanSquaredError(prediction, Tensor.From([float.NaN, 1], 2), Tensor.Zeros(2));
        Tensor classification = Loss.CrossEntropy(logits, [Loss.Ignored, Loss.Ignored]);
        regression.Backward();
        classification.Backward();
        Assert.Equal([0, 0], [regression.ToScalar(), classification.ToScalar()]);
        Assert.Equal([0, 0], prediction.Gradient!.Span);
        Assert.Equal([0, 0, 0, 0], logits.Gradient!.Span);
    }

    [Fact]
    public void Length_weights_are_1_in_the_valid_steps_only()
    {
        Assert.Equal([1, 1, 0, 0, 0, 0, 1, 1, 1], Loss.LengthWeights([2, 0, 3], 3).Span);
        Assert.Throws<ArgumentException>(() => Loss.LengthWeights([4], 3));
    }

    [Fact]
    public void Cross_entropy_does_not_overflow()
    {
        Tensor logits = Leaf([1e4f, -1e4f, 3e38f, -3e38f], [2, 2]);
        Tensor loss = Loss.CrossEntropy(logits, [0, 0]);
        loss.Backward();
        Assert.Equal(0, loss.ToScalar());
        Assert.Equal([0, 0, 0, 0], logits.Gradient!.Span);
    }

    [Theory]
    [InlineData(-200)]
    [InlineData(-20)]
    [InlineData(-1.5)]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(25)]
    [InlineData(1e30)]
    public void Raw_outputs_become_parameters_through_softplus(float x)
    {
        double softplus = x > 40 ? x : Math.Log(1 + Math.Exp(x)), slope = 1 / (1 + Math.Exp(-x));
        if (x < -15) softplus = Math.Exp(x);
        Tensor raw = Leaf([x, x, x], [1, 3]);
        (Tensor df, Tensor mean, Tensor scale) = Loss.StudentTParameters(raw, floor: 0);
        Near.Equal([2 + softplus], df.Span, 1e-6);
        Assert.Equal(x, mean.ToScalar());
        Near.Equal([(double)(float)softplus], scale.Span, 1e-6);
        scale.Backward();
        Near.Equal([0, 0, (double)(float)slope], raw.Gradient!.Span, 1e-6);

        Tensor two = Leaf([x, x], [1, 2]);
        (Tensor mu, Tensor sigma) = Loss.GaussianParameters(two, floor: 0.5f);
        Near.Equal([0.5 + softplus], sigma.Span, 1e-6);
        mu.Backward(Tensor.From([3], 1));
        Assert.Equal([3, 0], two.Gradient!.Span);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    [InlineData(1.4616321449683623)]
    [InlineData(7.3)]
    [InlineData(500)]
    public void The_slope_of_log_gamma_agrees_with_differences_and_its_value_with_the_reference(double x)
    {
        double reference = ReferenceMaths.LogGamma(x), step = 1e-4 * x;
        Assert.Equal(reference, Gamma.Log(x), 1e-12 * Math.Max(1, Math.Abs(reference)));
        double difference = (ReferenceMaths.LogGamma(x + step) - ReferenceMaths.LogGamma(x - step)) / (2 * step);
        Assert.Equal(difference, Gamma.LogSlope(x), 1e-6 * Math.Max(1, Math.Abs(difference)));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_with_both_shapes()
    {
        string message = Assert.Throws<ArgumentException>(() => Loss.MeanSquaredError(Tensor.Zeros(2, 3), Tensor.Zeros(3, 2))).Message;
        Assert.Contains("[3, 2]", message, StringComparison.Ordinal);
        Assert.Contains("[2, 3]", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Loss.MeanSquaredError(Tensor.Zeros(2, 3), Tensor.Zeros(2, 3), Tensor.Ones(3)));
        Assert.Throws<ArgumentException>(() => Loss.MeanSquaredError(Tensor.Zeros(2), Tensor.Zeros(2), Tensor.Full(-1, 2)));
        Assert.Throws<ArgumentException>(() => Loss.CrossEntropy(Tensor.Zeros(2, 3), [0, 3]));
        Assert.Throws<ArgumentException>(() => Loss.CrossEntropy(Tensor.Zeros(2, 3), [0]));
        Assert.Throws<ArgumentException>(() => Loss.CrossEntropy(Tensor.Zeros(2, 3), [0, 0], [1, 1]));
        Assert.Throws<ArgumentException>(() => Loss.Pinball(Tensor.Zeros(2, 2), Tensor.Zeros(2), [0.1f, 0.5f, 0.9f]));
        Assert.Throws<ArgumentException>(() => Loss.Pinball(Tensor.Zeros(2, 1), Tensor.Zeros(2), [1.5f]));
        Assert.Throws<ArgumentException>(() => Loss.GaussianParameters(Tensor.Zeros(2, 3)));
    }

    private static Tensor Compute(FixtureCase torch, Dictionary<string, Tensor> inputs) => torch.Name.Split('-')[0] switch
    {
        "mse" => Loss.MeanSquaredError(inputs["prediction"], inputs["target"]),
        "l1" => Loss.MeanAbsoluteError(inputs["prediction"], inputs["target"]),
        "huber" => Loss.Huber(inputs["prediction"], inputs["target"], (float)torch.Number("delta")),
        "pinball" => Loss.Pinball(inputs["prediction"], inputs["target"], inputs["quantiles"].Span),
        "gaussian" => Loss.Gaussian(inputs["mean"], inputs["sigma"], inputs["target"]),
        "student_t" => Loss.StudentT(inputs["df"], inputs["loc"], inputs["scale"], inputs["target"]),
        "cross_entropy" => Loss.CrossEntropy(
            inputs["logits"], torch.Inputs["target"].Integers, inputs.TryGetValue("weight", out Tensor? weight) ? weight.Span : default,
            torch.Text("ignore_index") is null ? Loss.Ignored : torch.Count("ignore_index"), (float)torch.Number("label_smoothing")),
        _ => throw new ArgumentException($"there is no loss for '{torch.Name}'", nameof(torch)),
    };

    private static Tensor Leaf(FixtureTensor values, bool gradient)
    {
        Tensor leaf = Tensor.From(values.Values, values.Shape);
        leaf.RequiresGradient = gradient;
        return leaf;
    }

    private static Tensor Leaf(ReadOnlySpan<float> values, int[] shape)
    {
        Tensor leaf = Tensor.From(values, shape);
        leaf.RequiresGradient = true;
        return leaf;
    }
}
