using Elman.Tabular;
using Parquet;
using Parquet.Schema;

namespace Elman.Stores;

/// <summary>A table of sales as Parquet: a time, a store, three numbers of which one has gaps, and a count.</summary>
internal static class ParquetBench
{
    private const int GroupRows = 500_000;

    private static readonly ParquetSchema Schema = new(
        new DateTimeDataField("time", DateTimeFormat.Timestamp, isAdjustedToUTC: false, DateTimeTimeUnit.Micros, isNullable: false),
        new DataField("store", typeof(string), isNullable: true),
        new DataField<double>("units"),
        new DataField("price", typeof(double), isNullable: true),
        new DataField<float>("temp"),
        new DataField<int>("visits"));

    public static void Run(int rows)
    {
        foreach (CompressionMethod compression in (CompressionMethod[])[CompressionMethod.Snappy, CompressionMethod.Zstd])
        {
            string path = Path.Combine(Path.GetTempPath(), $"elman-stores-{Environment.ProcessId}.parquet");
            try
            {
                WriteAsync(path, rows, compression).GetAwaiter().GetResult();
                RawReader raw = new(Math.Min(GroupRows, rows));
                Rounds.Run($"Parquet, {compression}, {new FileInfo(path).Length / 1e6:F0} MB", rows,
                    ("ReadRawAsync", () => raw.ReadAsync(path).GetAwaiter().GetResult()), ("Table.ReadParquet", () => Check(Table.ReadParquet(path), rows)));
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    private static void Check(Table table, int rows)
    {
        if (table.Rows != rows || table.Columns.Count != 6)
            throw new InvalidOperationException("the table is not what was written");
    }

    private static async Task WriteAsync(string path, int rows, CompressionMethod compression)
    {
        Random random = new(1);
        await using FileStream file = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(Schema, file, new ParquetOptions { CompressionMethod = compression });
        DataField[] fields = Schema.DataFields;
        for (int first = 0; first < rows; first += GroupRows)
        {
            int[] range = [.. Enumerable.Range(first, Math.Min(GroupRows, rows - first))];
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync<DateTime>(fields[0], Array.ConvertAll(range, i => new DateTime(2020, 1, 1).AddMinutes(i / 500)));
            await group.WriteAsync(fields[1], Array.ConvertAll(range, string? (i) => "store-" + i % 500));
            await group.WriteAsync<double>(fields[2], Array.ConvertAll(range, _ => random.NextDouble() * 100));
            await group.WriteAsync<double>(fields[3], Array.ConvertAll(range, double? (_) => random.Next(50) == 0 ? null : random.NextDouble()));
            await group.WriteAsync<float>(fields[4], Array.ConvertAll(range, _ => random.NextSingle()));
            await group.WriteAsync<int>(fields[5], Array.ConvertAll(range, _ => random.Next(1000)));
        }
    }

    /// <summary>
    /// What Parquet.Net alone does with the file: each column into a buffer of its own type, with levels, used again for the next row group. Nothing is kept.
    /// </summary>
    private sealed class RawReader(int rows)
    {
        private readonly DateTime[] _times = new DateTime[rows];
        private readonly ReadOnlyMemory<char>[] _texts = new ReadOnlyMemory<char>[rows];
        private readonly double[] _doubles = new double[rows];
        private readonly float[] _floats = new float[rows];
        private readonly int[] _whole = new int[rows];
        private readonly int[] _levels = new int[rows];

        public async Task ReadAsync(string path)
        {
            await using ParquetReader reader = await ParquetReader.CreateAsync(path);
            DataField[] fields = reader.Schema.DataFields;
            foreach (ParquetRowGroupReader group in reader.RowGroups)
            {
                await group.ReadRawAsync<DateTime>(fields[0], _times, null, null);
                await group.ReadRawAsync<ReadOnlyMemory<char>>(fields[1], _texts, _levels, null);
                await group.ReadRawAsync<double>(fields[2], _doubles, null, null);
                await group.ReadRawAsync<double>(fields[3], _doubles, _levels, null);
                await group.ReadRawAsync<float>(fields[4], _floats, null, null);
                await group.ReadRawAsync<int>(fields[5], _whole, null, null);
            }
        }
    }
}
