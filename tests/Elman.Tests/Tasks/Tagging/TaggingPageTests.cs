using Elman.Tests.Files;
using Elman.Tests.Settings;

namespace Elman.Tests.Tasks.Tagging;

/// <summary>What docs/tagging.md shows.</summary>
public sealed class TaggingPageTests
{
    [Fact]
    public void The_page_shows_the_settings_of_the_code() => SettingsPage.Match("docs/tagging.md", TaggerOptions.Settings.ToMarkdown());

    [Fact]
    public void The_page_shows_code_that_is_compiled_here() => PageSnippets.AreCompiled("docs/tagging.md", 2, "tests/Elman.Tests/Tasks/Tagging/TaggingPageTests.cs");

    [Fact]
    public void The_examples_of_the_page_do_what_it_says()
    {
        using TemporaryFolder folder = new();
        string path = folder["train.conll"];
        TaggerOptions options = SmallSentences.Quick;
        File.WriteAllText(path, string.Concat(SmallSentences.Make(200, 1).Select(sentence => $"# intent = {sentence.Label}\n{string.Concat(sentence.Words.Zip(sentence.Tags!, (word, tag) => $"{word}\t{tag}\n"))}\n")));

        IReadOnlyList<TaggedSentence> sentences = Conll.Read(path, label: "intent");
        Tagger model = Tagger.Train(sentences, options);
        Console.WriteLine(model.Report);                                             // on sentences that its training had not seen
        foreach ((string word, string tag, float confidence) in model.Tag("fly me to Rio de Janeiro")) Console.WriteLine($"{word} {tag} {confidence:0.00}");
        TagPrediction said = model.Predict(new TaggedSentence(["how", "is", "the", "weather", "in", "Oslo"]));
        (TagSpan span, float sure) = said.Spans[0];                                  // place, word 5, one word
        IReadOnlyList<TagAlternative> best = model.Best(new TaggedSentence(["fly", "me", "to", "Oslo"]), 3);

        Assert.Equal((new TagSpan("place", 5, 1), "weather", 3), (span, said.Label, best.Count));
        Assert.InRange(sure, 0.5f, 1);

        RandomStream random = new(1);
        int[] lengths = [4, 2], gold = [0, 1, 3, 8, 0, 0, 0, 0];

        TagMoves moves = TagSchemes.Moves(TagScheme.Bioes, TagSchemes.TagsOf(TagScheme.Bioes, ["goal", "day"]));
        Crf crf = new(moves);
        Tensor emissions = Tensor.Normal(random, 2, 4, crf.Classes);
        Tensor loss = crf.Loss(emissions, gold, lengths);                            // emissions [N, L, C], its gradient without a tape
        int[][] bestTags = crf.Viterbi(emissions, lengths);
        TagPosterior[] posteriors = crf.Marginals(emissions, lengths);               // posteriors[row][step, tag], .Of(step, run of tags)
        TagPath[][] several = crf.Best(emissions, 5, lengths);

        Assert.True(loss.ToScalar() > 0);
        Assert.Equal(bestTags[0], several[0][0].Tags);
        Assert.Equal(2, posteriors[1].Length);
    }
}
