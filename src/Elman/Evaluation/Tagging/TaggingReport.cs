using System.Text.Json;

namespace Elman;

/// <summary>
/// How well sentences were tagged: tokens, and spans as conlleval counts them (a span is right if its type and both its borders are),
/// beside the tag that each word had most often in training.
/// </summary>
public sealed class TaggingReport : TaskReport
{
    private TaggingReport()
    {
    }

    /// <summary>Whether <see cref="Scores"/> are of spans; of single tags otherwise.</summary>
    public bool HasSpans { get; private init; }

    /// <summary>Sentences that were compared.</summary>
    public int Sentences { get; private init; }

    /// <summary>Words that were compared.</summary>
    public int Tokens { get; private init; }

    /// <summary>The part of the words whose tag is right.</summary>
    public double TokenAccuracy { get; private init; }

    /// <summary>The same, had each word the tag that it had most often in training; null where that is not known.</summary>
    public double? FloorAccuracy { get; private init; }

    /// <summary>The micro F1 of the same.</summary>
    public double? FloorF1 { get; private init; }

    /// <summary>The part of the sentences whose tags are all right.</summary>
    public double SentenceAccuracy { get; private init; }

    /// <summary>Words that were not seen in training, and the accuracy of both kinds; null where that is not known.</summary>
    public int? UnknownTokens { get; private init; }

    /// <inheritdoc cref="UnknownTokens"/>
    public double? UnknownAccuracy { get; private init; }

    /// <inheritdoc cref="UnknownTokens"/>
    public double? KnownAccuracy { get; private init; }

    /// <summary>Each type of spans, or each tag, in the order of their names.</summary>
    public IReadOnlyList<ClassScore> Scores { get; private init; } = [];

    /// <summary>All of them counted together.</summary>
    public ClassScore Micro => Total(Scores);

    /// <summary>The mean F1 of all that are there or were said.</summary>
    public double MacroF1 => ClassScore.MacroF1(Scores);

    /// <summary>The mean F1, each by how often it is there.</summary>
    public double WeightedF1 => ClassScore.WeightedF1(Scores);

    /// <summary>What is there and was never said.</summary>
    public IReadOnlyList<string> UnknownTags => [.. Scores.Where(score => score.Said == 0).Select(score => score.Name)];

    /// <summary>The part of the sentences whose label is right; null where there is none.</summary>
    public double? LabelAccuracy { get; private init; }

    /// <summary>The same of the training's most frequent label.</summary>
    public double? LabelFloor { get; private init; }

    /// <summary>The part of the sentences whose label and tags are all right.</summary>
    public double? WholeAccuracy { get; private init; }

