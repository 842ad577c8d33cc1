using System.Text.Json;

namespace Elman;

/// <summary>
/// The tags of a <see cref="Tagger"/>: those of the data, those in which it learns, how one becomes the other; and what the training had,
/// for the simplest answers.
/// </summary>
internal sealed class TagLabels
{
    private const string Where = "tags";

    private readonly Dictionary<string, int> _index, _labelIndex;
    private readonly Dictionary<string, string> _usual;
    private readonly TagScheme _learned;
    private readonly string[] _learnedTags;
    private readonly int[] _outer;

    private TagLabels(TagScheme scheme, TagScheme learned, string[] tags, string[] labels, Dictionary<string, string> usual, string floor, string labelFloor)
    {
        (Scheme, _learned, Tags, Labels, _usual, Floor, LabelFloor) = (scheme, scheme == TagScheme.Plain ? scheme : learned, tags, labels, usual, floor, labelFloor);
        string[] types = [.. tags.Where(tag => tag != TagSchemes.Outside).Select(tag => tag[(tag.IndexOf('-', StringComparison.Ordinal) + 1)..]).Distinct(StringComparer.Ordinal)];
        _learnedTags = scheme == TagScheme.Plain ? tags : TagSchemes.TagsOf(_learned, types);
        _index = Numbered(_learnedTags);
        _labelIndex = Numbered(labels);
        Moves = TagSchemes.Moves(_learned, _learnedTags);
        Dictionary<string, int> outer = Numbered(tags);
        _outer = [.. _learnedTags.Select(tag => outer.GetValueOrDefault(Alone(tag), -1))];
    }

    /// <summary>The scheme of the data.</summary>
    public TagScheme Scheme { get; }

    /// <summary>The tags of the data.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>The labels of whole sentences; empty for none.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The most frequent tag, and the most frequent label.</summary>
    public string Floor { get; }

    /// <inheritdoc cref="Floor"/>
    public string LabelFloor { get; }

    /// <summary>C: the tags in which it learns.</summary>
    public int Count => _learnedTags.Length;

    /// <summary>Which of these may follow each other.</summary>
    public TagMoves Moves { get; }

