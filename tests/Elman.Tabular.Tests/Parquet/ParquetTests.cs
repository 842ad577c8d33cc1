using Parquet;
using Parquet.Schema;

namespace Elman.Tabular.Tests;

public sealed class ParquetTests
{
    [Fact]
    public void Numbers_of_every_width_keep_their_values()
    {
        Assert.Equal([1.5, double.NaN, -2.25], Numbers(ParquetBytes.OneColumn<double>(new DataField("y", typeof(double), isNullable: true), 1.5, null, -2.25)));
        Assert.Equal([1.5, double.NaN, -2.25], Numbers(ParquetBytes.OneColumn<float>(new DataField("y", typeof(float), isNullable: true), 1.5f, null, -2.25f)));
        Assert.Equal([int.MaxValue, double.NaN, int.MinValue], Numbers(ParquetBytes.OneColumn<int>(new DataField("y", typeof(int), isNullable: true), int.MaxValue, null, int.MinValue)));
        Assert.Equal([1L << 53, double.NaN, -1], Numbers(ParquetBytes.OneColumn<long>(new DataField("y", typeof(long), isNullable: true), 1L << 53, null, -1)));
        Assert.Equal([short.MaxValue, double.NaN, -3], Numbers(ParquetBytes.OneColumn<short>(new DataField("y", typeof(short), isNullable: true), short.MaxValue, null, -3)));
        Assert.Equal([200, double.NaN, 3], Numbers(ParquetBytes.OneColumn<byte>(new DataField("y", typeof(byte), isNullable: true), 200, null, 3)));
        Assert.Equal([uint.MaxValue, double.NaN, 3], Numbers(ParquetBytes.OneColumn<uint>(new DataField("y", typeof(uint), isNullable: true), uint.MaxValue, null, 3)));
        Assert.Equal([ulong.MaxValue, double.NaN, 3], Numbers(ParquetBytes.OneColumn<ulong>(new DataField("y", typeof(ulong), isNullable: true), ulong.MaxValue, null, 3)));
        Assert.Equal([1, double.NaN, 0], Numbers(ParquetBytes.OneColumn<bool>(new DataField("y", typeof(bool), isNullable: true), true, null, false)));
    }

    [Theory]
    [InlineData(9, 2)] // stored in 32 bits
    [InlineData(18, 2)] // in 64
    [InlineData(28, 2)] // in bytes
    [InlineData(38, 2)]
    public void Decimals_are_the_nearest_doubles(int precision, int scale)
    {
        DecimalDataField field = new("y", precision, scale, isNullable: true);
        Assert.Equal([1234567.89, double.NaN, -0.01, 0.07], Numbers(ParquetBytes.OneColumn<decimal>(field, 1234567.89m, null, -0.01m, 0.07m)));
    }

    [Theory]
    [InlineData(DateTimeTimeUnit.Millis, 0)]
    [InlineData(DateTimeTimeUnit.Micros, 4560)]
    [InlineData(DateTimeTimeUnit.Nanos, 4567)]
    public void Timestamps_keep_their_ticks_and_their_zone(DateTimeTimeUnit unit, long ticks)
    {
        DateTime time = new DateTime(2024, 2, 29, 13, 45, 1, 123).AddTicks(ticks), old = new(1960, 12, 31, 23, 59, 59);
        foreach (bool utc in (bool[])[false, true])
        {
            TimeColumn column = Times(ParquetBytes.OneColumn<DateTime>(new DateTimeDataField("y", DateTimeFormat.Timestamp, utc, unit, isNullable: true),
                DateTime.SpecifyKind(time, DateTimeKind.Utc), null, DateTime.SpecifyKind(old, DateTimeKind.Utc)));
            Assert.Equal([time, DateTime.MinValue, old], column.Values);
            Assert.All(column.Values, value => Assert.Equal(DateTimeKind.Unspecified, value.Kind));
            Assert.Equal(utc ? "1960-12-31T23:59:59Z" : "1960-12-31T23:59:59", column.Notation.Format(column.Values[2]));
        }
    }

