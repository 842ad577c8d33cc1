using Elman.Tests.Files;
using Elman.Tests.Tasks.Classification;

namespace Elman.Tests.Tasks.Regression;

/// <summary>Numbers of sequences and of their steps.</summary>
public sealed class SequenceRegressorTests
{
    private static readonly RegressorOptions Quick = new()
    {
        Input = SmallSequences.Quick.Input,
        Encoder = SmallSequences.Quick.Encoder,
        Level = 0.8,
        HeldOut = new HeldOut { Refit = "off" },
        Training = SmallSequences.Quick.Training with { Epochs = 12 },
    };

    /// <summary>Noise around a level, which is the number; or, at each step, the sum so far.</summary>
    private static Example<Sequence, double[]>[] Make(int count, ulong seed, bool steps = false)
    {
        RandomStream random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float level = random.NextUniform(-2, 2);
            float[] values = new float[4 + random.NextInt(8)];
            foreach (ref float value in values.AsSpan()) value = level + 0.2f * random.NextNormal();
            double sum = 0;
            return new Example<Sequence, double[]>(Sequence.Of(values, 1), steps ? [.. values.Select((value, t) => t == 1 ? double.NaN : sum += value)] : [100 + 10 * level]);
        })];
    }

    [Fact]
    public void A_number_of_a_sequence_comes_with_an_interval_that_holds_it()
    {
        SequenceRegressor model = SequenceRegressor.Train(Make(300, 1), Quick);
        RegressionReport report = model.Evaluate(Make(200, 2));
        Assert.True(report.Determination > 0.9 && report.MeanAbsoluteError < 0.4 * report.FloorMeanAbsoluteError, report.ToString());
        Assert.InRange(report.Coverage, 0.65, 0.95);
        using TemporaryFolder folder = new();
        model.Save(folder["model"]);
        SequenceRegressor loaded = SequenceRegressor.Load(folder["model"]);
        NumberPrediction expected = model.Predict(Make(1, 3)[0].Input), said = loaded.Predict(Make(1, 3)[0].Input);
        Assert.Equal((expected.Value, expected.Low, expected.High), (said.Value, said.Low, said.High));
        Assert.Equal(model.Report!.ToJson(), loaded.Report!.ToJson());
    }

    [Fact]
    public void Each_step_may_have_a_number_of_its_own()
    {
        RegressorOptions options = Quick with { Encoder = Quick.Encoder with { Pooling = Pooling.None, Direction = Direction.Forward, Hidden = 16 }, Training = Quick.Training with { Epochs = 25 } };
        SequenceRegressor model = SequenceRegressor.Train(Make(200, 1, steps: true), options);
        Assert.True(model.EveryStep && model.Evaluate(Make(60, 2, steps: true)).Determination > 0.9, $"{model.Report}");
        Sequence whole = Make(1, 4)[0].Input;
        NumberPrediction all = model.Predict(whole), begun = model.Predict(Sequence.Of(whole.Memory[..3], 1));
        // It looks back only, so what it says of a beginning is what it says of the whole there.
        Assert.Equal(all.Values.Take(3), begun.Values);
    }

    [Fact]
    public void Labels_that_do_not_fit_are_refused()
    {
        Assert.StartsWith("all labels are 7", Assert.Throws<ElmanException>(() => SequenceRegressor.Train([.. Make(9, 1).Select(example => example with { Target = [7] })], Quick)).Message, StringComparison.Ordinal);
        Assert.Contains("has 2 labels, expected one", Assert.Throws<ElmanException>(() => SequenceRegressor.Train([.. Make(9, 1).Select(example => example with { Target = [7, 8] })], Quick)).Message, StringComparison.Ordinal);
        Assert.Contains("infinite", Assert.Throws<ElmanException>(() => SequenceRegressor.Train([.. Make(9, 1).Select(example => example with { Target = [double.PositiveInfinity] })], Quick)).Message, StringComparison.Ordinal);
    }
}
