using System.Data.Common;

namespace Elman.Tabular;

/// <summary>A table from whatever holds one: what a file is, its first bytes say; a query says what is wanted of a database.</summary>
public static class TableSource
{
    private const string StandardInput = "standard input";

    /// <summary>Reads a CSV file, a Parquet file or a SQLite file that has a single table.</summary>
    /// <param name="path">The file; "-" is standard input.</param>
    /// <param name="standardInput">What "-" stands for.</param>
    /// <param name="columns">The columns that are wanted, where it is known; a Parquet file is read for these only. Null: all.</param>
    /// <param name="options">What texts alone do not say.</param>
    /// <exception cref="ElmanException">The source cannot be read: the message says why, where and what to do.</exception>
    public static Table Read(string path, Stream standardInput, IReadOnlyCollection<string>? columns = null, CsvOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(standardInput);
        if (path == "-")
            return FromInput(standardInput, columns, options);
        RefuseConnectionString(path);
        using FileStream file = TableFile.Open(path);
        try
        {
            return KindOf(file, path) switch
            {
                TableKind.Parquet => Table.ReadParquet(path, file, columns, options),
                TableKind.Sqlite => OnlyTable(path, options),
                _ => Table.ReadCsv(path, file, options),
            };
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw TableFile.Unreadable(path, failure);
        }
    }

    /// <summary>Reads the rows that a query asks of a SQLite file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="query">A statement that returns rows.</param>
    /// <param name="options">What texts alone do not say.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <exception cref="ElmanException">It is no SQLite file, or SQLite refuses the query.</exception>
    public static Table Query(string path, string query, CsvOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        RefuseConnectionString(path);
        if (path == "-")
            throw new ElmanException("a query asks a database, and standard input is none; name a SQLite file, or leave the query out");
        using (FileStream file = TableFile.Open(path))
        {
            if (KindOf(file, path) is var kind and not TableKind.Sqlite)
            {
                string kindName = kind == TableKind.Parquet ? "Parquet" : "CSV";
                throw new ElmanException($"a query asks a database, and {path} is a {kindName} file; leave the query out, or name a SQLite file");
            }
        }

        return Table.ReadQuery(DatabaseConnection.Sqlite(path), query, options, cancellation);
    }

    /// <summary>A file's first bytes say what it is; the name of a file that should be Parquet and is not is kept to, for then it is damaged.</summary>
    private static TableKind KindOf(Stream stream, string name)
    {
        Span<byte> start = stackalloc byte[16];
        stream.Position = 0;
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        stream.Position = 0;
        return start.StartsWith("SQLite format 3\0"u8) ? TableKind.Sqlite
            : start.StartsWith("PAR1"u8) || start.StartsWith("PARE"u8) || name.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) ? TableKind.Parquet
            : TableKind.Csv;
    }

    private static Table FromInput(Stream input, IReadOnlyCollection<string>? columns, CsvOptions? options)
    {
        using MemoryStream copy = new();
        input.CopyTo(copy);
        return KindOf(copy, StandardInput) switch
        {
            TableKind.Parquet => Table.ReadParquet(StandardInput, copy, columns, options),
            TableKind.Sqlite => throw new ElmanException("standard input is a SQLite database, which is read from a file only; give the name of the file"),
            _ => Table.ReadCsv(StandardInput, copy, options),
        };
    }

    private static Table OnlyTable(string path, CsvOptions? options)
    {
        DatabaseConnection connection = DatabaseConnection.Sqlite(path);
        using DbConnection open = Databases.Open(connection);
        IReadOnlyList<string> tables = SqliteDatabase.Tables(open);
        if (tables.Count != 1)
        {
            throw new ElmanException(tables.Count == 0
                ? $"{path} is a SQLite database without a table; check the name"
                : $"{path} is a SQLite database of {tables.Count} tables ({Names.List(tables.ToArray())}); say with --query which rows are meant, "
                    + $"as in \"SELECT * FROM {tables[0]}\"");
        }

        return Table.ReadQuery(connection, $"SELECT * FROM \"{tables[0].Replace("\"", "\"\"", StringComparison.Ordinal)}\"", options);
    }

    /// <summary>What stands in a command line is seen by everybody on the machine and stays in the shell's history.</summary>
    private static void RefuseConnectionString(string path)
    {
        if (PostgresUri.Is(path) || path.Contains("password=", StringComparison.OrdinalIgnoreCase) || path.StartsWith("host=", StringComparison.OrdinalIgnoreCase))
        {
            throw new ElmanException("a connection string does not belong into a command line, where others see it; put it into a file "
                + $"(--connection-file) or into the environment ({DatabaseConnection.DefaultVariable}), and leave the name of the data out");
        }
    }

    private enum TableKind
    {
        Csv,
        Parquet,
        Sqlite,
    }
}