    [Fact]
    public void Dates_and_the_timestamps_of_older_writers()
    {
        DateTime day = new(2024, 2, 29), time = new(2024, 2, 29, 13, 45, 0);
        TimeColumn days = Times(ParquetBytes.OneColumn<DateTime>(new DateTimeDataField("y", DateTimeFormat.Date, isNullable: true), day, null, new DateTime(1960, 1, 1)));
        Assert.Equal([day, DateTime.MinValue, new DateTime(1960, 1, 1)], days.Values);
        Assert.Equal("2024-02-29", days.Notation.Format(days.Values[0]));
        foreach (DateTimeFormat format in (DateTimeFormat[])[DateTimeFormat.DateAndTime, DateTimeFormat.DateAndTimeMicros, DateTimeFormat.Impala])
        {
            TimeColumn times = Times(ParquetBytes.OneColumn<DateTime>(new DateTimeDataField("y", format, isNullable: true), DateTime.SpecifyKind(time, DateTimeKind.Utc), null));
            Assert.Equal([time, DateTime.MinValue], times.Values);
        }
    }

    [Theory]
    [InlineData(EncodingHint.Default)]
    [InlineData(EncodingHint.Dictionary)]
    public void Texts_become_codes_in_the_order_of_their_first_row(EncodingHint hint)
    {
        string?[] texts = ["north", null, "süd", "", "north", "a name that is longer than the others", "süd"];
        DataField field = new("store", typeof(string), isNullable: true);
        ParquetOptions options = new() { ColumnEncodingHints = { ["store"] = hint } };
        using MemoryStream file = ParquetBytes.Write(new ParquetSchema(field), options, rows => rows.WriteAsync(field, texts), rows => rows.WriteAsync(field, texts));
        TextColumn column = Assert.IsType<TextColumn>(ParquetBytes.Read(file).Find("store"));
        Assert.Equal(["north", "süd", "", "a name that is longer than the others"], column.Texts);
        Assert.Equal([.. texts, .. texts], Enumerable.Range(0, 14).Select(row => column[row]));
    }

    [Fact]
    public void Only_the_columns_that_are_wanted_are_read()
    {
        DataField<double> a = new("a"), b = new("b"), c = new("c");
        using MemoryStream file = ParquetBytes.Write(new ParquetSchema(a, b, c), null, async rows =>
        {
            await rows.WriteAsync<double>(a, new double[] { 1, 2 });
            await rows.WriteAsync<double>(b, new double[] { 3, 4 });
            await rows.WriteAsync<double>(c, new double[] { 5, 6 });
        });
        // The pages of b are spoilt: whoever reads them fails.
        Assert.Throws<ElmanException>(() => ParquetBytes.Read(Spoilt(file, "b")));
        Table table = ParquetBytes.Read(Spoilt(file, "b"), "c", "a");
        Assert.Equal(["a", "c"], table.Columns.Select(column => column.Name));
        Assert.Equal([5, 6], ((NumberColumn)table.Find("c")!).Values);
        Assert.Equal("t.parquet has no column 'd'; its columns are: a, b, c", Assert.Throws<ElmanException>(() => ParquetBytes.Read(file, "d")).Message);
    }

    [Fact]
    public void Nested_columns_are_refused_by_name_and_otherwise_left_out()
    {
        DataField<int> units = new("units");
        ListField tags = new("tags", new DataField("item", typeof(int), isNullable: true));
        ParquetSchema schema = new(tags, units);
        using MemoryStream file = ParquetBytes.Write(schema, null, async rows =>
        {
            await rows.WriteAsync<int>(schema.DataFields[0], new int?[] { 1, 2, 3 }, new int[] { 0, 1, 0 });
            await rows.WriteAsync<int>(units, new int[] { 7, 8 });
        });
        Table table = ParquetBytes.Read(file);
        Assert.Equal([7, 8], ((NumberColumn)Assert.Single(table.Columns)).Values);
        Assert.Equal(["column 'tags' is left out: it is nested (a list, a map or a structure)"], table.Remarks);
        Assert.StartsWith("t.parquet, column 'tags': it is nested", Assert.Throws<ElmanException>(() => ParquetBytes.Read(file, "tags")).Message, StringComparison.Ordinal);
    }

    /// <summary>The file with the first bytes of a column's first page overwritten.</summary>
    private static MemoryStream Spoilt(MemoryStream file, string column)
    {
        file.Position = 0;
        ParquetReader reader = ParquetReader.CreateAsync(file).GetAwaiter().GetResult();
        long place = reader.RowGroups[0].RowGroup.Columns.Single(chunk => chunk.MetaData!.PathInSchema[0] == column).MetaData!.DataPageOffset;
        byte[] bytes = file.ToArray();
        bytes.AsSpan((int)place, 8).Fill(0xFF);
        return new MemoryStream(bytes);
    }

    private static double[] Numbers(Table table) => Assert.IsType<NumberColumn>(Assert.Single(table.Columns)).Values;

    private static TimeColumn Times(Table table) => Assert.IsType<TimeColumn>(Assert.Single(table.Columns));
}
