namespace Elman.Tests.Evaluation;

/// <summary>Scores of labels and numbers beside values computed by hand.</summary>
public sealed class LabelReportTests
{
    [Fact]
    public void Single_labels()
    {
        // a a b b c c against a b b b a (unknown d): three right of six.
        ClassificationReport report = ClassificationReport.Of(["a", "b", "c"], ["a", "a", "b", "b", "c", "d"],
            [[0.8f, 0.1f, 0.1f], [0.2f, 0.7f, 0.1f], [0.1f, 0.9f, 0], [0.25f, 0.5f, 0.25f], [0.6f, 0.2f, 0.2f], [0.4f, 0.3f, 0.3f]], "a");
        Assert.Equal(0.5, report.Accuracy, 1e-12);
        Assert.Equal(2.0 / 6, report.Floor, 1e-12);
        // a: 1 of 3 said, 1 of 2 there; b: 2 of 3, 2 of 2; c and d: none.
        Assert.Equal([0.4, 0.8, 0, 0], report.Classes.Select(score => score.F1));
        Assert.Equal(0.3, report.MacroF1, 1e-12);
        Assert.Equal((0.4 * 2 + 0.8 * 2) / 6, report.WeightedF1, 1e-12);
        Assert.Equal(-(Math.Log(0.8) + Math.Log(0.2) + Math.Log(0.9) + Math.Log(0.5) + Math.Log(0.2)) / 5, report.LogLoss, 1e-6);
        // Bins of 1/15: each prediction stands alone in its own.
        Assert.Equal((0.2 + 0.7 + 0.1 + 0.5 + 0.6 + 0.4) / 6, report.CalibrationError, 1e-6);
        Assert.Equal([1, 1, 0, 0], report.Confusion[0]);
        Assert.Equal([1, 0, 0, 0], report.Confusion[3]);
    }

    [Fact]
    public void Several_labels()
    {
        ClassificationReport report = ClassificationReport.OfLabelSets(["a", "b"], [["a"], ["a", "b"], [], ["b"]], [[0.9f, 0.2f], [0.8f, 0.4f], [0.1f, 0.1f], [0.6f, 0.7f]], 0.5, ["a"]);
        Assert.Equal(0.5, report.Accuracy);
        Assert.Equal(0.25, report.Floor);
        Assert.Equal([(2, 3, 2), (2, 1, 1)], report.Classes.Select(score => (score.Support, score.Said, score.Right)));
        Assert.Equal(2.0 * 3 / 8, report.MicroF1, 1e-12);
    }

    [Fact]
    public void Numbers()
    {
        RegressionReport report = RegressionReport.Of([1, 2, 3, 4], [1, 3, 3, 2], [0.5, 2.5, 2.5, 1.5], [1.5, 3.5, 3.5, 2.5], 0.8, 2);
        Assert.Equal((0.75, Math.Sqrt(5.0 / 4), 0.0, 1.0, 0.5), (report.MeanAbsoluteError, report.RootMeanSquaredError, Math.Round(report.Determination, 12), report.FloorMeanAbsoluteError, report.Coverage));
        Assert.Equal(Math.Sqrt(1.5), report.FloorRootMeanSquaredError, 1e-12);
    }

    [Fact]
    public void Losses_of_classes_are_their_formulas()
    {
        RandomStream random = new(5);
        Tensor logits = Tensor.Normal(random, 4, 3);
        logits.RequiresGradient = true;
        int[] target = [0, 2, 1, 1];
        Assert.Equal(Loss.CrossEntropy(logits, target, [1, 2, 0.5f]).ToScalar(), Loss.Focal(logits, target, 0, [1, 2, 0.5f]).ToScalar(), 1e-6f);
        GradientCheck.Require(() => Loss.Focal(logits, target, 2), [logits]);
        double focal = Enumerable.Range(0, 4).Average(row =>
        {
            double sum = Enumerable.Range(0, 3).Sum(c => Math.Exp(logits[row, c])), p = Math.Exp(logits[row, target[row]]) / sum;
            return -Math.Pow(1 - p, 2) * Math.Log(p);
        });
        Assert.Equal(focal, Loss.Focal(logits, target, 2).ToScalar(), 1e-6);
        Tensor wanted = Tensor.From([1f, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1], 4, 3);
        GradientCheck.Require(() => Loss.BinaryCrossEntropy(logits, wanted), [logits]);
        double binary = Enumerable.Range(0, 12).Average(i => wanted.Span[i] > 0 ? Math.Log(1 + Math.Exp(-logits.Span[i])) : Math.Log(1 + Math.Exp(logits.Span[i])));
        Assert.Equal(binary, Loss.BinaryCrossEntropy(logits, wanted).ToScalar(), 1e-6);
        Assert.Equal(1000, Loss.BinaryCrossEntropy(Tensor.From([1000f, 0], 1, 2), Tensor.From([0f, 0], 1, 2)).ToScalar() * 2, 1f);
    }

    [Fact]
    public void Attention_pools_valid_steps_only()
    {
        RandomStream random = new(5);
        AttentionPool pool = new(3, random);
        Tensor input = Tensor.Normal(random, 2, 4, 3);
        input.RequiresGradient = true;
        Tensor weights = pool.Weights(input, [2, 0]);
        Assert.Equal(1, weights[0, 0] + weights[0, 1], 1e-6f);
        Assert.Equal([0, 0, 0, 0, 0, 0], weights.Span[2..]);
        Assert.Equal([0, 0, 0], pool.Forward(input, [2, 0]).Span[3..]);
        Assert.Equal(pool.Forward(Tensor.From(input.Span[..6], 1, 2, 3)).Span, pool.Forward(input, [2, 0]).Span[..3]);
        GradientCheck.Require(() => pool.Forward(input, [2, 4]).Sum(), [input, .. pool.Parameters().Select(parameter => parameter.Value)]);
    }
}
