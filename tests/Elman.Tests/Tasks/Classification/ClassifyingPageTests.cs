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
        PageSnippets.AreCompiled("docs/classifying.md", 1, "tests/Elman.Tests/Tasks/Classification/ClassifyingPageTests.cs");

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
