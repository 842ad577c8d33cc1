using Microsoft.Data.Sqlite;

namespace Elman.Cli.Tests;

/// <summary>Data in databases, named on the command line.</summary>
public sealed class DatabaseTests
{
    private static readonly string[] Stores = ["sqlite", "npgsql", "parquet"];

    [Fact]
    public void A_database_answers_as_a_file_does_and_is_loaded_only_when_it_is_named()
    {
        using TemporaryFolder folder = new();
        Write(folder);
        var trained = ElmanProcess.Run(folder.Path, "train", "forecast", "sales.csv", "--target", "units", "--horizon", "7", "--nets", "1", "--steps", "5",
            "-o", "m.elman");
        Assert.True(trained.Code == 0, trained.Error);

        var csv = Predict(folder, "m.elman sales.csv");
        Assert.Empty(csv.Loaded);
        var whole = Predict(folder, "m.elman sales.db");
        Assert.Equal(csv.Out, whole.Out);
        Assert.Equal(["sqlite"], whole.Loaded);
        var asked = Predict(folder, "m.elman sales.db --query 'SELECT * FROM sales'");
        Assert.Equal((csv.Out, ""), (asked.Out, asked.Error));
        File.WriteAllText(folder.File("connection.txt"), $"Data Source={folder.File("sales.db")}\n");
        Assert.Equal(csv.Out, Predict(folder, "m.elman --query 'SELECT day, units FROM sales' --connection-file connection.txt").Out);
    }

    [Theory]
    [InlineData("no.elman sales.csv --query ' '", "--query is empty")]
    [InlineData("no.elman sales.csv --connection-file c.txt", "nothing is asked of it")]
    [InlineData("no.elman sales.csv --query x --connection-env X", "both say where the data are")]
    [InlineData("no.elman --query x --connection-env X --connection-file y", "give one")]
    [InlineData("no.elman sales.csv --query x", "sales.csv is a CSV file; leave the query out")]
    [InlineData("no.elman", "DATA is missing")]
    [InlineData("no.elman --query x --connection-env ELMAN_TEST_NOT_SET", "ELMAN_TEST_NOT_SET is not set")]
    [InlineData("no.elman postgres://user:hunter2@host/base", "does not belong into a command line")]
    [InlineData("no.elman Host=h;Password=hunter2", "does not belong into a command line")]
    public void What_does_not_go_together_is_told(string line, string expected)
    {
        using TemporaryFolder folder = new();
        Write(folder);
        string[] words = [.. line.Split('\'').SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        words = [.. words.Select(word => word is "sales.csv" ? folder.File(word) : word)];
        var outcome = Command.Run(["train", "forecast", .. words[1..], "--target", "units", "-o", folder.File("x.elman")]);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(1, outcome.Error.Count(letter => letter == '\n'));
    }

    private static (string Out, string Error, string[] Loaded) Predict(TemporaryFolder folder, string line)
    {
        string loaded = folder.File("loaded.txt");
        var outcome = ElmanProcess.Shell(folder.Path, $"DOTNET_STARTUP_HOOKS='{typeof(StartupHook).Assembly.Location}' {StartupHook.Place}='{loaded}' elman predict {line}");
        Assert.True(outcome.Code == 0, outcome.Error);
        string[] names = File.ReadAllLines(loaded);
        Assert.Contains("Elman.Tabular", names);
        return (outcome.Out, outcome.Error, [.. Stores.Where(store => Array.Exists(names, name => name.Contains(store, StringComparison.OrdinalIgnoreCase)))]);
    }

    private static void Write(TemporaryFolder folder)
    {
        string[] rows = [.. Enumerable.Range(0, 120).Select(i => FormattableString.Invariant($"{new DateTime(2024, 1, 1).AddDays(i):yyyy-MM-dd},{50 + 10 * (i % 7) + i * i % 11}.5"))];
        folder.Write("sales.csv", "day,units\n" + string.Join('\n', rows) + "\n");
        using SqliteConnection connection = new($"Data Source={folder.File("sales.db")};Pooling=false");
        connection.Open();
        string values = string.Join(", ", rows.Select(row => $"('{row.Replace(",", "', ", StringComparison.Ordinal)})"));
        using SqliteCommand command = new($"CREATE TABLE sales (day TEXT, units REAL); INSERT INTO sales VALUES {values}", connection);
        command.ExecuteNonQuery();
    }
}
