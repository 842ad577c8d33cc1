using System.Text.Json;

namespace Elman;

/// <summary>
/// What a tagger knows of the training's words: the words themselves, their characters if it reads them, and the values of further columns.
/// </summary>
internal sealed record TaggerWords(Vocabulary Words, Vocabulary? Characters, IReadOnlyList<Vocabulary> Features)
{
    private const string Where = "words";

    public static TaggerWords Of(IReadOnlyList<TaggedSentence> training, TaggerOptions options)
    {
        IEnumerable<string> words = training.SelectMany(sentence => sentence.Words);
        int features = training[0].Features.Count == 0 ? 0 : training[0].Features[0].Count;
        return new TaggerWords(
            Vocabulary.Build(words.Select(TokenEncoder.Normalized), options.MinCount),
            options.Characters == "none" ? null : Vocabulary.Build(words.SelectMany(word => Tokens.Of(word, TextUnit.Character))),
            [.. Enumerable.Range(0, features).Select(i => Vocabulary.Build(training.SelectMany(sentence => sentence.Features.Select(word => word[i]))))]);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("words");
        Words.Write(json);
        if (Characters is not null)
        {
            json.WritePropertyName("characters");
            Characters.Write(json);
        }
        json.WriteStartArray("features");
        foreach (Vocabulary feature in Features) feature.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <exception cref="ElmanException">It is damaged.</exception>
    public static TaggerWords Read(JsonElement json)
    {
        StrictFields fields = new(json, Where);
        TaggerWords words = new(fields.Inner("words", item => Vocabulary.Read(item)), fields.Has("characters") ? fields.Inner("characters", item => Vocabulary.Read(item)) : null, fields.List("features", (item, _) => Vocabulary.Read(item)));
        fields.Finish();
        return words;
    }
}
