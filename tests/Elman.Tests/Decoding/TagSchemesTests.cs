namespace Elman.Tests.Decoding;

public sealed class TagSchemesTests
{
    private static string[] Tags(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [Theory]
    [InlineData("NOUN VERB O", TagScheme.Plain)]
    [InlineData("O O", TagScheme.Plain)]
    [InlineData("B-x I-x O", TagScheme.Bio)]
    [InlineData("I-x I-x O I-y B-y I-y", TagScheme.Iob1)]
    [InlineData("I-x O B-x", TagScheme.Bio)]
    [InlineData("B-x E-x O", TagScheme.Bioes)]
    [InlineData("S-x O", TagScheme.Bioes)]
    [InlineData("B-x I-", TagScheme.Plain)]
    public void The_scheme_is_found(string tags, TagScheme expected) => Assert.Equal(expected, TagSchemes.Detect([Tags(tags)]));

    [Theory]
    [InlineData(TagScheme.Bio, "B-x I-x B-x O B-y", -1)]
    [InlineData(TagScheme.Bio, "O I-x", 1)]
    [InlineData(TagScheme.Bio, "B-x I-y", 1)]
    [InlineData(TagScheme.Bio, "B-x S-y", 1)]
    [InlineData(TagScheme.Iob1, "I-x B-x I-x I-y", -1)]
    [InlineData(TagScheme.Iob1, "I-x B-y", 1)]
    [InlineData(TagScheme.Bioes, "B-x I-x E-x S-x O B-y E-y", -1)]
    [InlineData(TagScheme.Bioes, "B-x O", 1)]
    [InlineData(TagScheme.Bioes, "B-x E-y", 1)]
    [InlineData(TagScheme.Bioes, "E-x", 0)]
    [InlineData(TagScheme.Bioes, "O B-x", 1)]
    [InlineData(TagScheme.Bioes, "S-x I-x", 1)]
    [InlineData(TagScheme.Plain, "NOUN I-x", -1)]
    public void What_breaks_it_is_found(TagScheme scheme, string tags, int at)
    {
        Assert.Equal(at, TagSchemes.FirstBreak(scheme, Tags(tags)));
        if (at >= 0) Assert.Contains($"the tag '{Tags(tags)[at]}'", TagSchemes.Complaint(scheme, Tags(tags), at), StringComparison.Ordinal);
    }

    /// <summary>Every sequence of up to four tags of two types: what the moves allow is what keeps the scheme, and nothing else.</summary>
    [Theory]
    [InlineData(TagScheme.Bio)]
    [InlineData(TagScheme.Iob1)]
    [InlineData(TagScheme.Bioes)]
    public void Moves_are_those_of_the_scheme_and_conversions_keep_the_spans(TagScheme scheme)
    {
        string[] tags = TagSchemes.TagsOf(scheme, ["x", "y"]);
        TagMoves moves = TagSchemes.Moves(scheme, tags);
        int legal = 0;
        for (int length = 0; length <= 4; length++)
        {
            for (int number = 0; number < Math.Pow(tags.Length, length); number++)
            {
                int[] path = [.. Enumerable.Range(0, length).Select(step => (int)(number / Math.Pow(tags.Length, step)) % tags.Length)];
                string[] names = [.. path.Select(tag => tags[tag])];
                Assert.Equal(TagSchemes.FirstBreak(scheme, names) < 0, moves.FirstBreak(path) < 0);
                if (moves.FirstBreak(path) >= 0) continue;
                legal++;
                foreach (TagScheme other in new[] { TagScheme.Bio, TagScheme.Iob1, TagScheme.Bioes })
                {
                    string[] converted = TagSchemes.Convert(names, other);
                    Assert.Equal(-1, TagSchemes.FirstBreak(other, converted));
                    Assert.Equal(TagSchemes.Spans(names), TagSchemes.Spans(converted));
                    Assert.Equal(names, TagSchemes.Convert(converted, scheme));
                }
            }
        }
        // Every way to cut n words into spans of two types and words outside is one sequence, in every scheme: a(n) = a(n−1) + 2 Σ a(k) over k < n.
        Assert.Equal(1 + 3 + 11 + 41 + 153, legal);
    }

    [Fact]
    public void Broken_tags_are_read_as_conlleval_does() => Assert.Equal(
        [new TagSpan("x", 0, 2), new TagSpan("y", 2, 1), new TagSpan("y", 3, 2), new TagSpan("x", 6, 1)], TagSchemes.Spans(Tags("I-x I-x I-y B-y I-y O I-x")));
}
