namespace Elman.Tests.Tasks.Classification;

/// <summary>A sequence that comes step by step is labelled as the whole is, to the bit.</summary>
public sealed class ClassifierStreamTests
{
    private static readonly ClassifierOptions Forward = SmallSequences.Quick with
    {
        Encoder = SmallSequences.Quick.Encoder with { Direction = Direction.Forward, Layers = 2 },
        Training = SmallSequences.Quick.Training with { Epochs = 2 },
    };

    [Theory]
    [InlineData(Pooling.MeanMax, 2, 1)]
    [InlineData(Pooling.Mean, 1, 3)]
    [InlineData(Pooling.Max, 1, 2)]
    [InlineData(Pooling.Last, 1, 3)]
    [InlineData(Pooling.Last, 0, 1)]
    public void Every_step_says_what_the_beginning_says_as_a_whole(Pooling pooling, int convolutions, int stride)
    {
        SequenceInputOptions input = Forward.Input with { Filters = convolutions == 0 ? 0 : 8, Convolutions = Math.Max(1, convolutions), Stride = stride };
        SequenceClassifier model = SequenceClassifier.Train(SmallSequences.Waves(60, 1), Forward with { Input = input, Encoder = Forward.Encoder with { Pooling = pooling } });
        foreach (Example<Sequence, string> one in SmallSequences.Waves(3, 9))
        {
            ClassifierStream stream = model.OpenStream();
            for (int step = 1; step <= one.Input.Length; step++)
            {
                ClassPrediction said = stream.Push(one.Input.Values.Slice((step - 1) * 2, 2));
                Assert.Equal(model.Predict(Sequence.Of(one.Input.Memory[..(2 * step)], 2)).Probabilities, said.Probabilities);
            }
            Assert.Equal(one.Input.Length, stream.StepCount);
        }
    }

    [Fact]
    public void Tokens_of_a_text_come_one_by_one()
    {
        SequenceClassifier model = SequenceClassifier.Train(SmallSequences.Texts(60, 1), Forward);
        ClassifierStream stream = model.OpenStream();
        string[] words = ["we", "like", "Bread", "unknown"];
        for (int count = 1; count <= words.Length; count++)
            Assert.Equal(model.Predict(Sequence.Of(string.Join(' ', words.Take(count)))).Probabilities, stream.Push(words[count - 1]).Probabilities);
        Assert.Contains("token", Assert.Throws<ElmanException>(() => stream.Push(1f)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_decision_falls_once_and_stays()
    {
        SequenceClassifier model = SequenceClassifier.Train(SmallSequences.Waves(150, 1), Forward with { Training = SmallSequences.Quick.Training });
        Sequence rising = SmallSequences.Waves(3, 5)[0].Input;
        ClassifierStream stream = model.OpenStream(sure: 0.5, least: 3);
        List<float> confidences = [];
        for (int step = 0; step < rising.Length; step++) confidences.Add(stream.Push(rising.Values.Slice(step * 2, 2)).Confidence);
        int expected = confidences.FindIndex(2, confidence => confidence >= 0.5) + 1;
        Assert.Equal(expected, stream.DecidedAt);
        Assert.Equal(confidences[expected - 1], stream.Decision!.Confidence);
        Assert.Null(model.OpenStream().Decision);
    }

    [Fact]
    public void What_needs_the_whole_sequence_is_refused()
    {
        Assert.Contains("--direction forward", Refusal(SmallSequences.Quick), StringComparison.Ordinal);
        Assert.Contains("--pooling", Refusal(Forward with { Encoder = Forward.Encoder with { Pooling = Pooling.Attention } }), StringComparison.Ordinal);

        static string Refusal(ClassifierOptions options) =>
            Assert.Throws<ElmanException>(() => SequenceClassifier.Train(SmallSequences.Waves(30, 1), options with { Training = options.Training with { Epochs = 1 } }).OpenStream()).Message;
    }
}
