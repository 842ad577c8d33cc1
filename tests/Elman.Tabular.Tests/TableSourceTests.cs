using Microsoft.Data.Sqlite;
using Parquet.Schema;

namespace Elman.Tabular.Tests;

public sealed class TableSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_bytes_say_what_a_file_is_whatever_its_name()
    {
        byte[] parquet = Parquet();
        File.WriteAllBytes(_folder.File("a.data"), parquet);
        File.WriteAllBytes(_folder.File("a.csv"), parquet);
        string csv = _folder.Write("b.data", "day,units\n2024-01-01,1\n2024-01-02,2\n");
        string sqlite = Database("c.data", "CREATE TABLE sales (day TEXT, units REAL)", "INSERT INTO sales VALUES ('2024-01-01', 1), ('2024-01-02', 2)");
        foreach (string path in (string[])[_folder.File("a.data"), _folder.File("a.csv"), csv, sqlite])
        {
            AssertSales(TableSource.Read(path, Stream.Null), path);
            if (path != sqlite)
                AssertSales(TableSource.Read("-", new Pipe(File.ReadAllBytes(path))), "standard input");
        }

        Assert.Contains("read from a file only", Refusal(() => TableSource.Read("-", new Pipe(File.ReadAllBytes(sqlite)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_Parquet_file_the_wanted_columns_are_read()
    {
        File.WriteAllBytes(_folder.File("a.parquet"), Parquet());
        Assert.Equal(["units"], TableSource.Read(_folder.File("a.parquet"), Stream.Null, ["units"]).Columns.Select(column => column.Name));
    }

    [Fact]
    public void A_database_of_several_tables_wants_a_query()
    {
        string path = Database("d.db", "CREATE TABLE a (x)", "CREATE TABLE \"b \"\"c\" (units)", "INSERT INTO a VALUES (1)");
        Assert.Equal($"{path} is a SQLite database of 2 tables (a, b \"c); say with --query which rows are meant, as in \"SELECT * FROM a\"",
            Refusal(() => TableSource.Read(path, Stream.Null)));
        Assert.Equal([1], ((NumberColumn)TableSource.Query(path, "SELECT x FROM a").Columns[0]).Values);
        Assert.Contains("without a table", Refusal(() => TableSource.Read(Database("e.db", "PRAGMA user_version = 1"), Stream.Null)), StringComparison.Ordinal);
        string odd = Database("f.db", "CREATE TABLE \"b \"\"c\" (units)", "INSERT INTO \"b \"\"c\" VALUES (7)");
        Assert.Equal([7], ((NumberColumn)TableSource.Read(odd, Stream.Null).Columns[0]).Values);
    }

    [Theory]
    [InlineData("postgres://user:hunter2@host/base")]
    [InlineData("POSTGRESQL://user:hunter2@host/base")]
    [InlineData("Host=h;Password=hunter2")]
    [InlineData("Data Source=a.db;Password=hunter2")]
    public void A_connection_string_is_no_path(string text)
    {
        foreach (Action read in (Action[])[() => TableSource.Read(text, Stream.Null), () => TableSource.Query(text, "SELECT 1")])
        {
            string message = Refusal(read);
            Assert.Contains("does not belong into a command line", message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_query_wants_a_database()
    {
        Assert.Contains("is a CSV file", Refusal(() => TableSource.Query(_folder.Write("b.csv", "day,units\n2024-01-01,1\n"), "SELECT 1")), StringComparison.Ordinal);
        Assert.Contains("standard input is none", Refusal(() => TableSource.Query("-", "SELECT 1")), StringComparison.Ordinal);
        Assert.Contains("it does not begin with PAR1", Refusal(() => TableSource.Read(_folder.Write("b.parquet", "day,units\n"), Stream.Null)), StringComparison.Ordinal);
    }

    private static void AssertSales(Table table, string name)
    {
        Assert.Equal(name, table.Name);
        Assert.Equal([1, 2], Assert.IsType<NumberColumn>(table.Find("units")).Values);
        TimeColumn day = Assert.IsType<TimeColumn>(table.Find("day"));
        Assert.Equal([new DateTime(2024, 1, 1), new DateTime(2024, 1, 2)], day.Values);
        Assert.Equal("2024-01-03", day.Notation.Format(new DateTime(2024, 1, 3)));
    }

    /// <summary>Days as text, as many a file has them.</summary>
    private static byte[] Parquet()
    {
        DataField day = new("day", typeof(string), isNullable: true);
        DataField<double> units = new("units");
        using MemoryStream file = ParquetBytes.Write(new ParquetSchema(day, units), null, async rows =>
        {
            await rows.WriteAsync(day, new string?[] { "2024-01-01", "2024-01-02" });
            await rows.WriteAsync<double>(units, new double[] { 1, 2 });
        });
        return file.ToArray();
    }

    private string Database(string name, params string[] statements)
    {
        using SqliteConnection connection = new($"Data Source={_folder.File(name)};Pooling=false");
        connection.Open();
        foreach (string statement in statements)
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }

        return _folder.File(name);
    }

    private static string Refusal(Action read) => Assert.Throws<ElmanException>(read).Message;

    /// <summary>A stream that is read once, as a pipe is.</summary>
    private sealed class Pipe(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
