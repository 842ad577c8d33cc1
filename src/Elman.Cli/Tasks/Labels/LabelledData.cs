using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>
/// The options that say what the columns of labelled data are, and reading them: a table, or a file whose form says it all (.ts, .arff).
/// </summary>
internal sealed class LabelledData
{
    private static readonly string[] UsualLabels = ["label", "labels", "class", "target", "category"];

    private readonly Option<string?> _text = CommonArguments.Column("--text", "The column of texts. [default: the only one, where no other column holds numbers]");
    private readonly Option<string?> _label = CommonArguments.Column("--label", "The column of the labels. [default: the one named label, class, target or category]");
    private readonly Option<string?> _group = CommonArguments.Column("--group", "The column that names the sequence of a row: rows of one group are its time steps. Without it a row is a sequence.");
    private readonly Option<string[]> _features = CommonArguments.Columns("--features", "The columns of a time step's values, separated by commas. [default: all columns of numbers]");

    private readonly Option<bool> _last = new("--last") { Description = "Of a group's labels only that of its last row counts." };
    private readonly DataArguments _file;

    /// <param name="file">The options that say how a file is read.</param>
    public LabelledData(DataArguments file) => _file = file;

    /// <summary>The options of a verb that trains.</summary>
    public IReadOnlyList<Option> Options => [_text, _label, _group, _features, _last, .. _file.OfFile];

    /// <summary>The columns that the command line names; what it leaves out is found in the table.</summary>
    public SequenceTable Read(ParseResult given, string path, Terminal terminal, Action<string> remark)
    {
        Table table = _file.ReadTable(given, path, terminal.Input);
        foreach (string line in table.Remarks) remark(line);
        string label = given.GetValue(_label) ?? Found(table, remark);
        string? text = given.GetValue(_text), group = given.GetValue(_group);
        if (text is null && group is null) text = OnlyText(table, label, remark);
        return new SequenceColumns { Text = text, Label = label, Group = group, Features = [.. given.GetValue(_features) ?? []], Last = given.GetValue(_last) }.Read(table);
    }

    /// <summary>Reads a table as the one that a model was trained on.</summary>
    public static SequenceTable Read(Table table, SequenceColumns? columns, bool labelled, string model) => columns is null
        ? throw new ElmanException($"{model} was trained on sequences that were no table; give it a .ts or .arff file")
        : columns.Read(table, labelled);

    /// <summary>Whether a file is one whose form says it all.</summary>
    public static bool IsSequenceFile(string path) => Path.GetExtension(path).ToLowerInvariant() is ".ts" or ".arff";

    /// <summary>Labels as numbers.</summary>
    /// <exception cref="ElmanException">One is none.</exception>
    public static IReadOnlyList<Example<Sequence, double[]>> Numbers(LabelledSequences examples, string path) => [.. examples.Select(example => new Example<Sequence, double[]>(example.Input,
        [double.TryParse(example.Target, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
            : throw new ElmanException($"{path}: the label {Names.Quote(example.Target)} is no number; for classes, elman train classify")]))];

    private static string Found(Table table, Action<string> remark)
    {
        string[] found = [.. table.Columns.Select(column => column.Name).Where(name => UsualLabels.Contains(name.Trim().ToLowerInvariant()))];
        if (found.Length != 1)
            throw new ElmanException($"{table.Name}: which column holds the labels? name it with --label; the columns are {Names.List([.. table.Columns.Select(column => column.Name)])}");
        remark($"the labels are in column {Names.Quote(found[0])}");
        return found[0];
    }

    private static string? OnlyText(Table table, string label, Action<string> remark)
    {
        TableColumn[] others = [.. table.Columns.Where(column => column.Name != label)];
        if (others.OfType<NumberColumn>().Any() || others.OfType<TextColumn>().ToArray() is not [var text]) return null;
        remark($"the texts are in column {Names.Quote(text.Name)}");
        return text.Name;
    }
}
