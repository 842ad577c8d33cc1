using Elman.Tests.Files;
using Elman.Tests.Settings;

namespace Elman.Tests.Tasks.Classification;

/// <summary>What docs/classifying.md shows.</summary>
public sealed class ClassifyingPageTests
{
    [Fact]
    public void The_page_shows_the_settings_of_the_code()
    {
        SettingsPage.Match("docs/classifying.md", ClassifierOptions.Settings.ToMarkdown());
        SettingsPage.Match("docs/classifying.md", RegressorOptions.Settings.ToMarkdown(), "regressor");
    }

    [Fact]
    public void The_page_shows_code_that_is_compiled_here() =>
        PageSnippets.AreCompiled("docs/classifying.md", 2, "tests/Elman.Tests/Tasks/Classification/ClassifyingPageTests.cs");

    [Fact]
    public void A_stream_decides_early()
    {
        ClassifierOptions options = SmallSequences.Quick with { Beginnings = 2, Encoder = SmallSequences.Quick.Encoder with { Direction = Direction.Forward } };
        SequenceClassifier early = SequenceClassifier.Train(SmallSequences.Waves(150, 1), options);
        int right = 0;
        foreach ((Sequence coming, string label) in SmallSequences.Waves(60, 2))
        {
            ClassifierStream stream = early.OpenStream(sure: 0.9);
            for (int at = 0; at < coming.Length && stream.Decision is null; at++) stream.Push(coming.Values.Slice(2 * at, 2));
            string decided = (stream.Decision ?? stream.Prediction!).Label;
            if (decided == label) right++;
        }
        Assert.True(right > 45, $"{right} of 60");
    }

    [Fact]
    public void The_example_of_the_page_does_what_it_says()
    {
        using TemporaryFolder folder = new();
        string trainPath = Write("TRAIN.ts", 90, 1), testPath = Write("TEST.ts", 30, 2);
        ClassifierOptions options = SmallSequences.Quick;

        LabelledSequences train = LabelledSequences.ReadTs(trainPath), test = LabelledSequences.ReadTs(testPath);
        SequenceClassifier model = SequenceClassifier.Train(train, options);
        ClassificationReport report = model.Evaluate(test);
        string label = model.Predict(test[0].Input).Label;

        Assert.True(report.Accuracy > 0.8, report.ToString());
        Assert.Contains(label, model.Classes);

        string Write(string name, int count, ulong seed)
        {
            IEnumerable<string> lines = SmallSequences.Waves(count, seed).Select(example => string.Join(':', Enumerable.Range(0, 2).Select(feature =>
                string.Join(',', Enumerable.Range(0, example.Input.Length).Select(t => FormattableString.Invariant($"{example.Input.Values[2 * t + feature]}"))))) + $":{example.Target}");
            File.WriteAllText(folder[name], $"@classLabel true up down flat\n@data\n{string.Join('\n', lines)}\n");
            return folder[name];
        }
    }
}
