using Parquet;
using Parquet.Schema;

namespace Elman.Tabular.Tests;

/// <summary>Writes small Parquet files with the library that reads them nowhere in these tests but through tables.</summary>
internal static class ParquetBytes
{
    /// <summary>A file of row groups, each of which gives the values of each field.</summary>
    public static MemoryStream Write(ParquetSchema schema, ParquetOptions? options, params Func<ParquetRowGroupWriter, Task>[] groups)
    {
        MemoryStream stream = new();
        WriteAsync().GetAwaiter().GetResult();
        stream.Position = 0;
        return stream;

        async Task WriteAsync()
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream, options);
            foreach (Func<ParquetRowGroupWriter, Task> group in groups)
            {
                using ParquetRowGroupWriter rows = writer.CreateRowGroup();
                await group(rows);
            }
        }
    }

    /// <summary>A file of one column of values that may be missing, in two row groups.</summary>
    public static Table OneColumn<T>(DataField field, params T?[] values)
        where T : struct =>
        Read(Write(new ParquetSchema(field), null, rows => rows.WriteAsync<T>(field, values.AsMemory(0, 1)), rows => rows.WriteAsync<T>(field, values.AsMemory(1))));

    public static Table Read(Stream stream, params string[] columns) => Table.ReadParquet("t.parquet", stream, columns.Length > 0 ? columns : null);
}