    /// <summary>Counts what the training has.</summary>
    /// <param name="sentences">The sentences, with their tags.</param>
    /// <param name="scheme">The scheme of these.</param>
    /// <param name="learned">The scheme in which spans are learned.</param>
    public static TagLabels Of(IReadOnlyList<TaggedSentence> sentences, TagScheme scheme, TagScheme learned)
    {
        Dictionary<string, Dictionary<string, int>> counts = new(StringComparer.Ordinal);
        foreach (TaggedSentence sentence in sentences)
        {
            for (int i = 0; i < sentence.Words.Count; i++)
            {
                if (!counts.TryGetValue(sentence.Words[i], out Dictionary<string, int>? of)) counts.Add(sentence.Words[i], of = new(StringComparer.Ordinal));
                of[sentence.Tags![i]] = of.GetValueOrDefault(sentence.Tags[i]) + 1;
            }
        }
        string[] tags = [.. sentences.SelectMany(sentence => sentence.Tags!)], labels = [.. sentences.Select(sentence => sentence.Label).OfType<string>()];
        return new TagLabels(scheme, learned, Names(tags), Names(labels), counts.ToDictionary(pair => pair.Key, pair => MostFrequent(pair.Value), StringComparer.Ordinal),
            MostFrequent(tags.CountBy(tag => tag)), labels.Length == 0 ? "" : MostFrequent(labels.CountBy(label => label)));

        static string[] Names(string[] all) => [.. all.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The numbers of a sentence's tags; null if one is not known or breaks the scheme.</summary>
    public int[]? Numbers(IReadOnlyList<string> tags)
    {
        if (Scheme != TagScheme.Plain && TagSchemes.FirstBreak(Scheme, tags) >= 0) return null;
        IReadOnlyList<string> learned = Scheme == TagScheme.Plain ? tags : TagSchemes.Convert(tags, _learned);
        int[] numbers = new int[learned.Count];
        for (int i = 0; i < numbers.Length; i++)
            if (!_index.TryGetValue(learned[i], out numbers[i])) return null;
        return numbers;
    }

    /// <summary>The tags of the data that numbers stand for.</summary>
    public string[] Names(IReadOnlyList<int> numbers)
    {
        string[] learned = [.. numbers.Select(number => _learnedTags[number])];
        return Scheme == TagScheme.Plain ? learned : TagSchemes.Convert(learned, Scheme);
    }

    /// <summary>From probabilities of the tags in which it learns to those of the tags of the data [C].</summary>
    public float[] Outer(ReadOnlySpan<float> probabilities)
    {
        float[] sums = new float[Tags.Count];
        for (int i = 0; i < probabilities.Length; i++)
            if (_outer[i] >= 0) sums[_outer[i]] += probabilities[i];
        return sums;
    }

    /// <summary>The probability of a tag at a step: of all in which it learns that mean the same at this place.</summary>
    public float Confidence(int number, ReadOnlySpan<float> probabilities)
    {
        float sum = 0;
        for (int i = 0; i < probabilities.Length; i++)
            if (i == number || (_outer[i] == _outer[number] && _outer[i] >= 0)) sum += probabilities[i];
        return Math.Min(sum, 1);
    }

    /// <summary>The tag with which a span would go on behind the last of its own; null where the tags themselves tell its end.</summary>
    public int? GoesOn(int last)
    {
        if (_learned == TagScheme.Bioes || _learnedTags[last] == TagSchemes.Outside) return null;
        return _index["I" + _learnedTags[last][1..]];
    }

    /// <summary>The number of a label; <see cref="Loss.Ignored"/> if it is not known or there is none.</summary>
    public int LabelNumber(string? label) => label is not null && _labelIndex.TryGetValue(label, out int number) ? number : Loss.Ignored;

    /// <summary>Whether the training had a word.</summary>
    public bool Knows(string word) => _usual.ContainsKey(word);

    /// <summary>The tag that a word had most often.</summary>
    public string Usual(string word) => _usual.GetValueOrDefault(word, Floor);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("scheme", Scheme.ToString());
        json.WriteString("learned", _learned == TagScheme.Plain ? nameof(TagScheme.Bioes) : _learned.ToString());
        json.WriteString("floor", Floor);
        json.WriteString("label_floor", LabelFloor);
        WriteTexts("tags", Tags);
        WriteTexts("labels", Labels);
        Dictionary<string, int> outer = Numbered([.. Tags]);
        WriteTexts("words", _usual.Keys);
        json.WriteStartArray("usual");
        foreach (string tag in _usual.Values) json.WriteNumberValue(outer[tag]);
        json.WriteEndArray();
        json.WriteEndObject();

        void WriteTexts(string name, IEnumerable<string> texts)
        {
            json.WriteStartArray(name);
            foreach (string text in texts) json.WriteStringValue(text);
            json.WriteEndArray();
        }
    }

    /// <exception cref="ElmanException">It is damaged.</exception>
    public static TagLabels Read(JsonElement json)
    {
        StrictFields fields = new(json, Where);
        TagScheme scheme = fields.OneOf("scheme", TagScheme.Plain), learned = fields.OneOf("learned", TagScheme.Bioes);
        string[] tags = Texts("tags"), labels = Texts("labels"), words = Texts("words");
        int[] usual = fields.List("usual", (item, _) => item.GetInt32());
        string floor = fields.Text("floor"), labelFloor = fields.Text("label_floor");
        fields.Finish();
        bool distinct = new[] { tags, labels, words }.All(names => names.Distinct(StringComparer.Ordinal).Count() == names.Length);
        if (tags.Length == 0 || usual.Length != words.Length || usual.Any(tag => (uint)tag >= (uint)tags.Length) || !distinct || learned == TagScheme.Plain)
            throw JsonFields.Damaged($"{Where}: tags, labels and words do not fit together");
        return new TagLabels(scheme, learned, tags, labels, words.Zip(usual).ToDictionary(pair => pair.First, pair => tags[pair.Second], StringComparer.Ordinal), floor, labelFloor);

        string[] Texts(string name) => fields.List(name, (item, _) => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw JsonFields.Damaged($"{Where}: '{name}' holds what is no text"));
    }

    /// <summary>The tag of the data that one in which it learns stands for, where it does not matter what stands before.</summary>
    private string Alone(string learned) => Scheme == TagScheme.Plain || learned == TagSchemes.Outside ? learned : (Scheme, learned[0]) switch
    {
        (TagScheme.Bio, 'S') => "B" + learned[1..],
        (TagScheme.Bio, 'E') => "I" + learned[1..],
        (TagScheme.Iob1, _) => "I" + learned[1..],
        _ => learned,
    };

    private static string MostFrequent(IEnumerable<KeyValuePair<string, int>> counts) => counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).First().Key;

    private static Dictionary<string, int> Numbered(string[] names)
    {
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++) numbers.Add(names[i], i);
        return numbers;
    }
}
