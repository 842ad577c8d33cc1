using Microsoft.Data.Sqlite;

namespace Elman.Tabular.Tests;

public sealed class SqliteTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Values_of_each_type_and_missing_ones()
    {
        string path = Create("CREATE TABLE sales (units INTEGER, price REAL, store TEXT, blank)",
            "INSERT INTO sales VALUES (1, 2.5, 'north', NULL), (NULL, NULL, NULL, NULL), (3, 4, 'süd', NULL)");
        Table table = Table.ReadQuery(DatabaseConnection.Sqlite(path), "SELECT * FROM sales");
        Assert.Equal(path, table.Name);
        Assert.Equal([1, double.NaN, 3], Numbers(table, "units"));
        Assert.Equal([2.5, double.NaN, 4], Numbers(table, "price"));
        Assert.Equal([double.NaN, double.NaN, double.NaN], Numbers(table, "blank"));
        TextColumn store = Assert.IsType<TextColumn>(table.Find("store"));
        Assert.Equal(["north", null, "süd"], Enumerable.Range(0, 3).Select(row => store[row]));
        Assert.Empty(table.Remarks);
    }

    [Fact]
    public void A_column_of_several_types_is_read_where_its_meaning_is_plain()
    {
        string path = Create("CREATE TABLE t (a, b)", "INSERT INTO t VALUES (NULL, NULL), (1, 'x'), ('2.5', 7), ('', 1.5), (4, NULL)");
        Table table = Table.ReadQuery(DatabaseConnection.Sqlite(path), "SELECT * FROM t");
        Assert.Equal([double.NaN, 1, 2.5, double.NaN, 4], Numbers(table, "a"));
        TextColumn b = Assert.IsType<TextColumn>(table.Find("b"));
        Assert.Equal([null, "x", "7", "1.5", null], Enumerable.Range(0, 5).Select(row => b[row]));
        Assert.Equal(["column 'a': 1 empty text among its numbers taken for missing values"], table.Find("a")!.Remarks);
    }

    [Theory]
    [InlineData("SELECT 1 AS a UNION ALL SELECT 'n/a'", "row 2, column 'a': expected a number as in the rows before, got the text 'n/a'; say in the query")]
    [InlineData("SELECT x'00' AS a", "row 1, column 'a': expected a number or a text, got bytes (a BLOB)")]
    [InlineData("SELECT unit FROM t", "refuses the query: no such column: unit")]
    [InlineData("DELETE FROM t", "refuses the query: attempt to write a readonly database")]
    [InlineData("SELECT 1 AS a, 2 AS a", "two columns of the query are named 'a'")]
    public void An_error_is_one_line(string query, string expected)
    {
        string path = Create("CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
        ElmanException failure = Assert.Throws<ElmanException>(() => Table.ReadQuery(DatabaseConnection.Sqlite(path), query));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, char.IsControl);
    }

    [Fact]
    public void What_is_no_database_is_told_and_none_is_created()
    {
        string text = _folder.Write("data.db", "time,units\n2024-01-01,1\n");
        ElmanException failure = Assert.Throws<ElmanException>(() => Table.ReadQuery(DatabaseConnection.Sqlite(text), "SELECT 1"));
        Assert.Contains("cannot be read as a SQLite database: file is not a database", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ElmanException>(() => DatabaseConnection.Sqlite(_folder.File("none.db")));
        Assert.False(File.Exists(_folder.File("none.db")));
    }

    private string Create(params string[] statements)
    {
        string path = _folder.File("test.db");
        using SqliteConnection connection = new($"Data Source={path};Pooling=false");
        connection.Open();
        foreach (string statement in statements)
        {
            using SqliteCommand command = new(statement, connection);
            command.ExecuteNonQuery();
        }

        return path;
    }

    private static double[] Numbers(Table table, string name) => Assert.IsType<NumberColumn>(table.Find(name)).Values;
}
