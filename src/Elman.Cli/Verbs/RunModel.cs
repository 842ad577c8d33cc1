using System.CommandLine;
using System.Globalization;
using Elman.Formats;
using Elman.Tabular;

namespace Elman.Cli;

/// <summary>elman run: what a model of any kind makes of data.</summary>
internal sealed class RunModel
{
    private const string Arrays = ".npy";

    private readonly Argument<string> _model = ConversionArguments.File("MODEL");
    private readonly Argument<string> _data = new("DATA") { Description = "A table whose rows are the steps of a sequence, or an array in a .npy file; - reads CSV from standard input." };
    private readonly Option<string[]> _columns = CommonArguments.Columns("--columns", "The columns that the model takes, in their order, separated by commas. [default: all columns of numbers]");
    private readonly Option<string?> _group = CommonArguments.Column("--group", "The column that names the sequence of a row. [default: all rows are one sequence]");
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Where the outputs go, as CSV or .npy. [default: standard output]", HelpName = "file" };
    private readonly Option<string[]> _map = ConversionArguments.Map();
    private readonly Option<string?> _entry = ConversionArguments.Entry();
    private readonly Option<string?> _order = ConversionArguments.Order();

    public static Verb Create(Terminal terminal)
    {
        var options = new RunModel();
        var verb = new Verb("run", "Run a model file of any kind on data, and write what comes out.",
            "elman run tagger.onnx steps.csv -o outputs.csv", "elman run amplifier.json sound.npy -o played.npy")
        {
            options._model, options._data, options._columns, options._group, options._output, options._map, options._entry, options._order,
        };
        verb.SetAction(result => options.Execute(result, terminal));
        return verb;
    }

    private int Execute(ParseResult given, Terminal terminal)
    {
        string place = given.GetRequiredValue(_model), data = given.GetRequiredValue(_data);
        string? output = given.GetValue(_output);
        if (output is not null)
        {
            OutputPlace.CheckApart(output, place, data);
            OutputPlace.Check(output);
        }

        var format = ModelFormat.OfFile(place);
        var network = (format.Read ?? throw new ElmanException($"{place}: {format.Title} files are not read"))(place, ConversionArguments.Options(given, _map, _entry, _order, null, terminal));
        if (IsArray(data)) return OfArray(network, data, output, terminal);
        if (output is not null && IsArray(output)) throw new ElmanException($"{output}: rows of a table go to CSV; an array comes of an array");
        var table = TableSource.Read(data, terminal.Input);
        var columns = Features(table, given);
        void Write(TextWriter writer) => WriteRows(network, table, columns, given.GetValue(_group), writer);
        if (output is not null) CsvFile.WriteText(output, Write);
        else Write(terminal.FileOut);
        return ExitCode.Done;
    }

    private static bool IsArray(string path) => Path.GetExtension(path).Equals(Arrays, StringComparison.OrdinalIgnoreCase);

    private static int OfArray(Module network, string data, string? output, Terminal terminal)
    {
        var array = NpyFile.Read(data);
        // An array of two axes is one sequence, where the model wants three.
        var result = ModelRun.Run(network, array.Rank == 2 && !ModelRun.TakesClasses(network) ? array.Reshape(1, array.Shape[0], array.Shape[1]) : array);
        terminal.Remark($"{array.Shape} → {result.Shape}");
        if (output is not null && IsArray(output)) NpyFile.Write(output, result);
        else
        {
            int size = result.Rank == 0 ? 1 : result.Shape[^1];
            void Write(TextWriter writer)
            {
                CsvFile.WriteRow(writer, Head(size));
                for (int at = 0; at + size <= result.Count; at += size) CsvFile.WriteRow(writer, Cells(result.Span.Slice(at, size)));
            }

            if (output is not null) CsvFile.WriteText(output, Write);
            else Write(terminal.FileOut);
        }

        return ExitCode.Done;
    }

    /// <summary>The outputs of each row beside its group; of a model that gives one for a sequence, a row for each.</summary>
    private static void WriteRows(Module network, Table table, NumberColumn[] columns, string? group, TextWriter writer)
    {
        bool headed = false;
        foreach (var rows in Groups(table, group))
        {
            var input = Tensor.Zeros(1, rows.Count, columns.Length);
            for (int t = 0; t < rows.Count; t++)
                for (int i = 0; i < columns.Length; i++)
                {
                    double value = columns[i].Values[rows[t]];
                    if (double.IsNaN(value)) throw new ElmanException($"{table.Name}: {table.Place(rows[t])}: column {Names.Quote(columns[i].Name)} has no value; the model needs one in every row");
                    input.Writable()[(t * columns.Length) + i] = (float)value;
                }

            var result = ModelRun.Run(network, input);
            int steps = result.Rank == 3 ? result.Shape[1] : 1, size = result.Count / steps;
            if (!headed) CsvFile.WriteRow(writer, [.. group is null ? [] : new[] { group }, .. Head(size)]);
            headed = true;
            string name = group is null ? "" : table.Find(group)!.TextAt(rows[0]) ?? "";
            for (int t = 0; t < steps; t++) CsvFile.WriteRow(writer, [.. group is null ? [] : new[] { name }, .. Cells(result.Span.Slice(t * size, size))]);
        }
    }

    private static IEnumerable<IReadOnlyList<int>> Groups(Table table, string? group)
    {
        if (table.Rows == 0) throw new ElmanException($"{table.Name}: there are no rows; give at least one");
        if (group is null) return [[.. Enumerable.Range(0, table.Rows)]];
        var column = table.Find(group) ?? throw new ElmanException($"{table.Name}: there is no column {Names.Quote(group)}; there are {Names.List([.. table.Columns.Select(one => one.Name)])}");
        return Enumerable.Range(0, table.Rows).GroupBy(column.TextAt).Select(rows => (IReadOnlyList<int>)[.. rows]);
    }

    private NumberColumn[] Features(Table table, ParseResult given)
    {
        string[] named = given.GetValue(_columns) ?? [];
        string? group = given.GetValue(_group);
        if (named.Length == 0)
        {
            NumberColumn[] all = [.. table.Columns.OfType<NumberColumn>().Where(column => column.Name != group)];
            return all.Length > 0 ? all : throw new ElmanException($"{table.Name}: there is no column of numbers; the columns are {Names.List([.. table.Columns.Select(column => column.Name)])}");
        }

        return [.. named.Select(name => table.Find(name) as NumberColumn
            ?? throw new ElmanException($"{table.Name}: {(table.Find(name) is null ? "there is no column" : "no numbers are in column")} {Names.Quote(name)}; the columns are {Names.List([.. table.Columns.Select(column => column.Name)])}"))];
    }

    private static IEnumerable<string> Head(int size) => Enumerable.Range(1, size).Select(i => $"y{i}");

    private static string[] Cells(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), value => value.ToString("R", CultureInfo.InvariantCulture));
}
