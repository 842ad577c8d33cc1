using System.Data.Common;

namespace Elman.Tabular;

/// <summary>Fills a table from the rows of a reader, by the getter of each column's type: no value is boxed.</summary>
internal static class ReaderTable
{
    public static Table Read(DbDataReader reader, string name, CsvOptions options, CancellationToken cancellation)
    {
        List<string> remarks = [];
        ReaderColumn?[] columns = Columns(reader, name, remarks);
        ReaderColumn[] kept = [.. columns.OfType<ReaderColumn>()];
        if (kept.Length == 0)
        {
            string reason = remarks.Count > 0 ? string.Join("; ", remarks) : "expected a statement such as SELECT …";
            throw new ElmanException($"{name} returns no column that a table can hold: {reason}");
        }

        for (int row = 0; reader.Read(); row++)
        {
            if ((row & 1023) == 0)
                cancellation.ThrowIfCancellationRequested();
            if (row == Array.MaxLength)
                throw new ElmanException($"{name} returns more than {Array.MaxLength:N0} rows, more than a table holds; ask for fewer");
            ReadRow(reader, kept, name, row);
        }

        return new Table(name, [.. kept.Select(column => column.Finish(options))], remarks);
    }

    private static void ReadRow(DbDataReader reader, ReaderColumn[] columns, string name, int row)
    {
        int at = 0;
        try
        {
            for (; at < columns.Length; at++)
                columns[at].Read(reader);
        }
        catch (Exception failure) when (failure is InvalidCastException or OverflowException or FormatException or ArgumentOutOfRangeException)
        {
            ReaderColumn column = columns[at];
            throw new ElmanException($"{name}, row {row + 1}, column {Names.Quote(column.Name)}: {column.Expected(failure)}; "
                + "say in the query what it should be, for example with cast(… as double precision) or nullif(…)");
        }
    }

    /// <summary>A column for each of the reader's, null where no table can hold it.</summary>
    private static ReaderColumn?[] Columns(DbDataReader reader, string name, List<string> remarks)
    {
        // SQLite types values, not columns. The type is asked for by name: to ask "is" would load the assembly that nobody may have named.
        bool valuesTyped = reader.GetType().FullName == "Microsoft.Data.Sqlite.SqliteDataReader";
        ReaderColumn?[] columns = new ReaderColumn?[reader.FieldCount];
        HashSet<string> names = [];
        for (int i = 0; i < columns.Length; i++)
        {
            string column = reader.GetName(i);
            if (!names.Add(column))
                throw new ElmanException($"{name}: two columns of the query are named {Names.Quote(column)}; rename one with AS");
            columns[i] = valuesTyped ? new LooseColumn(column, i) : ReaderColumns.Create(reader, column, i);
            if (columns[i] is null)
            {
                string type = OneLine.Of(reader.GetDataTypeName(i));
                remarks.Add($"column {Names.Quote(column)} is left out: it holds {type}, which a column of a table cannot hold");
            }
        }

        return columns;
    }
}
