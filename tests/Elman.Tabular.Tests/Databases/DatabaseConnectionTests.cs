namespace Elman.Tabular.Tests;

public sealed class DatabaseConnectionTests
{
    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=hunter2")]
    [InlineData("Host=127.0.0.1;Port=hunter2;Username=u")]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Passwort=hunter2")]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=x;hunter2")]
    [InlineData("Password=hunter2")]
    [InlineData("hunter2")]
    [InlineData("postgres://u:hunter2@127.0.0.1:1/base")]
    [InlineData("postgres://u:hunter2@127.0.0.1:99999/base")]
    [InlineData("postgres://u:hunter2@127.0.0.1:1/base?sslmode=hunter2")]
    [InlineData("postgres://u:hunter2@127.0.0.1:1/base?hunter2")]
    [InlineData("postgres://u:hun/ter2@127.0.0.1:1/base")]
    [InlineData("Data Source=/nowhere/at/all.db;Password=hunter2")]
    [InlineData("")]
    public void No_failure_shows_a_piece_of_the_connection_string(string text)
    {
        ElmanException failure = Assert.Throws<ElmanException>(() => Databases.Open(DatabaseConnection.Parse(text, "conn.txt")));
        Assert.Null(failure.InnerException);
        foreach (string secret in (string[])["hunter2", "hun/ter2", "ter2", "127.0.0.1", "Username"])
            Assert.DoesNotContain(secret, failure.ToString().Replace("Host=…;Username=…", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, char.IsControl);
    }

    [Fact]
    public void A_connection_shows_where_it_comes_from_only()
    {
        DatabaseConnection connection = DatabaseConnection.Parse("Host=h;Password=hunter2", "conn.txt");
        Assert.Equal("Postgres of conn.txt", connection.ToString());
        Assert.Equal("user *** and ***", connection.Redact("user hunter2\nand HUNTER2"));
    }

    [Fact]
    public void A_string_comes_from_a_file_or_from_the_environment()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("conn.txt", "  Host=h;Password=hunter2\n");
        Assert.Equal((DatabaseKind.Postgres, path), (DatabaseConnection.FromFile(path).Kind, DatabaseConnection.FromFile(path).Origin));
        string data = folder.Write("data.db", "");
        Environment.SetEnvironmentVariable("ELMAN_TEST_CONNECTION_STRING", $"Data Source={data}");
        Assert.Equal((DatabaseKind.Sqlite, data), (DatabaseConnection.FromEnvironment("ELMAN_TEST_CONNECTION_STRING").Kind,
            DatabaseConnection.FromEnvironment("ELMAN_TEST_CONNECTION_STRING").Origin));
        Assert.Contains("ELMAN_NOT_SET is not set", Assert.Throws<ElmanException>(() => DatabaseConnection.FromEnvironment("ELMAN_NOT_SET")).Message, StringComparison.Ordinal);
        Assert.Contains("there is no file", Assert.Throws<ElmanException>(() => DatabaseConnection.FromFile(folder.File("none"))).Message, StringComparison.Ordinal);
    }
}
