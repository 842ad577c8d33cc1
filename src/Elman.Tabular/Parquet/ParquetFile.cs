using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace Elman.Tabular;

/// <summary>A Parquet file on its way into a table: its schema, the choice of columns, and its row groups one after the other.</summary>
internal static class ParquetFile
{
    /// <summary>Reads the columns that are wanted.</summary>
    public static Table Read(Stream stream, string name, IReadOnlyCollection<string>? wanted, CsvOptions options)
    {
        CheckEnds(stream, name);
        if (!ParquetFooter.IsWhole(stream))
            throw Damaged(name, "its footer makes no sense");
        try
        {
            // On a thread of the pool: the reader's continuations must not wait for the caller's own context, which waits here.
            return Task.Run(() => ReadAsync(new EndedStream(stream), name, wanted, options)).GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is not ElmanException)
        {
            // The reader meets damage as whatever its arithmetic runs into, a length beyond all memory included; only these two tell a user
            // anything.
            throw Damaged(name, failure is ParquetException or NotSupportedException ? OneLine.Of(failure.Message) : "its pages make no sense");
        }
    }

    private static ElmanException Damaged(string name, string reason) =>
        new($"{name} is a damaged Parquet file, or of a kind that is not read: {reason}; write it anew");

    private static async Task<Table> ReadAsync(Stream stream, string name, IReadOnlyCollection<string>? wanted, CsvOptions options)
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream).ConfigureAwait(false);
        List<SchemaElement> stored = TopLevel(reader.Metadata!.Schema);
        List<string> remarks = [];
        Dictionary<string, ParquetType> types = Choose(stored, reader.Metadata.RowGroups, name, wanted, remarks);
        // Parquet.Net makes a System.Decimal, a System.DateTime, a text of its own of each value, and decodes texts that share their beginnings
        // (DELTA_BYTE_ARRAY) wrongly where they are not ASCII. Without their annotations the stored integers and bytes come as they are.
        foreach (SchemaElement element in stored.Where(element => element.Type is not null))
            (element.ConvertedType, element.LogicalType) = (null, null);

        int rows = CheckedRows(reader, name);
        RequireProportion(name, rows, types.Count, stream.Length);
        ParquetColumn[] columns = [.. reader.Schema.Fields.OfType<DataField>().Where(field => types.ContainsKey(field.Name))
            .Select(field => ParquetColumns.Create(field, types[field.Name], name, rows, options))];
        int first = 0;
        foreach (ParquetRowGroupReader group in reader.RowGroups)
        {
            int count = (int)group.RowCount;
            foreach (ParquetColumn column in columns)
            {
                if (group.GetMetadata(column.Field)?.MetaData?.NumValues != count)
                    throw new ParquetException($"column '{column.Field.Name}' differs in length from the rows");
                await column.ReadAsync(group, first, count).ConfigureAwait(false);
            }

            first += count;
        }

        return new Table(name, [.. columns.Select(column => column.Finish())], remarks);
    }

    /// <summary>The types of the columns that are to be read, by name.</summary>
    private static Dictionary<string, ParquetType> Choose(
        List<SchemaElement> stored, List<RowGroup> groups, string name, IReadOnlyCollection<string>? wanted, List<string> remarks)
    {
        foreach (string column in wanted ?? [])
        {
            if (!stored.Any(element => element.Name == column))
                throw new ElmanException(
                    $"{name} has no column {Names.Quote(column)}; its columns are: {Names.List([.. stored.Select(element => element.Name)])}");
        }

        Dictionary<string, ParquetType> types = [];
        foreach (SchemaElement element in stored)
        {
            if (wanted?.Contains(element.Name) == false)
                continue;
            ParquetType? type = ParquetType.Of(element, out string? obstacle);
            if (type?.Meaning == ParquetMeaning.Truth && groups.Exists(group => HoldsRuns(group, element.Name)))
                (type, obstacle) = (null, "its truth values are encoded as runs (RLE)");
            if (type is null && wanted is not null)
                throw new ElmanException($"{name}, column {Names.Quote(element.Name)}: {obstacle}, which a column of a table cannot hold; "
                    + "leave it out, or write it as columns of numbers, texts or times");
            if (type is null)
                remarks.Add($"column {Names.Quote(element.Name)} is left out: {obstacle}");
            else if (!types.TryAdd(element.Name, type))
                throw new ElmanException($"{name}: two columns are named {Names.Quote(element.Name)}; rename one");
        }

        return types.Count > 0 ? types : throw new ElmanException($"{name} has no column that a table can hold: {string.Join("; ", remarks)}");
    }

    /// <summary>Parquet.Net takes every run of truth values for false. Without runs they are plain, and the list of encodings says so.</summary>
    private static bool HoldsRuns(RowGroup group, string column) =>
        group.Columns.Exists(chunk => chunk.MetaData is { PathInSchema: [string name], Encodings: var encodings }
            && name == column && !encodings.Contains(Encoding.PLAIN));

    /// <summary>The elements below the root, without what lies below them: a schema is a tree, written depth first.</summary>
    private static List<SchemaElement> TopLevel(List<SchemaElement> schema)
    {
        List<SchemaElement> top = [];
        for (int i = 1; i < schema.Count; i++)
        {
            top.Add(schema[i]);
            for (int below = schema[i].NumChildren ?? 0; below > 0; below--)
                below += schema[++i].NumChildren ?? 0;
        }

        return top;
    }

    private static int CheckedRows(ParquetReader reader, string name)
    {
        long rows = 0;
        foreach (ParquetRowGroupReader group in reader.RowGroups)
        {
            if (group.RowCount < 0)
                throw new ParquetException("a row group has a negative number of rows");
            rows += group.RowCount;
            if (rows > Array.MaxLength)
                throw new ElmanException($"{name} has more than {Array.MaxLength:N0} rows, more than a table holds; split it");
        }

        return (int)rows;
    }

    /// <summary>Runs make ten thousand million equal values of a few bytes: what a file claims must be in some proportion to its size, before room is made for it.</summary>
    internal static void RequireProportion(string name, long rows, int columns, long bytes)
    {
        const long always = 1 << 25, perByte = 8;
        if (rows * columns > always + perByte * bytes)
            throw new ElmanException($"{name} claims {rows:N0} rows of {Names.Count(columns, "column")} in {bytes:N0} bytes, more than is read of a file of that size; name fewer columns, or write it with more, smaller files");
    }

    /// <summary>What is no Parquet file, or half of one, is told apart by four bytes at either end.</summary>
    private static void CheckEnds(Stream stream, string name)
    {
        Span<byte> ends = stackalloc byte[8];
        bool both = stream.Length >= 12;
        if (both)
        {
            stream.Position = 0;
            stream.ReadExactly(ends[..4]);
            stream.Position = stream.Length - 4;
            stream.ReadExactly(ends[4..]);
            stream.Position = 0;
        }

        if (!both || !ends[..4].SequenceEqual("PAR1"u8))
        {
            throw new ElmanException(ends[..4].SequenceEqual("PARE"u8)
                ? $"{name} is an encrypted Parquet file, which cannot be read; write it without encryption"
                : $"{name} is not a Parquet file: it does not begin with PAR1; check the name");
        }

        if (!ends[4..].SequenceEqual("PAR1"u8))
            throw new ElmanException($"{name} is cut off: a Parquet file ends with PAR1; copy or write it again");
    }
}
