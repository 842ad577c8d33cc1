using System.Globalization;

namespace Elman.Cli;

/// <summary>A page about a tagger: scores, each type, the sentences with the most and surest mistakes, and text with its labels.</summary>
internal static class TaggingPage
{
    private const int MostWrong = 40, MostShown = 20, MostConfusions = 20;

    public static HtmlPage Of(TaggingReport report, Tagger model, IReadOnlyList<TaggedSentence> sentences, TaskCall call) =>
        Of(report, model, sentences, $"{Path.GetFileName(call.Model)} on {(call.Data == "-" ? "standard input" : Path.GetFileName(call.Data))}", ShellLine.Of(call.Given));

    /// <param name="report">The scores.</param>
    /// <param name="model">The model.</param>
    /// <param name="sentences">What it was scored on.</param>
    /// <param name="title">What stands above the page.</param>
    /// <param name="commandLine">The command line that made it.</param>
    public static HtmlPage Of(TaggingReport report, Tagger model, IReadOnlyList<TaggedSentence> sentences, string title, string commandLine)
    {
        var said = model.Predict(sentences);
        HtmlPage page = new(title);
        page.Paragraph($"{Names.Count(report.Sentences, "sentence")}, {Names.Count(report.Tokens, "word")}: {(report.HasSpans ? $"span F1 {Percent(report.Micro.F1)}, " : "")}token accuracy {Percent(report.TokenAccuracy)}.", "lead");
        if (report.FloorAccuracy is { } floor)
            page.Paragraph($"Had each word the tag that it had most often in training, token accuracy would be {Percent(floor)}{(report.HasSpans ? $", span F1 {Percent(report.FloorF1!.Value)}" : "")}.");
        page.Table(["", "right"], Shares(report).Select(pair => (string[])[pair.Name, Percent(pair.Share)]));
        page.Heading(report.HasSpans ? "Types of spans" : "Tags");
        page.Table([report.HasSpans ? "type" : "tag", "precision", "recall", "F1", "support"], report.Scores.Append(report.Micro).Select(score => (string[])
            [score.Name, Percent(score.Precision), Percent(score.Recall), Percent(score.F1), score.Support.ToString("N0", CultureInfo.InvariantCulture)]));
        Confused(page, sentences, said);
        Worst(page, sentences, said);
        page.Heading("Text with its tags");
        foreach (var (sentence, prediction) in sentences.Zip(said).Where(pair => pair.First.Words.Count > 0).Take(MostShown)) page.Tagged(Marks(sentence, prediction));
        page.Heading("How this was made");
        page.Code(commandLine);
        return page;
    }

    private static IEnumerable<(string Name, double Share)> Shares(TaggingReport report)
    {
        yield return ("sentences with all tags right", report.SentenceAccuracy);
        if (report.LabelAccuracy is { } label) yield return ("labels of sentences", label);
        if (report.LabelFloor is { } floor) yield return ("labels, had all the most frequent one", floor);
        if (report.WholeAccuracy is { } whole) yield return ("sentences with label and tags right", whole);
        if (report.KnownAccuracy is { } known) yield return ("words that were seen in training", known);
        if (report.UnknownAccuracy is { } unknown) yield return ($"words that were not ({report.UnknownTokens:N0})", unknown);
    }

    private static void Confused(HtmlPage page, IReadOnlyList<TaggedSentence> sentences, IReadOnlyList<TagPrediction> said)
    {
        var pairs = sentences.Zip(said).SelectMany(pair => pair.First.Tags!.Zip(pair.Second.Tags)).Where(pair => pair.First != pair.Second).CountBy(pair => pair).OrderByDescending(pair => pair.Value).Take(MostConfusions).ToArray();
        if (pairs.Length == 0) return;
        page.Heading("What was taken for what");
        page.Table(["was", "said", "times"], pairs.Select(pair => (string[])[pair.Key.First, pair.Key.Second, pair.Value.ToString("N0", CultureInfo.InvariantCulture)]));
    }

    /// <summary>Sentences whose wrong tags were given most surely.</summary>
    private static void Worst(HtmlPage page, IReadOnlyList<TaggedSentence> sentences, IReadOnlyList<TagPrediction> said)
    {
        var wrong = sentences.Zip(said).Select(pair => (Sentence: pair.First, Said: pair.Second, Weight: Enumerable.Range(0, pair.First.Words.Count).Where(i => pair.First.Tags![i] != pair.Second.Tags[i]).Sum(i => pair.Second.Confidences[i])))
            .Where(one => one.Weight > 0).OrderByDescending(one => one.Weight).Take(MostWrong).ToArray();
        if (wrong.Length == 0) return;
        page.Heading("Wrong, and most sure");
        page.Paragraph("Below a word stands what was said; struck through, where that is wrong, with the right tag beside it.", "faint");
        foreach (var (sentence, prediction, _) in wrong) page.Tagged(Marks(sentence, prediction));
    }

    private static IEnumerable<(string Word, string Tag, string? Right)> Marks(TaggedSentence sentence, TagPrediction said) => Enumerable.Range(0, sentence.Words.Count)
        .Select(i => (sentence.Words[i], said.Tags[i], sentence.Tags is { } tags && tags[i] != said.Tags[i] ? tags[i] : null));

    private static string Percent(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture) + " %";
}
