using System.Collections.Immutable;
using System.Text.Json;

namespace Elman;

/// <summary>
/// Which columns make tagged sentences: of a file in one of the forms of CoNLL, or, with a <see cref="Group"/>, of a table whose rows are
/// words. A model remembers it.
/// </summary>
public sealed record TaggedColumns
{
    private const string Where = "columns";

    private static readonly string[] UsualWords = ["word", "words", "token", "tokens", "form"];

    /// <summary>
    /// The column of the tags: a name, or of a file without a header its number from 1; null for the last, or <c>upos</c> in CoNLL-U.
    /// </summary>
    public string? Tags { get; init; }

    /// <summary>
    /// What holds the label of a sentence: the comment, as in <c># intent = PlayMusic</c>, or the column of a table; null for none.
    /// </summary>
    public string? Label { get; init; }

    /// <summary>The column of a table that holds the words; null for the one named word, token or form.</summary>
    public string? Words { get; init; }

    /// <summary>The column of a table that names the sentence of a row; null where the data are no table.</summary>
    public string? Group { get; init; }

    /// <summary>Further columns of the words that are read.</summary>
    public ImmutableArray<string> Features { get; init; } = [];

    /// <summary>Reads a file in one of the forms of CoNLL.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="reader">The text.</param>
    /// <param name="tagged">Whether it must have tags; otherwise they are read where it has them.</param>
    /// <exception cref="ElmanException">A line is damaged, or a column is missing.</exception>
    public IReadOnlyList<TaggedSentence> Read(string name, TextReader reader, bool tagged = true) => Conll.Read(name, reader, Tags, Label, Features, tagged);

    /// <summary>Makes sentences of the groups of rows of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="tagged">Whether it must have tags; otherwise they are read where it has them.</param>
    /// <returns>The sentences, each with the numbers of its rows.</returns>
    /// <exception cref="ElmanException">A column is missing, or a cell is empty: the message says where.</exception>
    public IReadOnlyList<(TaggedSentence Sentence, IReadOnlyList<int> Rows)> Read(Table table, bool tagged = true)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (Group is null) throw new ElmanException($"{table.Name}: which column says to which sentence a row belongs? name it with --group");
        TableColumn words = LabelledTables.Column(table, Words ?? Usual(table));
        TableColumn? tags = Column(Tags), label = Column(Label);
        if (tagged && tags is null) throw new ElmanException($"{table.Name}: which column holds the tags? name it with --column; the columns are {Names.List([.. table.Columns.Select(column => column.Name)])}");
        TableColumn[] features = [.. Features.Select(name => LabelledTables.Column(table, name))];
        return [.. LabelledTables.Groups(table, Group).Select(rows => (new TaggedSentence(
            [.. rows.Select(row => Cell(words, row))],
            tags is null ? null : [.. rows.Select(row => Cell(tags, row))],
            label is null ? null : LabelledTables.Label(table, label, Group, rows, last: false))
        {
            Features = features.Length == 0 ? [] : [.. rows.Select(row => (IReadOnlyList<string>)[.. features.Select(feature => Cell(feature, row))])],
            Source = table.Name,
            Line = table.LineOf(rows[0]) ?? 0,
            Rows = rows,
        }, (IReadOnlyList<int>)rows))];

        TableColumn? Column(string? name) => name is null || (!tagged && table.Find(name) is null) ? null : LabelledTables.Column(table, name);
        string Cell(TableColumn column, int row) => column.TextAt(row)
            ?? throw new ElmanException($"{table.Name}: {table.Place(row)}: the cell in column {Names.Quote(column.Name)} is empty; give each word its own, or leave the row out");
    }

    /// <summary>Writes the columns as one JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        foreach ((string name, string? column) in (ReadOnlySpan<(string, string?)>)[("tags", Tags), ("label", Label), ("words", Words), ("group", Group)])
            if (column is not null) json.WriteString(name, column);
        json.WriteStartArray("features");
        foreach (string feature in Features) json.WriteStringValue(feature);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="ElmanException">It is damaged.</exception>
    public static TaggedColumns Read(JsonElement json)
    {
        StrictFields fields = new(json, Where);
        TaggedColumns columns = new()
        {
            Tags = fields.OptionalText("tags"),
            Label = fields.OptionalText("label"),
            Words = fields.OptionalText("words"),
            Group = fields.OptionalText("group"),
            Features = [.. fields.List("features", (item, _) => item.GetString() ?? "")],
        };
        fields.Finish();
        return columns;
    }

    private static string Usual(Table table)
    {
        string[] found = [.. table.Columns.Select(column => column.Name).Where(name => UsualWords.Contains(name.Trim().ToLowerInvariant()))];
        return found.Length == 1 ? found[0] : throw new ElmanException($"{table.Name}: which column holds the words? name it with --words; the columns are {Names.List([.. table.Columns.Select(column => column.Name)])}");
    }
}
