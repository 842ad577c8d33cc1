using System.Text.Json;

namespace Elman;

/// <summary>What the numbers of a network mean, kept in its file: the labels of its classes, the scalers of its columns.</summary>
/// <example><code>
/// NetworkFile.Save("tagger.elman", net, new NetworkMeaning { Labels = ["noun", "verb"], Scalers = new Dictionary&lt;string, Scaler&gt; { ["length"] = scaler } });
/// Module tagger = NetworkFile.Load("tagger.elman", out NetworkMeaning meaning);
/// </code></example>
public sealed record NetworkMeaning
{
    private const string LabelsSection = "labels", ScalersSection = "scalers";

    /// <summary>The label of each class, in the order of the outputs; or the words of a vocabulary, in the order of an embedding's classes. Each is there once.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Scalers by the names of their columns.</summary>
    public IReadOnlyDictionary<string, Scaler> Scalers { get; init; } = new Dictionary<string, Scaler>();

    /// <summary>The sections of a model file; none for what there is none of.</summary>
    /// <exception cref="ArgumentException">Two labels are the same, or one is null.</exception>
    internal IEnumerable<(string Name, Action<Utf8JsonWriter> Write)> Sections()
    {
        if (Labels.Any(label => label is null)) throw new ArgumentException("a label is null; give every class a text", nameof(Labels));
        if (Twice(Labels) is { } label) throw new ArgumentException($"two labels are '{label}'; every class needs one of its own", nameof(Labels));
        if (Labels.Count > 0) yield return (LabelsSection, WriteLabels);
        if (Scalers.Count > 0) yield return (ScalersSection, WriteScalers);
    }

    /// <summary>Reads the sections of a file.</summary>
    /// <exception cref="ElmanException">One is not what <see cref="Sections"/> writes.</exception>
    internal static NetworkMeaning Read(ModelFile file) => new()
    {
        Labels = file.Sections.Contains(LabelsSection) ? file.Section(LabelsSection, ReadLabels) : [],
        Scalers = file.Sections.Contains(ScalersSection) ? file.Section(ScalersSection, ReadScalers) : new Dictionary<string, Scaler>(),
    };

    private static string? Twice(IReadOnlyList<string> labels)
    {
        HashSet<string> seen = new(labels.Count);
        return labels.FirstOrDefault(label => !seen.Add(label));
    }

    private void WriteLabels(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (string label in Labels) json.WriteStringValue(label);
        json.WriteEndArray();
    }

    private static IReadOnlyList<string> ReadLabels(JsonElement json)
    {
        string[] labels = [.. json.EnumerateArray().Select(label => label.GetString() ?? throw new FormatException("a label is null"))];
        return Twice(labels) is { } twice ? throw new FormatException($"two labels are {SafeTensorsHeader.Quote(twice)}") : labels;
    }

    private void WriteScalers(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach ((string column, Scaler scaler) in Scalers)
        {
            json.WritePropertyName(column);
            scaler.WriteTo(json);
        }
        json.WriteEndObject();
    }

    private static IReadOnlyDictionary<string, Scaler> ReadScalers(JsonElement json)
    {
        OrderedDictionary<string, Scaler> scalers = [];
        foreach (JsonProperty column in json.EnumerateObject())
            if (!scalers.TryAdd(column.Name, Scaler.Read(column.Value))) throw new FormatException($"column {SafeTensorsHeader.Quote(column.Name)} has two scalers");
        return scalers;
    }
}
