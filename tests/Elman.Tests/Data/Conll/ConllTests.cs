namespace Elman.Tests.Data;

/// <summary>Lines of files of tagged sentences that mislead.</summary>
public sealed class ConllTests
{
    [Fact]
    public void A_number_sign_may_be_the_first_word()
    {
        IReadOnlyList<TaggedSentence> read = Read("# # B-NP\n200 CD I-NP\n. . O\n\n# text = a thing\n# a note of more than three words\nIt PRP B-NP\n# # B-NP\n");
        Assert.Equal([["#", "200", "."], ["It", "#"]], read.Select(sentence => sentence.Words.ToArray()));
        Assert.Equal(["B-NP", "I-NP", "O"], read[0].Tags!);
    }

    [Fact]
    public void A_comment_that_gives_a_value_is_one_whatever_its_length()
    {
        TaggedSentence sentence = Assert.Single(Conll.Read("x", new StringReader("# intent = Play\nit PRP x O\n"), label: "intent"));
        Assert.Equal(("Play", 1), (sentence.Label, sentence.Words.Count));
    }

    private static IReadOnlyList<TaggedSentence> Read(string text) => Conll.Read("x", new StringReader(text));
}
