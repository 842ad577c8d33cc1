using System.Globalization;

namespace Elman.Cli.Tests;

/// <summary>elman train detect, elman detect, and evaluate for a detector.</summary>
public sealed class DetectVerbTests : IDisposable
{
    private static readonly string[] Quick = ["--hidden", "6", "--epochs", "6", "--window", "24", "--lr", "0.01"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Csv(int rows, int spike = -1)
    {
        var random = new Random(4);
        return "t,a,place,broken\n" + string.Concat(Enumerable.Range(0, rows).Select(row => string.Create(CultureInfo.InvariantCulture,
            $"{new DateTime(2024, 1, 1).AddHours(row):yyyy-MM-dd HH:mm},{20 + (5 * Math.Sin(row * Math.PI / 12)) + random.NextDouble() + (row == spike ? 60 : 0):0.###},\"x, y\",{(row == spike ? 1 : 0)}\n")));
    }

    private string Trained()
    {
        string model = _folder.File("m.elman");
        var trained = Command.Run(["train", "detect", _folder.Write("train.csv", Csv(400)), "--time", "t", "--targets", "a", "--label", "broken", .. Quick, "-o", model]);
        Assert.True(trained.Code == 0, trained.Error);
        return model;
    }

    [Fact]
    public void Rows_are_judged_from_a_file_and_from_a_pipe_alike()
    {
        string model = Trained(), text = Csv(200, 150), data = _folder.Write("new.csv", text);
        var fromFile = Command.Run("detect", model, data);
        var fromPipe = Command.RunWithInput(text, "detect", model, "-");
        string[] lines = fromFile.Out.TrimEnd('\n').Split('\n');
        Assert.Equal("t,a,place,broken,expected_value,lower_margin,upper_margin,score,severity,is_anomaly,is_change_point,is_positive,is_alarm,is_drift", lines[0]);
        Assert.Equal(201, lines.Length);
        Assert.Equal(fromFile.Out, fromPipe.Out);
        Assert.StartsWith(text.Split('\n')[151], lines[151], StringComparison.Ordinal);
        Assert.Matches(",1,0\\.[0-9]+,1,[01],1,1,0$|,0\\.9999[0-9]+,0\\.[0-9]+,1,[01],1,1,0$", lines[151]);
        Assert.Equal(fromFile.Out, Command.Run("predict", model, data).Out);

        var alarms = Command.Run("detect", model, data, "--alarm", "-o", _folder.File("out.csv"));
        Assert.Equal(3, alarms.Code);
        Assert.Contains(lines[151], File.ReadAllText(_folder.File("out.csv")), StringComparison.Ordinal);
        Assert.Equal(0, Command.RunWithInput(text.Split("2024-01-02 ")[0], "detect", model, "-", "--alarm").Code);

        var evaluated = Command.Run("evaluate", model, data, "--labels", "broken", "--metrics", _folder.File("m.json"));
        Assert.Contains("1 of 1 found", evaluated.Out, StringComparison.Ordinal);
        Assert.Contains("first_hit_delay", File.ReadAllText(_folder.File("m.json")), StringComparison.Ordinal);
        Assert.Contains("detector", Command.Run("inspect", model).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_goes_on_where_it_was_left()
    {
        string model = Trained(), text = Csv(200, 150), header = text[..(text.IndexOf('\n') + 1)];
        string[] rows = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        string whole = Command.RunWithInput(text, "detect", model, "-", "--sensitivity", "80").Out, state = _folder.File("s.state");
        string first = Command.RunWithInput(header + string.Join('\n', rows[..90]), "detect", model, "-", "--sensitivity", "80", "--state", state).Out;
        string second = Command.RunWithInput(header + string.Join('\n', rows[90..]), "detect", model, "-", "--state", state).Out;
        Assert.Equal(whole, first + second[(second.IndexOf('\n') + 1)..]);
        Assert.Contains("leave --sensitivity out", Command.RunWithInput(text, "detect", model, "-", "--sensitivity", "10", "--state", state).Error, StringComparison.Ordinal);
        File.WriteAllText(state, "{}");
        Assert.Contains("damaged", Command.RunWithInput(text, "detect", model, "-", "--state", state).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t,a\n2024-01-01 00:00,1\n2024-01-01 01:00,x\n", "line 3, column 'a': expected a number, got 'x'")]
    [InlineData("t,a\nyesterday,1\n", "line 2, column 't': expected a time")]
    [InlineData("t,b\n2024-01-01 00:00,1\n", "no column 'a'")]
    [InlineData("t,a\n2024-01-01 00:00\n", "line 2: expected 2 cells")]
    [InlineData("", "standard input is empty")]
    public void Bad_rows_are_named_in_one_line(string text, string expected)
    {
        var refused = Command.RunWithInput(text, "detect", Trained(), "-");
        Assert.Equal(2, refused.Code);
        Assert.Contains(expected, refused.Error, StringComparison.Ordinal);
        Assert.Single(refused.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void What_is_no_detector_or_no_signal_is_refused()
    {
        string data = _folder.Write("x.csv", "t,word\n2024-01-01,a\n2024-01-02,b\n");
        Assert.Contains("no column of numbers", Command.Run("train", "detect", data, "-o", _folder.File("x.elman")).Error, StringComparison.Ordinal);
        Assert.Contains("has no column 'z'", Command.Run("train", "detect", data, "--targets", "z", "-o", _folder.File("x.elman")).Error, StringComparison.Ordinal);
        Assert.Contains("which column says", Command.Run("evaluate", Unlabelled(), data).Error, StringComparison.Ordinal);

        string Unlabelled()
        {
            Command.Run(["train", "detect", _folder.Write("u.csv", Csv(100)), "--time", "t", "--targets", "a", .. Quick, "-o", _folder.File("u.elman")]);
            return _folder.File("u.elman");
        }
    }
}
