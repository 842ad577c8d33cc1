using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>
/// The options that say what the columns of tagged sentences are, and reading them: a file in a form of CoNLL, or a table.
/// </summary>
internal sealed class TagData(DataArguments file)
{
    private readonly Option<string?> _column = CommonArguments.Column("--column", "The column of the tags: upos or xpos of CoNLL-U, a number, or a name of a table. [default: upos in CoNLL-U, else the last]");
    private readonly Option<string?> _label = CommonArguments.Column("--label", "What gives a whole sentence a label, which is learned too: intent for comments as '# intent = PlayMusic', or a column of a table.");
    private readonly Option<string?> _group = CommonArguments.Column("--group", "The column of a table that names the sentence of a row.");
    private readonly Option<string?> _words = CommonArguments.Column("--words", "The column of a table that holds the words. [default: the one named word, token or form]");
    private readonly Option<string[]> _features = CommonArguments.Columns("--features", "Further columns of the words to read, separated by commas, such as parts of speech.");

    /// <summary>The options of a verb that trains.</summary>
    public IReadOnlyList<Option> Options => [_column, _label, _group, _words, _features, .. file.OfFile];

    /// <summary>What the command line says.</summary>
    public TaggedColumns Columns(ParseResult given) => new()
    {
        Tags = given.GetValue(_column),
        Label = given.GetValue(_label),
        Group = given.GetValue(_group),
        Words = given.GetValue(_words),
        Features = [.. given.GetValue(_features) ?? []],
    };

    /// <summary>Reads sentences to learn from or to be scored on.</summary>
    public IReadOnlyList<TaggedSentence> Read(ParseResult given, string path, Terminal terminal)
    {
        var columns = Columns(given);
        if (IsTable(path, columns)) return [.. columns.Read(file.ReadTable(given, path, terminal.Input)).Select(one => one.Sentence)];
        return path is "-" ? columns.Read("standard input", new StreamReader(terminal.Input)) : ReadFile(path, columns);
    }

    /// <summary>Reads a file in a form of CoNLL.</summary>
    public static IReadOnlyList<TaggedSentence> ReadFile(string path, TaggedColumns columns, bool tagged = true) =>
        InputFile.Read(path, stream => columns.Read(path, new StreamReader(stream), tagged));

    /// <summary>Whether the data are a table: its form says so, or its rows are grouped.</summary>
    public static bool IsTable(string path, TaggedColumns columns) =>
        columns.Group is not null || path.Length == 0 || Path.GetExtension(path).ToLowerInvariant() is ".csv" or ".parquet" or ".db" or ".sqlite" or ".sqlite3";

    /// <summary>What data have that a model does not know, in words.</summary>
    public static IEnumerable<string> Unknown(Tagger model, IReadOnlyList<TaggedSentence> sentences)
    {
        string[] tags = [.. sentences.SelectMany(sentence => sentence.Tags ?? []).Where(tag => !model.Tags.Contains(tag))], kinds = [.. tags.Distinct()];
        if (kinds.Length > 0) yield return $"{Names.Count(tags.Length, "word")} with {Names.Count(kinds.Length, "tag")} that the model does not know, {Names.List(kinds)}, count as wrong";
        string[] labels = model.Labels.Count == 0 ? [] : [.. sentences.Select(sentence => sentence.Label).OfType<string>().Where(label => !model.Labels.Contains(label)).Distinct()];
        if (labels.Length > 0) yield return $"{Names.Count(labels.Length, "label")} that the model does not know, {Names.List(labels)}, count as wrong";
    }
}
