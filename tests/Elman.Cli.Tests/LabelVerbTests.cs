using System.Globalization;
using System.Text.Json;

namespace Elman.Cli.Tests;

/// <summary>train classify, train regress, and what evaluate, predict and inspect do with their models.</summary>
public sealed class LabelVerbTests : IDisposable
{
    private static readonly string[] Quick = ["--hidden", "8", "--filters", "8", "--word-size", "8", "--character-size", "4", "--lr", "0.02", "--steps", "150", "--refit", "off"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Texts(int count)
    {
        var random = new Random(count);
        string[] music = ["play", "song", "album"], weather = ["rain", "snow", "forecast"];
        return "utterance,intent\n" + string.Concat(Enumerable.Range(0, count).Select(i => i % 2 == 0
            ? $"\"please, {music[random.Next(3)]} it\",music\n" : $"will there be {weather[random.Next(3)]} today,weather\n"));
    }

    private static string Rows(int groups, bool labelOfRow = false)
    {
        var random = new Random(groups);
        return "id,x,y,label\n" + string.Concat(Enumerable.Range(0, groups).SelectMany(group => Enumerable.Range(0, 6 + group % 5).Select(t =>
            string.Create(CultureInfo.InvariantCulture, $"g{group},{(group % 2 == 0 ? t : -t) + random.NextDouble():0.###},{random.NextDouble():0.###},{(labelOfRow ? (group % 2 == 0 ? t : -t).ToString(CultureInfo.InvariantCulture) : group % 2 == 0 ? "up" : "down")}\n"))));
    }

    private string Train(string task, string data, params string[] more)
    {
        string model = _folder.File("model.elman");
        var outcome = Command.Run(["train", task, data, "-o", model, .. Quick, .. more]);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains("floor:", outcome.Out, StringComparison.Ordinal);
        return model;
    }

    [Fact]
    public void Texts_go_in_and_labels_come_out()
    {
        string data = _folder.Write("intents.csv", Texts(120)), model = Train("classify", data, "--text", "utterance", "--label", "intent");
        string metrics = _folder.File("report.json"), page = _folder.File("report.html");
        var evaluated = Command.Run("evaluate", model, _folder.Write("test.csv", Texts(30)), "--metrics", metrics, "--report", page);
        Assert.Equal(0, evaluated.Code);
        using var json = JsonDocument.Parse(File.ReadAllText(metrics));
        Assert.True(json.RootElement.GetProperty("accuracy").GetDouble() > 0.9, evaluated.Out);
        Assert.Contains("What was taken for what", File.ReadAllText(page), StringComparison.Ordinal);

        string[] lines = Command.Run("predict", model, _folder.Write("new.csv", "utterance,n\n\"a song, now\",7\n"), "--top", "2", "--probabilities").Out.Split('\n');
        Assert.Equal("utterance,n,predicted,probability,predicted2,probability2,p_music,p_weather", lines[0]);
        Assert.Matches("^\"a song, now\",7,music,", lines[1]);
        Assert.Contains("texts in column 'utterance'", Command.Run("inspect", model).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_a_group_are_a_sequence()
    {
        string model = Train("classify", _folder.Write("rows.csv", Rows(80)), "--group", "id");
        string[] lines = Command.Run("predict", model, _folder.Write("new.csv", Rows(6))).Out.TrimEnd().Split('\n');
        Assert.Equal(("id,label,predicted,probability", 7), (lines[0], lines.Length));
        Assert.Matches("^g1,down,down,", lines[2]);
    }

    [Fact]
    public void A_number_for_each_row_or_for_the_last()
    {
        string data = _folder.Write("rows.csv", Rows(60, labelOfRow: true)), model = Train("regress", data, "--group", "id");
        string[] lines = Command.Run("predict", model, data).Out.TrimEnd().Split('\n');
        Assert.Equal("id,x,y,label,predicted,low,high", lines[0]);
        Assert.Equal(File.ReadAllLines(data).Length, lines.Length);
        model = Train("regress", data, "--group", "id", "--last");
        Assert.Equal(61, Command.Run("predict", model, data).Out.TrimEnd().Split('\n').Length);
        Assert.Contains("R²", Command.Run("evaluate", model, data).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b\n1,2\n", new string[] { }, "which column holds the labels? name it with --label; the columns are a, b")]
    [InlineData("id,x,label\n1,2,a\n1,3,b\n", new[] { "--group", "id" }, "the group '1' has two labels, 'a' at line 2 and 'b' at line 3")]
    [InlineData("t,label\nhello,a\n,b\n", new[] { "--text", "t" }, "the text in column 't' is empty")]
    [InlineData("t,label\nhello,a\nyou,a\n", new[] { "--text", "t" }, "all sequences have the label 'a'")]
    [InlineData("t,label\nhello,a\nyou,b\n", new[] { "--text", "tt" }, "there is no column 'tt'")]
    public void Bad_input_is_one_line(string content, string[] more, string message)
    {
        var outcome = Command.Run(["train", "classify", _folder.Write("data.csv", content), "-o", _folder.File("m"), .. more]);
        Assert.Equal(2, outcome.Code);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("m")));
    }
}
