using System.Globalization;
using System.Text.Json;

namespace Elman;

/// <summary>The labels that a classifier knows, in the order of its outputs, and how often the training had each.</summary>
internal sealed class ClassLabels
{
    private const string Where = "labels";

    /// <summary>From so many classes on, numbers of which most are different are no classes.</summary>
    private const int ManyClasses = 20;

    private readonly Dictionary<string, int> _index;

    private ClassLabels(LabelKind kind, string separator, IReadOnlyList<string> classes, IReadOnlyList<int> counts, string floor)
    {
        (Kind, Separator, Classes, Counts, Floor) = (kind, separator, classes, counts, floor);
        _index = classes.Select((label, at) => (label, at)).ToDictionary(pair => pair.label, pair => pair.at);
    }

    public LabelKind Kind { get; }

    public string Separator { get; }

    public IReadOnlyList<string> Classes { get; }

    /// <summary>How often the training had each.</summary>
    public IReadOnlyList<int> Counts { get; }

    /// <summary>The most frequent label of the training, or set of labels, as it is written in data.</summary>
    public string Floor { get; }

    /// <summary>What a net gives for a sequence: a score for each class; of ordered ones for being above each but the last.</summary>
    public int Outputs => Kind == LabelKind.Ordered ? Classes.Count - 1 : Classes.Count;

    /// <summary>The labels of the data.</summary>
    /// <exception cref="ElmanException">They are none, all the same, or no classes; or an order does not name them.</exception>
    public static ClassLabels Of(IEnumerable<string> labels, ClassifierOptions options)
    {
        Dictionary<string, int> sets = [];
        foreach (string label in labels) sets[label] = sets.GetValueOrDefault(label) + 1;
        Dictionary<string, int> counts = [];
        foreach ((string set, int count) in sets)
            foreach (string label in Split(set, options.Labels, options.Separator)) counts[label] = counts.GetValueOrDefault(label) + count;
        if (counts.Count < 2)
            throw new ElmanException(counts.Count == 0 ? "there are no labels to learn; every sequence needs one"
                : $"all sequences have the label {Names.Quote(counts.Keys.First())}: there is nothing to tell apart; give data with at least two labels");
        int all = sets.Values.Sum();
        bool numbers = counts.Keys.All(label => double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        if (options.Labels == LabelKind.One && numbers && counts.Count > ManyClasses && counts.Count > all / 2)
            throw new ElmanException($"the labels are {counts.Count} different numbers for {Names.Count(all, "sequence")}: no classes but amounts; train a regression instead (elman train regress)");
        IReadOnlyList<string> classes = Ordered(counts, options, numbers);
        return new ClassLabels(options.Labels, options.Separator, classes, [.. classes.Select(label => counts[label])],
            sets.OrderByDescending(set => set.Value).ThenBy(set => set.Key, StringComparer.Ordinal).First().Key);
    }

    /// <summary>The class of a single label; null if the model does not know it.</summary>
    public int? Find(string label) => _index.TryGetValue(label, out int at) ? at : null;

    /// <summary>The labels in a text.</summary>
    public IReadOnlyCollection<string> Split(string text) => Split(text, Kind, Separator);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("kind", Kind.ToString());
        json.WriteString("separator", Separator);
        json.WriteString("floor", Floor);
        json.WriteStartArray("classes");
        foreach (string label in Classes) json.WriteStringValue(label);
        json.WriteEndArray();
        json.WriteStartArray("counts");
        foreach (int count in Counts) json.WriteNumberValue(count);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static ClassLabels Read(JsonElement json)
    {
        StrictFields fields = new(json, Where);
        LabelKind kind = fields.OneOf("kind", LabelKind.One);
        string separator = fields.Text("separator"), floor = fields.Text("floor");
        string[] classes = fields.List("classes", (item, _) => item.GetString() ?? "");
        int[] counts = fields.List("counts", (item, _) => item.GetInt32());
        fields.Finish();
        if (classes.Length < 2 || counts.Length != classes.Length || classes.Distinct().Count() != classes.Length || counts.Any(count => count < 0))
            throw JsonFields.Damaged($"{Where}: {classes.Length} classes and {counts.Length} counts");
        return new ClassLabels(kind, separator, classes, counts, floor);
    }

    private static IReadOnlyList<string> Ordered(Dictionary<string, int> counts, ClassifierOptions options, bool numbers)
    {
        if (options.Order.Length > 0)
        {
            if (counts.Keys.FirstOrDefault(label => !options.Order.Contains(label)) is { } missing)
                throw new ElmanException($"the order of the classes does not name the label {Names.Quote(missing)}; name all of them, from low to high");
            if (options.Order.FirstOrDefault(label => !counts.ContainsKey(label)) is { } absent)
                throw new ElmanException($"the order of the classes names {Names.Quote(absent)}, which no sequence has; the labels are {Names.List(counts.Keys)}");
            return [.. options.Order];
        }
        if (options.Labels == LabelKind.Ordered && !numbers) throw new ElmanException("labels with an order that are no numbers need it said: name the classes from low to high");
        return numbers ? [.. counts.Keys.OrderBy(label => double.Parse(label, NumberStyles.Float, CultureInfo.InvariantCulture)).ThenBy(label => label, StringComparer.Ordinal)]
            : [.. counts.Keys.Order(StringComparer.Ordinal)];
    }

    private static IReadOnlyCollection<string> Split(string text, LabelKind kind, string separator) => kind != LabelKind.Several ? [text]
        : [.. text.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()];
}
