using System.Text.Json;

namespace Elman.Tests.Data.Text;

public class VocabularyTests
{
    private static readonly Vocabulary Small = Vocabulary.Build(["b", "a", "c", "a", "B", "c", "c"]);

    [Fact]
    public void Tokens_stand_in_the_order_of_their_counts_then_of_their_characters()
    {
        Assert.Equal(["<padding>", "<unknown>", "c", "a", "B", "b"], Enumerable.Range(0, Small.Count).Select(index => Small[index]));
        Assert.Equal([0L, 0, 3, 2, 1, 1], Enumerable.Range(0, Small.Count).Select(Small.CountOf));
        Assert.Equal([2, 1, 5], Small.IndicesOf(["c", "nobody", "b"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Small[6]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Small.CountOf(-1));
    }

    [Fact]
    public void Rare_tokens_and_those_above_the_limit_are_counted_as_unknown()
    {
        Vocabulary frequent = Vocabulary.Build(["b", "a", "c", "a", "B", "c", "c"], minCount: 2), one = Vocabulary.Build(["b", "a", "c", "a", "B", "c", "c"], most: 1);
        Assert.Equal((4, 2L), (frequent.Count, frequent.CountOf(Vocabulary.Unknown)));
        Assert.Equal((3, 4L, 2), (one.Count, one.CountOf(Vocabulary.Unknown), one.IndexOf("c")));
        Vocabulary odd = Vocabulary.Build(["a\uD800", new string('x', Vocabulary.LongestToken + 1), "y"]);
        Assert.Equal((3, 2L), (odd.Count, odd.CountOf(Vocabulary.Unknown)));
        Assert.Equal(2, Vocabulary.Build([]).Count);
    }

    [Fact]
    public void It_is_read_as_it_was_written()
    {
        Vocabulary some = Vocabulary.Build(["é", "\"", "é", "👍", "rare"], most: 3);
        JsonElement json = Json.Of(some.Write);
        Vocabulary again = Vocabulary.Read(json);
        Assert.Equal(json.GetRawText(), Json.Of(again.Write).GetRawText());
        Assert.Equal(Enumerable.Range(0, some.Count).Select(index => (some[index], some.CountOf(index))), Enumerable.Range(0, again.Count).Select(index => (again[index], again.CountOf(index))));
        Assert.Equal(some.IndexOf("👍"), again.IndexOf("👍"));
    }

    [Theory]
    [InlineData("""{"tokens":["a"],"counts":[1]}""", "'others' is missing")]
    [InlineData("""{"tokens":["a"],"counts":[1],"others":-1}""", "'others'")]
    [InlineData("""{"tokens":["a"],"counts":[0],"others":0}""", "a count is no positive number")]
    [InlineData("""{"tokens":["a"],"counts":[1.5],"others":0}""", "a count is no positive number")]
    [InlineData("""{"tokens":[1],"counts":[1],"others":0}""", "a token is no string")]
    [InlineData("""{"tokens":["\ud800"],"counts":[1],"others":0}""", "a token is no text")]
    [InlineData("""{"tokens":["a","b"],"counts":[1],"others":0}""", "2 tokens and 1 counts")]
    [InlineData("""{"tokens":["b","a"],"counts":[1,1],"others":0}""", "does not follow")]
    [InlineData("""{"tokens":["a","b"],"counts":[1,2],"others":0}""", "does not follow")]
    [InlineData("""{"tokens":["a","b","a"],"counts":[3,2,1],"others":0}""", "appears twice")]
    [InlineData("""{"tokens":[],"counts":[],"others":0,"x":0}""", "'x' is unknown")]
    [InlineData("[]", "it is an array")]
    public void What_is_damaged_is_refused_in_one_line(string json, string expected)
    {
        string message = Assert.Throws<ElmanException>(() => Vocabulary.Read(JsonDocument.Parse(json).RootElement)).Message;
        Assert.Contains(expected, message);
        Assert.StartsWith("vocabulary: ", message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_token_of_endless_length_is_refused() =>
        Assert.Contains("513 characters", Assert.Throws<ElmanException>(() =>
            Vocabulary.Read(JsonDocument.Parse($$"""{"tokens":["{{new string('x', 513)}}"],"counts":[1],"others":0}""").RootElement)).Message);
}
