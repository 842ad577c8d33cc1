using Parquet;
using Parquet.Schema;

namespace Elman.Tabular.Tests;

public sealed class DamagedParquetTests
{
    [Theory]
    [InlineData("", "is not a Parquet file")]
    [InlineData("time,units\n2024-01-01,1\n", "is not a Parquet file: it does not begin with PAR1")]
    [InlineData("PAR1 and then nothing that ends so", "is cut off: a Parquet file ends with PAR1")]
    [InlineData("PAREPAREPAREPARE", "is an encrypted Parquet file")]
    [InlineData("PAR1\xff\xff\xff\x7fPAR1", "is a damaged Parquet file")]
    [InlineData("PAR1\x04\0\0\0PAR1", "is a damaged Parquet file")]
    public void A_foreign_file_is_told_in_one_line(string content, string expected)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("sales.parquet");
        File.WriteAllBytes(path, [.. content.Select(letter => (byte)letter)]);
        ElmanException failure = Assert.Throws<ElmanException>(() => Table.ReadParquet(path));
        Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, char.IsControl);
    }

    [Fact]
    public void No_file_and_no_name_of_one()
    {
        Assert.Contains("there is no file", Assert.Throws<ElmanException>(() => Table.ReadParquet("/nowhere/sales.parquet")).Message, StringComparison.Ordinal);
        Assert.Contains("is a directory", Assert.Throws<ElmanException>(() => Table.ReadParquet(Path.GetTempPath())).Message, StringComparison.Ordinal);
    }

    /// <summary>Whatever bytes are wrong, the answer is a table or one line, and it comes soon.</summary>
    [Fact]
    public async Task Damage_anywhere_ends_in_one_line_or_in_a_table()
    {
        byte[] whole = Small();
        Random random = new(7);
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. whole];
            for (int j = random.Next(1, 4); j > 0; j--)
                bytes[random.Next(4, bytes.Length - 4)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                bytes = [.. bytes[..random.Next(4, bytes.Length)], .. "PAR1"u8];
            Task<bool> reading = Task.Run(() => Read(bytes));
            Assert.True(await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(20))) == reading, $"damage {i} is read without an end");
            refused += await reading ? 0 : 1;
        }

        Assert.InRange(refused, 300, 2900);
    }

    private static bool Read(byte[] bytes)
    {
        try
        {
            ParquetBytes.Read(new MemoryStream(bytes));
            return true;
        }
        catch (ElmanException failure)
        {
            Assert.DoesNotContain(failure.Message, char.IsControl);
            return false;
        }
    }

    private static byte[] Small()
    {
        DataField<double> a = new("a");
        DataField b = new("b", typeof(string), isNullable: true);
        DateTimeDataField c = new("c", DateTimeFormat.Timestamp, unit: DateTimeTimeUnit.Micros, isNullable: false);
        using MemoryStream file = ParquetBytes.Write(new ParquetSchema(a, b, c), null, async rows =>
        {
            await rows.WriteAsync<double>(a, Enumerable.Range(0, 50).Select(i => i * 1.5).ToArray());
            await rows.WriteAsync(b, Enumerable.Range(0, 50).Select(i => i % 7 == 0 ? null : "store-" + i % 3).ToArray());
            await rows.WriteAsync<DateTime>(c, Enumerable.Range(0, 50).Select(i => DateTime.UnixEpoch.AddHours(i)).ToArray());
        });
        return file.ToArray();
    }
}
