using System.Collections.Immutable;
using System.Text.Json;

namespace Elman;

/// <summary>
/// Which columns of a table make sequences and labels: a text a row (<see cref="Text"/>), the rows of a group (<see cref="Group"/>), or,
/// without both, the numbers of each row. A model
/// remembers it.
/// </summary>
public sealed record SequenceColumns
{
    private const string Where = "columns";

    /// <summary>The column of texts; null where sequences are numbers.</summary>
    public string? Text { get; init; }

    /// <summary>The column that names the sequence of a row; null where each row is one.</summary>
    public string? Group { get; init; }

    /// <summary>The column of the labels.</summary>
    public string? Label { get; init; }

    /// <summary>The columns of a time step's values; empty for all columns of numbers that have no other part.</summary>
    public ImmutableArray<string> Features { get; init; } = [];

    /// <summary>Whether of a group's labels only that of its last row counts.</summary>
    public bool Last { get; init; }

    /// <summary>Makes the sequences of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="labelled">Whether it must have the labels; otherwise they are read where it has them.</param>
    /// <exception cref="ElmanException">A column is missing, a cell is empty, or there are no numbers: the message says where.</exception>
    public SequenceTable Read(Table table, bool labelled = true)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (Text is not null && Group is not null) throw new ElmanException("a text a row and groups of rows exclude each other; name --text or --group");
        string? label = Label is not null && (labelled || table.Find(Label) is not null) ? Label : null;
        if (labelled && label is null) throw new ElmanException($"{table.Name}: which column holds the labels? name it with --label; the columns are {Names.List([.. table.Columns.Select(column => column.Name)])}");
        if (label is not null) LabelledTables.Column(table, label);
        if (Text is not null) return new SequenceTable(table, this, LabelledTables.Texts(table, Text), Each(table.Rows), label);
        if (Group is null)
        {
            NumberColumn[] values = LabelledTables.Features(table, Features, Label);
            return new SequenceTable(table, this, LabelledTables.WideRows(table, values), Each(table.Rows), label) { FeatureNames = [.. values.Select(column => column.Name)] };
        }
        NumberColumn[] features = LabelledTables.Features(table, Features, Group, Label);
        List<List<int>> groups = LabelledTables.Groups(table, Group);
        return new SequenceTable(table, this, [.. groups.Select(rows => LabelledTables.Steps(features, rows))], groups, label) { FeatureNames = [.. features.Select(column => column.Name)] };
    }

    /// <summary>Writes the columns as one JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        foreach ((string name, string? column) in (ReadOnlySpan<(string, string?)>)[("text", Text), ("group", Group), ("label", Label)])
            if (column is not null) json.WriteString(name, column);
        json.WriteStartArray("features");
        foreach (string feature in Features) json.WriteStringValue(feature);
        json.WriteEndArray();
        json.WriteBoolean("last", Last);
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="ElmanException">It is damaged.</exception>
    public static SequenceColumns Read(JsonElement json)
    {
        StrictFields fields = new(json, Where);
        SequenceColumns columns = new()
        {
            Text = fields.OptionalText("text"),
            Group = fields.OptionalText("group"),
            Label = fields.OptionalText("label"),
            Features = [.. fields.List("features", (item, _) => item.GetString() ?? "")],
            Last = fields.Flag("last"),
        };
        fields.Finish();
        return columns;
    }

    private static List<List<int>> Each(int rows) => [.. Enumerable.Range(0, rows).Select(row => new List<int> { row })];
}
