using Npgsql;

namespace Elman.Tabular.Tests;

public sealed class PostgresTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private DatabaseConnection Connection => DatabaseConnection.Parse(fixture.Server.ConnectionString, "the test");

    [Fact]
    public void Each_type_becomes_the_column_that_it_means()
    {
        Table table = Table.ReadQuery(Connection, """
            SELECT 1::int2 AS small, 2::int4 AS whole, 9007199254740993::int8 AS big, 1.5::float4 AS single, 2.5::float8 AS double, 12.34::numeric AS exact,
                   true AS flag, 'north'::text AS store, 'ab'::char(3) AS padded, timestamp '2024-02-29 13:45:00.5' AS local, timestamptz '2024-02-29 13:45:00+02' AS zoned,
                   date '2024-02-29' AS day, time '07:30' AS clock, '12345678-1234-1234-1234-123456789abc'::uuid AS id
            UNION ALL SELECT null, null, null, null, 'NaN', null, null, null, null, null, null, null, null, null
            """);

        Assert.Equal("the query", table.Name);
        Assert.Equal(2, table.Rows);
        Assert.Equal([1, 2, 9007199254740992, 1.5, 2.5, 12.34, 1], table.Columns.Take(7).Select(column => ((NumberColumn)column).Values[0]));
        Assert.All(table.Columns.Take(7), column => Assert.Equal(double.NaN, ((NumberColumn)column).Values[1]));
        Assert.Equal("north", Texts(table, "store")[0]);
        Assert.Equal("07:30:00", Times(table, "clock").Notation.Format(Times(table, "clock").Values[0]));
        Assert.Equal("12345678-1234-1234-1234-123456789abc", Texts(table, "id")[0]);
        Assert.Equal(-1, Texts(table, "store").Codes[1]);
        Assert.Equal(new DateTime(2024, 2, 29, 13, 45, 0, 500), Times(table, "local").Values[0]);
        Assert.Equal(TimeNotation.Iso, Times(table, "local").Notation);
        Assert.Equal(new DateTime(2024, 2, 29, 11, 45, 0), Times(table, "zoned").Values[0]);
        Assert.Equal("2024-02-29T11:45:00Z", Times(table, "zoned").Notation.Format(Times(table, "zoned").Values[0]));
        Assert.Equal("2024-02-29", Times(table, "day").Notation.Format(Times(table, "day").Values[0]));
        Assert.Equal(DateTime.MinValue, Times(table, "day").Values[1]);
        Assert.Empty(table.Remarks);
    }

    [Fact]
    public void What_no_table_can_hold_is_left_out_and_named()
    {
        Table table = Table.ReadQuery(Connection, "SELECT 1 AS units, '{1,2}'::int[] AS list, point(1, 2) AS place, 'a'::bytea AS bytes, timestamp 'infinity' AS until, interval '90 min' AS span");

        Assert.Equal(["units", "until", "span"], table.Columns.Select(column => column.Name));
        Assert.Equal(
        [
            "column 'list' is left out: it holds integer[], which a column of a table cannot hold",
            "column 'place' is left out: it holds point, which a column of a table cannot hold",
            "column 'bytes' is left out: it holds bytea, which a column of a table cannot hold",
        ], table.Remarks);
        Assert.Equal(["column 'until': 1 infinite time taken for missing values"], table.Find("until")!.Remarks);
        Assert.Equal(["column 'span': intervals are counted in seconds"], table.Find("span")!.Remarks);
        Assert.Contains("no column that a table can hold", Refused("SELECT '{1}'::int[] AS list"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT unit FROM (SELECT 1 AS units) AS t", "column \"unit\" does not exist")]
    [InlineData("SELECT\n1/0", "division by zero")]
    [InlineData("CREATE TABLE t (a int)", "cannot execute CREATE TABLE in a read-only transaction")]
    [InlineData("SELECT 1 AS a, 2 AS a", "two columns of the query are named 'a'; rename one with AS")]
    [InlineData("SELECT 'NaN'::numeric AS price", "the query, row 1, column 'price': the value does not fit")]
    [InlineData("SELECT 1 / (3 - i) AS x FROM generate_series(1, 5) AS i", "division by zero")]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION E'two\\nlines\\x1b[31m %', 's3cret;Pa''ss wörd'; END $$", "two lines [31m ***")]
    public void An_error_of_the_server_is_one_line(string query, string expected)
    {
        string message = Refused(query);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void A_wrong_password_is_told_without_the_password()
    {
        ElmanException failure = Assert.Throws<ElmanException>(() =>
            Databases.Open(DatabaseConnection.Parse(fixture.Server.Connection("hunter2-wrong"), "the environment variable ELMAN_CONNECTION")));
        Assert.Equal("no connection to the PostgreSQL server of the environment variable ELMAN_CONNECTION: "
            + "password authentication failed for user \"elman\"", failure.Message);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Port", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_uri_opens_the_same_database()
    {
        string uri = $"postgres://elman:{Uri.EscapeDataString(PostgresServer.Password)}@127.0.0.1:{fixture.Server.Port}/postgres?sslmode=disable&application_name=judge";
        Table table = Table.ReadQuery(DatabaseConnection.Parse(uri, "the test"), "SELECT current_setting('application_name') AS name, current_database()::text AS base");
        Assert.Equal(("judge", "postgres"), (Texts(table, "name")[0], Texts(table, "base")[0]));
    }

    [Fact]
    public void Rows_stream_and_a_cancelled_query_ends_at_once()
    {
        using CancellationTokenSource cancellation = new(TimeSpan.FromMilliseconds(300));
        System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.ThrowsAny<OperationCanceledException>(() => Table.ReadQuery(Connection, "SELECT pg_sleep(60)::text AS nothing", cancellation: cancellation.Token));
        // A server that computed all rows before the first would be at it for minutes, and so would a reader that is closed by reading on.
        Assert.Contains("division by zero", Refused("SELECT 1 / (1000 - i) AS x FROM (SELECT generate_series(1, 2000000000::bigint) AS i) AS rows"), StringComparison.Ordinal);
        Assert.Contains("row 1,", Refused("SELECT 'NaN'::numeric AS x, generate_series(1, 2000000000::bigint) AS i"), StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Any_reader_fills_a_table()
    {
        using NpgsqlConnection open = new(fixture.Server.ConnectionString);
        open.Open();
        using NpgsqlCommand command = new("SELECT i AS units, 'store-' || i % 3 AS store FROM generate_series(1, 20000) AS i", open);
        using NpgsqlDataReader reader = command.ExecuteReader();
        Table table = Table.FromReader(reader, "sales");
        Assert.Equal(("sales", 20000), (table.Name, table.Rows));
        Assert.Equal(Enumerable.Range(1, 20000).Select(i => (double)i), ((NumberColumn)table.Find("units")!).Values);
        Assert.Equal(["store-1", "store-2", "store-0"], Texts(table, "store").Texts);
    }

    private string Refused(string query)
    {
        ElmanException failure = Assert.Throws<ElmanException>(() => Table.ReadQuery(Connection, query));
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
        return failure.Message;
    }

    private static TextColumn Texts(Table table, string name) => Assert.IsType<TextColumn>(table.Find(name));

    private static TimeColumn Times(Table table, string name) => Assert.IsType<TimeColumn>(table.Find(name));
}
