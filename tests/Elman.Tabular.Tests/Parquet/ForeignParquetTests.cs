namespace Elman.Tabular.Tests;

/// <summary>
/// Files that Apache Arrow wrote (ParquetSharp 25.0.1.2; 3 and 40 rows, the second row and every fifth after it missing, pages of 300 bytes): version 1 with
/// Snappy, version 2 with Zstandard; texts as DELTA_BYTE_ARRAY and DELTA_LENGTH_BYTE_ARRAY, whole numbers as DELTA_BINARY_PACKED, doubles as BYTE_STREAM_SPLIT.
/// </summary>
public sealed class ForeignParquetTests
{
    private const int Rows = 43;

    private static readonly DateTime Start = new(2024, 2, 29, 13, 0, 0);

    [Theory]
    [InlineData("arrow-v1.parquet")]
    [InlineData("arrow-v2.parquet")]
    public void Every_row_is_what_was_written(string file)
    {
        Table table = Table.ReadParquet(Path.Combine(AppContext.BaseDirectory, "Parquet", file));
        Assert.Equal(Rows, table.Rows);
        Number(table, "price", i => (double)(i - 1.125m));
        Number(table, "units", i => i * 0.1);
        Number(table, "temp", i => i * 0.5f);
        Number(table, "n", i => i - 2);
        Number(table, "u", i => 65535 - i);
        Number(table, "half", i => i * 0.25);
        Time(table, "time", i => Start.AddHours(i).AddTicks(10));
        Time(table, "utc", i => Start.AddHours(i));
        Time(table, "nanos", i => Start.AddHours(i));
        Time(table, "day", i => Start.Date.AddDays(i));
        Time(table, "clock", i => new DateTime(1, 1, 2).AddMinutes(i));
        Text(table, "store", i => "störe-" + i % 3);
        Text(table, "id", i => new Guid(i, 0, 0, new byte[8]).ToString());
        Text(table, "raw", i => "abc");
        Text(table, "json", i => "{}");
        Assert.Equal("2024-02-29T13:00:00Z", ((TimeColumn)table.Find("utc")!).Notation.Format(Start));
        Assert.Contains("column 'list' is left out: it is nested (a list, a map or a structure)", table.Remarks);
        Assert.Equal("column 'raw' is bytes without a type: taken for UTF-8 text", Assert.Single(table.Find("raw")!.Remarks));
    }

    [Fact]
    public void Truth_values_are_read_where_they_are_read_rightly()
    {
        Number(Table.ReadParquet(Path.Combine(AppContext.BaseDirectory, "Parquet", "arrow-v1.parquet")), "flag", i => i % 2 == 0 ? 1 : 0);
        Table runs = Table.ReadParquet(Path.Combine(AppContext.BaseDirectory, "Parquet", "arrow-v2.parquet"));
        Assert.Null(runs.Find("flag"));
        Assert.Contains("column 'flag' is left out: its truth values are encoded as runs (RLE)", runs.Remarks);
    }

    private static void Number(Table table, string name, Func<int, double> value) =>
        Assert.Equal(Expected(value, double.NaN), Assert.IsType<NumberColumn>(table.Find(name)).Values);

    private static void Time(Table table, string name, Func<int, DateTime> value) =>
        Assert.Equal(Expected(value, DateTime.MinValue), Assert.IsType<TimeColumn>(table.Find(name)).Values);

    private static void Text(Table table, string name, Func<int, string?> value)
    {
        TextColumn column = Assert.IsType<TextColumn>(table.Find(name));
        Assert.Equal(Expected(value, null), Enumerable.Range(0, Rows).Select(row => column[row]));
    }

    private static IEnumerable<T> Expected<T>(Func<int, T> value, T missing) => Enumerable.Range(0, Rows).Select(i => i % 5 == 1 ? missing : value(i));
}
