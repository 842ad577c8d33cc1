using Elman.Tests.Files;

namespace Elman.Tests.Tasks.Classification;

/// <summary>Labels of whole sequences, through the frame.</summary>
public sealed class SequenceClassifierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Series_are_learned_saved_and_loaded_to_the_bit()
    {
        Example<Sequence, string>[] unseen = SmallSequences.Waves(60, 2);
        SequenceClassifier model = SequenceClassifier.Train(SmallSequences.Waves(150, 1), SmallSequences.Quick);
        ClassificationReport report = model.Evaluate(unseen);
        Assert.True(report.Accuracy > 0.9 && report.Floor < 0.4, report.ToString());
        Assert.Equal(30, model.Report!.Count);
        Assert.Equal(["down", "flat", "up"], model.Classes);

        model.Save(_folder["model"]);
        SequenceClassifier loaded = SequenceClassifier.Load(_folder["model"]);
        Assert.Equal(report.ToJson(), loaded.Evaluate(unseen).ToJson());
        Assert.Equal(model.Report.ToJson(), loaded.Report!.ToJson());
        model.Save(_folder["again"]);
        Assert.Equal(File.ReadAllBytes(_folder["model"]), File.ReadAllBytes(_folder["again"]));
    }

    [Fact]
    public void Predictions_do_not_depend_on_batch_mates_or_threads()
    {
        SequenceClassifier model = SequenceClassifier.Train(SmallSequences.Waves(60, 1), SmallSequences.Quick);
        Sequence[] sequences = [.. SmallSequences.Waves(20, 5).Select(example => example.Input), Sequence.Of(ReadOnlyMemory<float>.Empty, 2)];
        float[][] together = [.. model.Predict(sequences).Select(said => said.Probabilities.ToArray())];
        int before = Compute.Threads;
        Compute.Threads = 3;
        for (int i = 0; i < sequences.Length; i++) Assert.Equal(together[i], model.Predict(sequences[i]).Probabilities);
        Compute.Threads = before;
        Assert.All(together, row => Assert.Equal(1, row.Sum(), 1e-5));
    }

    [Theory]
    [InlineData("both")]
    [InlineData("words")]
    [InlineData("characters")]
    [InlineData("bytes")]
    public void Texts_are_learned_in_every_unit(string unit)
    {
        ClassifierOptions options = SmallSequences.Quick with { Input = SmallSequences.Quick.Input with { Unit = unit } };
        SequenceClassifier model = SequenceClassifier.Train(SmallSequences.Texts(150, 1), options);
        Assert.True(model.Evaluate(SmallSequences.Texts(60, 2)).Accuracy > 0.9, $"{model.Report}");
        model.Save(_folder["model"]);
        Assert.Equal(model.Predict(Sequence.Of("some unheard soup")).Probabilities, SequenceClassifier.Load(_folder["model"]).Predict(Sequence.Of("some unheard soup")).Probabilities);
    }

    [Fact]
    public void A_sequence_may_have_several_labels()
    {
        SequenceClassifier model = SequenceClassifier.Train(SmallSequences.Texts(200, 1, "|"), SmallSequences.Quick with { Labels = LabelKind.Several, Separator = "|" });
        ClassificationReport report = model.Evaluate(SmallSequences.Texts(60, 2, "|"));
        Assert.True(report.IsMultiLabel && report.Accuracy > 0.85 && report.MicroF1 > 0.9, report.ToString());
        Assert.Equal(["food", "weather"], model.Predict(Sequence.Of("we like bread rain")).Labels());
    }

    [Fact]
    public void Ordered_labels_keep_their_order()
    {
        Example<Sequence, string>[] Levels(int count, ulong seed)
        {
            RandomStream random = new(seed);
            return [.. Enumerable.Range(0, count).Select(_ =>
            {
                int level = random.NextInt(4);
                float[] values = new float[8];
                for (int t = 0; t < 8; t++) values[t] = level + 0.3f * random.NextNormal();
                return new Example<Sequence, string>(Sequence.Of(values, 1), (string[])["low", "mid", "high", "top"] is var names ? names[level] : "");
            })];
        }
        ClassifierOptions options = SmallSequences.Quick with { Labels = LabelKind.Ordered, Order = ["low", "mid", "high", "top"] };
        SequenceClassifier model = SequenceClassifier.Train(Levels(200, 1), options);
        Assert.Equal(["low", "mid", "high", "top"], model.Classes);
        Assert.True(model.Evaluate(Levels(60, 2)).Accuracy > 0.9, $"{model.Report}");
        Assert.All(model.Predict([.. Levels(9, 3).Select(example => example.Input)]), said => Assert.Equal(1, said.Probabilities.Sum(), 1e-5));
    }

    [Fact]
    public void A_training_that_was_stopped_goes_on_to_the_same_bits()
    {
        Example<Sequence, string>[] examples = SmallSequences.Waves(90, 1);
        ClassifierOptions options = SmallSequences.Quick with { HeldOut = new HeldOut { Refit = "on" } };
        float[] Weights(SequenceClassifier model) => [.. model.Net.Parameters().SelectMany(parameter => parameter.Value.Span.ToArray())];
        SequenceClassifier whole = SequenceClassifier.Train(examples, options);
        using CancellationTokenSource cancellation = new();
        TrainingContext context = new() { CheckpointPath = _folder["run"], Cancellation = cancellation.Token, Progress = new Told<TrainingProgress>(progress => { if (progress.StepsDone == 30) cancellation.Cancel(); }) };
        Assert.Equal(TrainingOutcome.Interrupted, SequenceClassifier.Train(examples, options, context: context).Record.Outcome);
        Assert.Equal(Weights(whole), Weights(SequenceClassifier.Train(examples, options, context: new TrainingContext { CheckpointPath = _folder["run"], Resume = true })));
    }

    [Fact]
    public void What_cannot_be_learned_is_said()
    {
        string Message(IEnumerable<Example<Sequence, string>> examples, ClassifierOptions? options = null) =>
            Assert.Throws<ElmanException>(() => SequenceClassifier.Train([.. examples], options ?? SmallSequences.Quick)).Message;
        Assert.StartsWith("all sequences have the label 'up'", Message(SmallSequences.Waves(9, 1).Where(example => example.Target == "up")), StringComparison.Ordinal);
        Assert.Contains("elman train regress", Message(SmallSequences.Waves(60, 1).Select((example, i) => example with { Target = $"{i}.5" })), StringComparison.Ordinal);
        Assert.Contains("does not name the label 'down'", Message(SmallSequences.Waves(9, 1), SmallSequences.Quick with { Labels = LabelKind.Ordered, Order = ["up", "flat"] }), StringComparison.Ordinal);

        List<string> remarks = [];
        Example<Sequence, string>[] examples = [.. SmallSequences.Waves(30, 1), SmallSequences.Waves(1, 3)[0] with { Target = "once" }];
        SequenceClassifier model = SequenceClassifier.Train(examples, SmallSequences.Quick, [SmallSequences.Waves(1, 3)[0] with { Target = "never" }], context: new TrainingContext { Remark = remarks.Add });
        Assert.Contains(remarks, remark => remark.StartsWith("the label once occurs once", StringComparison.Ordinal));
        Assert.Contains(remarks, remark => remark.Contains("1 label that the training does not know, never", StringComparison.Ordinal));
        Assert.Equal(0, model.Report!.Accuracy);
        Assert.Contains("a text came", Assert.Throws<ElmanException>(() => model.Predict(Sequence.Of("text"))).Message, StringComparison.Ordinal);
        Assert.Contains("reads 2 values a time step, a sequence has 3", Assert.Throws<ElmanException>(() => model.Predict(Sequence.Of(new float[6], 3))).Message, StringComparison.Ordinal);
    }
}
