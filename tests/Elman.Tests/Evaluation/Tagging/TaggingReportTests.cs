using System.Text.Json;

namespace Elman.Tests.Evaluation.Tagging;

public sealed class TaggingReportTests
{
    /// <summary>Tags at random, so mostly broken, of which some go over to the guess.</summary>
    private static (string[] Gold, string[] Said)[] Some(int seed, string places)
    {
        RandomStream random = new((ulong)seed);
        string[] types = ["NP", "VP", "a-b"];
        string Tag() => random.NextInt(4) == 0 ? "O" : $"{places[random.NextInt(places.Length)]}-{types[random.NextInt(3)]}";
        return [.. Enumerable.Range(0, 40).Select(_ =>
        {
            string[] gold = [.. Enumerable.Range(0, random.NextInt(12)).Select(_ => Tag())];
            return (gold, (string[])[.. gold.Select(tag => random.NextInt(4) == 0 ? Tag() : tag)]);
        })];
    }

    public static IEnumerable<TheoryDataRow<int, string>> Cases => Enumerable.Range(0, 60).Select(seed => new TheoryDataRow<int, string>(seed, new[] { "BI", "I", "BIES" }[seed % 3]));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Spans_are_counted_as_conlleval_does(int seed, string places)
    {
        (string[] Gold, string[] Said)[] sentences = Some(seed, places);
        Conlleval expected = new();
        foreach ((string[] gold, string[] said) in sentences) expected.Sentence(gold, said);
        TaggingReport report = TaggingReport.Of([.. sentences.Select(one => new TaggedAnswer(one.Gold, one.Said))], spans: true);
        Assert.Equal((expected.Tokens, (double)expected.CorrectTokens / expected.Tokens), (report.Tokens, report.TokenAccuracy));
        Assert.Equal(expected.Gold.Keys.Union(expected.Guessed.Keys).Order(StringComparer.Ordinal), report.Scores.Select(score => score.Name));
        foreach (ClassScore score in report.Scores)
            Assert.Equal((expected.Gold.GetValueOrDefault(score.Name), expected.Guessed.GetValueOrDefault(score.Name), expected.Correct.GetValueOrDefault(score.Name)), (score.Support, score.Said, score.Right));
        double precision = (double)expected.Correct.Values.Sum() / expected.Guessed.Values.Sum(), recall = (double)expected.Correct.Values.Sum() / expected.Gold.Values.Sum();
        Assert.Equal(2 * precision * recall / (precision + recall), report.Micro.F1, 1e-12);
    }

    [Fact]
    public void The_example_of_the_shared_task_is_counted_by_hand()
    {
        TaggingReport report = TaggingReport.Of(
        [
            new TaggedAnswer(["B-NP", "I-NP", "B-VP", "B-NP", "O"], ["B-NP", "I-NP", "B-VP", "I-NP", "O"]),
            new TaggedAnswer(["B-NP", "I-NP", "O"], ["B-NP", "O", "O"]),
        ], spans: true);
        // Said: NP 0–2, VP, NP (begun by an I), NP 0–1; of these the last is cut too short.
        Assert.Equal(new ClassScore("NP", 3, 3, 2), report.Scores[0]);
        Assert.Equal(new ClassScore("VP", 1, 1, 1), report.Scores[1]);
        Assert.Equal((0.75, 0.75, 0.75), (report.Micro.Precision, report.Micro.Recall, report.Micro.F1));
        Assert.Equal(6.0 / 8, report.TokenAccuracy);
        Assert.Equal(0, report.SentenceAccuracy);
        Assert.Equal((2.0 / 3 + 1) / 2, report.MacroF1, 1e-12);
        Assert.Equal((3 * (2.0 / 3) + 1) / 4, report.WeightedF1, 1e-12);
    }

    [Fact]
    public void Plain_tags_labels_floors_and_unknown_words_are_counted()
    {
        TaggingReport report = TaggingReport.Of(
        [
            new TaggedAnswer(["DET", "NOUN", "VERB"], ["DET", "NOUN", "NOUN"]) { Floor = ["DET", "NOUN", "VERB"], Known = [true, true, false], Label = ("ask", "ask", "ask") },
            new TaggedAnswer(["X"], ["X"]) { Floor = ["NOUN"], Known = [true], Label = ("tell", "ask", "ask") },
        ], spans: false);
        Assert.Equal((0.75, 0.75, 0.5), (report.TokenAccuracy, report.FloorAccuracy!.Value, report.SentenceAccuracy));
        Assert.Equal((1, 0.0, 1.0), (report.UnknownTokens!.Value, report.UnknownAccuracy!.Value, report.KnownAccuracy!.Value));
        Assert.Equal((0.5, 0.5, 0.0), (report.LabelAccuracy!.Value, report.LabelFloor!.Value, report.WholeAccuracy!.Value));
        Assert.Equal(["DET", "NOUN", "VERB", "X"], report.Scores.Select(score => score.Name));
        Assert.Equal(["VERB"], report.UnknownTags);
        Assert.Equal(new ClassScore("NOUN", 1, 2, 1), report.Scores[1]);
        using JsonDocument json = JsonDocument.Parse(report.ToJson());
        Assert.Equal(report.MacroF1, json.RootElement.GetProperty("macro_f1").GetDouble());
        Assert.Equal(report.Scores[1].F1, json.RootElement.GetProperty("types")[1].GetProperty("f1").GetDouble());
        string text = report.ToString();
        Assert.Contains("token accuracy            75.00 %   most frequent tag of each word 75.00 %", text, StringComparison.Ordinal);
        Assert.Contains("label accuracy            50.00 %   most frequent label 50.00 %", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_compare_gives_zeros_and_not_NaN()
    {
        TaggingReport report = TaggingReport.Of([], spans: true);
        Assert.Equal((0.0, 0.0, 0.0), (report.TokenAccuracy, report.Micro.F1, report.WeightedF1));
        Assert.DoesNotContain("NaN", report.ToJson() + report, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TaggingReport.Of([new TaggedAnswer(["O"], [])], spans: true));
    }
}