    /// <summary>Compares.</summary>
    /// <param name="answers">The sentences.</param>
    /// <param name="spans">Whether the tags are of spans.</param>
    /// <exception cref="ArgumentException">A sentence has another number of tags than of right ones.</exception>
    public static TaggingReport Of(IReadOnlyList<TaggedAnswer> answers, bool spans)
    {
        ArgumentNullException.ThrowIfNull(answers);
        foreach (TaggedAnswer answer in answers)
        {
            if (answer.Gold.Count != answer.Said.Count || answer.Floor is { } floor && floor.Count != answer.Gold.Count || answer.Known is { } seen && seen.Count != answer.Gold.Count)
                throw new ArgumentException($"a sentence has {answer.Gold.Count} right tags and {answer.Said.Count} that were said; both must be one for each word", nameof(answers));
        }
        int tokens = answers.Sum(answer => answer.Gold.Count);
        bool hasFloor = tokens > 0 && answers.All(answer => answer.Floor is not null), hasLabels = answers.Count > 0 && answers.All(answer => answer.Label is not null);
        bool[] right = [.. answers.SelectMany(answer => Same(answer.Gold, answer.Said))], known = [.. answers.SelectMany(answer => answer.Known ?? [])];
        bool tellsKnown = tokens > 0 && known.Length == tokens;
        return new TaggingReport
        {
            HasSpans = spans,
            Sentences = answers.Count,
            Tokens = tokens,
            TokenAccuracy = Part(right),
            SentenceAccuracy = Part(answers.Select(answer => answer.Gold.SequenceEqual(answer.Said))),
            Scores = Count(answers, answer => answer.Said, spans),
            FloorAccuracy = hasFloor ? Part(answers.SelectMany(answer => Same(answer.Gold, answer.Floor!))) : null,
            FloorF1 = hasFloor ? Total(Count(answers, answer => answer.Floor!, spans)).F1 : null,
            UnknownTokens = tellsKnown ? known.Count(one => !one) : null,
            KnownAccuracy = tellsKnown ? Part(right.Where((_, at) => known[at])) : null,
            UnknownAccuracy = tellsKnown ? Part(right.Where((_, at) => !known[at])) : null,
            LabelAccuracy = hasLabels ? Part(answers.Select(answer => answer.Label!.Value.Gold == answer.Label.Value.Said)) : null,
            LabelFloor = hasLabels ? Part(answers.Select(answer => answer.Label!.Value.Gold == answer.Label.Value.Floor)) : null,
            WholeAccuracy = hasLabels ? Part(answers.Select(answer => answer.Label!.Value.Gold == answer.Label.Value.Said && answer.Gold.SequenceEqual(answer.Said))) : null,
        };
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="ElmanException">It is damaged.</exception>
    internal static TaggingReport Read(JsonElement json)
    {
        const string where = "report";
        double Number(string name) => json.RequiredNumber(where, name);
        double? Optional(string name) => json.TryGetProperty(name, out _) ? Number(name) : null;
        int Whole(string name) => (int)json.RequiredInteger(where, name, 0, int.MaxValue);
        return new TaggingReport
        {
            Sentences = Whole("sentences"),
            Tokens = Whole("tokens"),
            TokenAccuracy = Number("token_accuracy"),
            FloorAccuracy = Optional("floor_token_accuracy"),
            SentenceAccuracy = Number("sentence_accuracy"),
            UnknownTokens = json.TryGetProperty("unknown_tokens", out _) ? Whole("unknown_tokens") : null,
            KnownAccuracy = Optional("known_accuracy"),
            UnknownAccuracy = Optional("unknown_accuracy"),
            HasSpans = json.RequiredString(where, "unit") == "span",
            FloorF1 = Optional("floor_f1"),
            LabelAccuracy = Optional("label_accuracy"),
            LabelFloor = Optional("floor_label_accuracy"),
            WholeAccuracy = Optional("whole_accuracy"),
            Scores = [.. json.Required(where, "types", JsonValueKind.Array).EnumerateArray().Select(ClassScore.Read)],
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteNumber("sentences", Sentences);
        json.WriteNumber("tokens", Tokens);
        json.WriteNumber("token_accuracy", TokenAccuracy);
        Optional("floor_token_accuracy", FloorAccuracy);
        json.WriteNumber("sentence_accuracy", SentenceAccuracy);
        Optional("unknown_tokens", UnknownTokens);
        Optional("known_accuracy", KnownAccuracy);
        Optional("unknown_accuracy", UnknownAccuracy);
        json.WriteString("unit", HasSpans ? "span" : "tag");
        json.WriteNumber("precision", Micro.Precision);
        json.WriteNumber("recall", Micro.Recall);
        json.WriteNumber("f1", Micro.F1);
        Optional("floor_f1", FloorF1);
        json.WriteNumber("macro_f1", MacroF1);
        json.WriteNumber("weighted_f1", WeightedF1);
        Optional("label_accuracy", LabelAccuracy);
        Optional("floor_label_accuracy", LabelFloor);
        Optional("whole_accuracy", WholeAccuracy);
        json.WriteStartArray("types");
        foreach (ClassScore score in Scores) score.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();

        void Optional(string name, double? value)
        {
            if (value is { } number) json.WriteNumber(name, number);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => TaggingReportText.Of(this);

    private static IEnumerable<bool> Same(IReadOnlyList<string> gold, IReadOnlyList<string> said) => gold.Zip(said, (right, tag) => right == tag);

    private static double Part(IEnumerable<bool> right)
    {
        (int all, int good) = (0, 0);
        foreach (bool one in right) (all, good) = (all + 1, good + (one ? 1 : 0));
        return ClassScore.Share(good, all);
    }

    private static ClassScore[] Count(IReadOnlyList<TaggedAnswer> answers, Func<TaggedAnswer, IReadOnlyList<string>> tags, bool spans)
    {
        SortedDictionary<string, (int Support, int Said, int Right)> counts = new(StringComparer.Ordinal);
        foreach (TaggedAnswer answer in answers)
        {
            HashSet<TagSpan> gold = [.. Units(answer.Gold, spans)];
            foreach (TagSpan span in gold) Add(span.Type, 1, 0, 0);
            foreach (TagSpan span in Units(tags(answer), spans)) Add(span.Type, 0, 1, gold.Contains(span) ? 1 : 0);
        }
        return [.. counts.Select(pair => new ClassScore(pair.Key, pair.Value.Support, pair.Value.Said, pair.Value.Right))];

        void Add(string type, int support, int said, int right)
        {
            (int Support, int Said, int Right) before = counts.GetValueOrDefault(type);
            counts[type] = (before.Support + support, before.Said + said, before.Right + right);
        }
    }

    private static IEnumerable<TagSpan> Units(IReadOnlyList<string> tags, bool spans) => spans ? TagSchemes.Spans(tags) : tags.Select((tag, place) => new TagSpan(tag, place, 1));

    private static ClassScore Total(IReadOnlyList<ClassScore> scores) => new("all", scores.Sum(score => score.Support), scores.Sum(score => score.Said), scores.Sum(score => score.Right));
}
