using System.Text.Json;

namespace Elman;

/// <summary>What a model remembers of the data that it was trained on, so that later data are read alike.</summary>
public sealed record SeriesSchema
{
    /// <summary>Which column plays which part.</summary>
    public required SeriesRoles Roles { get; init; }

    /// <summary>The columns that tell the time: one, or several that are joined; empty if the rows are counted.</summary>
    public IReadOnlyList<string> TimeColumns { get; init; } = [];

    /// <summary>How times are written; null if there are none.</summary>
    public TimeNotation? Notation { get; init; }

    /// <summary>The spacing of the rows; null if they are counted.</summary>
    public Frequency? Frequency { get; init; }

    /// <summary>The index of the first row of the first series, where an index counts them; else 1.</summary>
    public long FirstIndex { get; init; } = 1;

    /// <summary>The distance of the index from one row to the next.</summary>
    public long IndexStep { get; init; } = 1;

    /// <summary>The texts of each column of texts, in the order of their categories.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Categories { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Writes the schema as a JSON object.</summary>
    /// <param name="json">Where a value may stand.</param>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WritePropertyName("roles"u8);
        Roles.WriteTo(json);
        WriteList("timeColumns", TimeColumns);
        if (Notation is not null)
        {
            json.WritePropertyName("notation"u8);
            Notation.WriteTo(json);
        }
        if (Frequency is not null)
        {
            json.WritePropertyName("frequency"u8);
            Frequency.WriteTo(json);
        }
        json.WriteNumber("firstIndex"u8, FirstIndex);
        json.WriteNumber("indexStep"u8, IndexStep);
        json.WriteStartObject("categories"u8);
        foreach ((string column, IReadOnlyList<string> texts) in Categories) WriteList(column, texts);
        json.WriteEndObject();
        json.WriteEndObject();

        void WriteList(string name, IReadOnlyList<string> texts)
        {
            json.WriteStartArray(name);
            foreach (string text in texts) json.WriteStringValue(text);
            json.WriteEndArray();
        }
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    /// <param name="json">The object.</param>
    /// <exception cref="ElmanException">The object is no such schema.</exception>
    public static SeriesSchema Read(JsonElement json)
    {
        const string where = "schema of the series";
        StrictFields fields = new(json, where);
        SeriesSchema schema = new()
        {
            Roles = fields.Inner("roles", SeriesRoles.Read),
            TimeColumns = fields.List("timeColumns", (element, _) => Text(element)),
            Notation = fields.Has("notation") ? fields.Inner("notation", TimeNotation.Read) : null,
            Frequency = fields.Has("frequency") ? fields.Inner("frequency", Frequency.Read) : null,
            FirstIndex = fields.Has("firstIndex") ? json.RequiredInteger(where, "firstIndex", long.MinValue, long.MaxValue) : 1,
            IndexStep = fields.Has("indexStep") ? json.RequiredInteger(where, "indexStep", 1, long.MaxValue) : 1,
            Categories = fields.Inner("categories", Lists),
        };
        fields.Finish();
        return schema;

        static Dictionary<string, IReadOnlyList<string>> Lists(JsonElement categories)
        {
            Dictionary<string, IReadOnlyList<string>> lists = [];
            foreach (JsonProperty column in categories.EnumerateObject())
                lists[column.Name] = column.Value.ValueKind == JsonValueKind.Array ? [.. column.Value.EnumerateArray().Select(Text)] : throw Damaged();
            return lists;
        }

        static string Text(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Damaged();

        static ElmanException Damaged() => new($"{where}: expected lists of texts; the file is damaged or of a newer version");
    }

    /// <summary>The same schema: what it holds is compared, not where.</summary>
    /// <param name="other">Another.</param>
    public bool Equals(SeriesSchema? other) => other is not null && JsonText.Of(WriteTo) == JsonText.Of(other.WriteTo);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Notation, Frequency, FirstIndex, TimeColumns.Count);
}
