using System.Globalization;
using CsvHelper;

namespace Elman.Tabular;

/// <summary>The line with the names of the columns: where it stands, and what stands before it.</summary>
internal sealed record CsvHeader(string[] Columns, int RecordsBefore, string? Remark)
{
    private const int RecordsLooked = 100;

    /// <summary>Finds the header: the first record with as many cells as most of the first hundred.</summary>
    /// <exception cref="ElmanException">There is none, or its names cannot be told apart.</exception>
    public static CsvHeader Find(string name, CsvContent content)
    {
        (List<string[]> records, List<long> lines) = FirstRecords(content);
        if (records.Count == 0 || records.TrueForAll(record => record.All(string.IsNullOrWhiteSpace)))
            throw new ElmanException($"{name} is empty; expected CSV: a header line, then one row per line");
        int width = records.GroupBy(record => record.Length).OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key).First().Key;
        int at = records.FindIndex(record => record.Length == width && !IsHint(record));
        // Rows that all have a cell more than the header are ragged, not a table under a title.
        if (at > 0 && records.FindIndex(record => record.Length > 1) is var first and >= 0 && first < at && AreValues(records[at])) at = first;
        string[] columns = Named(records[at]);
        Check(name, columns, lines[at]);
        string? remark = at == 0 ? null
            : $"{name}: {(at == 1 ? "the line" : $"{at} lines")} before the header in line {lines[at]} {(at == 1 ? "was" : "were")} left out, the first is {Names.Quote(string.Join(content.Separator, records[0]))}";
        return new CsvHeader(columns, at, remark);
    }

    /// <summary>Whether a record is the line in which Excel names the separator.</summary>
    private static bool IsHint(string[] cells) => cells is ["sep=", ""] or [['s', 'e', 'p', '=', _]];

    /// <summary>Whether all cells are numbers or dates.</summary>
    private static bool AreValues(string[] cells) =>
        Array.TrueForAll(cells, cell => double.TryParse(cell, CultureInfo.InvariantCulture, out _) || TimeSurvey.Of([cell]) is not null);

    private static (List<string[]> Records, List<long> Lines) FirstRecords(CsvContent content)
    {
        List<string[]> records = [];
        List<long> lines = [];
        using CsvReader reader = content.Open();
        while (records.Count < RecordsLooked && content.Read(reader))
        {
            // A header of many thousand columns is kept; of wide rows below it only a few are needed.
            if (records.Count > 1 && records.Sum(record => (long)record.Length) > 1_000_000) break;
            string[] cells = new string[reader.FieldCount];
            for (int i = 0; i < cells.Length; i++) cells[i] = reader.GetString(i);
            records.Add(cells);
            lines.Add(reader.LineNumber);
        }
        return (records, lines);
    }

    /// <summary>Columns without a name that hold values are called by their place.</summary>
    private static string[] Named(string[] columns) => [.. columns.Select((column, i) => column.Length > 0 ? column : $"column {i + 1}")];

    private static void Check(string name, string[] columns, long line)
    {
        if (columns.Any(column => column.Contains('\uFFFD', StringComparison.Ordinal)))
            throw new ElmanException($"{name}: the header is not UTF-8 text; convert the file, for example with: iconv -f latin1 -t utf-8");
        if (AreValues(columns) && columns.Length > 1)
            throw new ElmanException($"{name}, line {line}: expected the names of the columns, got values ({Names.List(columns)}); put a header line first");
        Dictionary<string, int> seen = [];
        for (int i = 0; i < columns.Length; i++)
        {
            if (!seen.TryAdd(columns[i], i))
                throw new ElmanException($"{name}: columns {seen[columns[i]] + 1} and {i + 1} are both named {Names.Quote(columns[i])}; rename one");
        }
    }
}
