using System.Text;
using System.Text.RegularExpressions;

namespace Elman.Cli.Tests;

/// <summary>Whatever is wrong with a file: one line that says what, where and what to do, the right exit code, and nothing lost.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Every bad data file of the list, by the name under which it is written.</summary>
    private static readonly (string Name, string Content)[] BadFiles =
    [
        ("empty.csv", ""),
        ("header-only.csv", "date,y,x\n"),
        ("unknown-column.csv", SmallData.Wave().Replace("date,y,x", "date,yy,x")),
        ("text.csv", SmallData.Wave().Replace("2024-02-01,", "2024-02-01,abc")),
        ("ragged.csv", SmallData.Wave().Replace("2024-02-01,", "2024-02-01,1,")),
        ("wrong-delimiter.csv", SmallData.Wave().Replace(',', ' ')),
        ("duplicate-time.csv", SmallData.Wave().Replace("2024-02-02", "2024-02-01")),
        ("no-number.csv", "date,y,x\n2024-01-01,,\n2024-01-02,NaN,\n"),
        ("left-out.csv", SmallData.Wave().Replace("2024-04-29", "2424-04-29")),
        ("end-of-time.csv", "date,y,x\n" + string.Concat(Enumerable.Range(0, 120).Select(i => $"{new DateTime(9999, 12, 31).AddDays(i - 119):yyyy-MM-dd},{i % 7},1\n"))),
        ("monthly.csv", "date,y,x\n" + string.Concat(Enumerable.Range(1, 12).Select(month => $"2025-{month:00}-01,{month},1\n"))),
    ];

    [Fact]
    public void Every_verb_answers_bad_data_in_one_line()
    {
        string model = SmallData.Train(_folder, _folder.Write("good.csv", SmallData.Wave()));
        string untouched = _folder.Write("forecast.csv", "old");
        foreach (var (name, content) in BadFiles)
            _folder.Write(name, content);
        Directory.CreateDirectory(_folder.File("folder.csv"));

        var answers = new StringBuilder();
        foreach (string data in BadFiles.Select(file => file.Name).Append("missing.csv").Append("folder.csv"))
        {
            // Monthly rows are bad only for a model of daily ones.
            if (data != "monthly.csv") Answer(answers, ["train", "forecast", data, "--target", "y", "--time", "date", "-o", "new.elman", "--context", "8", "--horizon", "3"]);
            Answer(answers, ["predict", "small.elman", data, "-o", "forecast.csv"]);
            Answer(answers, ["backtest", "small.elman", data]);
        }

        Snapshot.Match("bad-data", answers.ToString());
        Assert.Equal("old", File.ReadAllText(untouched));
        Assert.False(File.Exists(_folder.File("new.elman")));
        Assert.Equal(0, Command.Run("inspect", model).Code);
    }

    [Fact]
    public void A_constant_target_is_forecast_with_a_remark_and_a_constant_covariate_does_no_harm()
    {
        string flat = string.Join('\n', SmallData.Wave().Split('\n').Select((line, i) => i == 0 || line.Length == 0 ? line : line[..11] + "3," + line.Split(',')[2]));
        _folder.Write("flat.csv", flat);
        string model = _folder.File("new.elman");
        var outcome = Command.Run(["train", "forecast", _folder.File("flat.csv"), "--target", "y", "-o", model, .. SmallData.Quick]);
        Assert.Equal(0, outcome.Code);
        Assert.Contains("column 'y' has one value in all rows: so has the forecast", outcome.Error);
        Assert.DoesNotContain("NaN", outcome.Error);
        Assert.Equal("date,q10,q50,q90\n2024-04-30,3,3,3\n2024-05-01,3,3,3\n2024-05-02,3,3,3\n", Command.Run("predict", model, _folder.File("flat.csv")).Out);

        outcome = Command.Run(["train", "forecast", _folder.File("flat.csv"), "--target", "x", "--covariates", "y", "-o", model, .. SmallData.Quick]);
        Assert.Equal(0, outcome.Code);
    }

    [Fact]
    public void Every_verb_answers_a_bad_model_in_one_line()
    {
        string model = SmallData.Train(_folder, _folder.Write("good.csv", SmallData.Wave()));
        byte[] sound = File.ReadAllBytes(model);
        void Write(string name, byte[] content) => File.WriteAllBytes(_folder.File(name), content);
        Write("empty.elman", []);
        Write("truncated.elman", sound[..^100]);
        Write("half-header.elman", sound[..200]);
        Write("text.elman", "date,y\n2024-01-01,1\n"u8.ToArray());
        Write("zeros.elman", new byte[1000]);
        Write("foreign.elman", [2, 0, 0, 0, 0, 0, 0, 0, .. "{}"u8]);
        byte[] damaged = [.. sound];
        damaged.AsSpan(^8..).Fill(0xFF); // not a number
        Write("damaged.elman", damaged);
        Directory.CreateDirectory(_folder.File("folder.elman"));

        var answers = new StringBuilder();
        foreach (string name in new[] { "missing", "folder", "empty", "truncated", "half-header", "text", "zeros", "foreign", "damaged" })
        {
            Answer(answers, ["inspect", name + ".elman"]);
            Answer(answers, ["predict", name + ".elman", "good.csv"]);
            Answer(answers, ["backtest", name + ".elman", "good.csv"]);
        }

        // How many bytes a model has depends on how long its training took.
        Snapshot.Match("bad-models", Regex.Replace(answers.ToString(), @"\d{2,}", "N"));
    }

    [Fact]
    public void Places_that_cannot_be_written_are_found_before_the_work_begins()
    {
        string model = SmallData.Train(_folder, _folder.Write("good.csv", SmallData.Wave()));
        Directory.CreateDirectory(_folder.File("folder"));
        var answers = new StringBuilder();
        string[] train = ["train", "forecast", "good.csv", "--target", "y", "--time", "date", "-o"], predict = ["predict", "small.elman", "good.csv"];
        Answer(answers, [.. train, "folder"], expected: 1);
        Answer(answers, [.. train, "nowhere/m.elman"], expected: 1);
        Answer(answers, [.. train, "good.csv/m.elman"], expected: 1);
        Answer(answers, [.. predict, "-o", "folder"], expected: 1);
        Answer(answers, [.. predict, "-o", "nowhere/f.csv"], expected: 1);
        Answer(answers, [.. predict, "--plot", "nowhere/f.svg"], expected: 1);
        Answer(answers, [.. predict, "-o", "same", "--plot", "same"]);
        Answer(answers, ["demo", "-o", "good.csv"], expected: 1);
        Snapshot.Match("bad-places", answers.ToString());
        Assert.Equal(0, Command.Run("inspect", model).Code);
    }

    [Fact]
    public void No_output_replaces_what_the_command_reads()
    {
        string data = _folder.Write("good.csv", SmallData.Wave()), model = SmallData.Train(_folder, data);
        byte[] sound = File.ReadAllBytes(model);
        File.CreateSymbolicLink(_folder.File("link.csv"), data);
        var answers = new StringBuilder();
        Answer(answers, ["train", "forecast", "good.csv", "--target", "y", "-o", "good.csv"]);
        Answer(answers, ["train", "forecast", "good.csv", "--target", "y", "-o", "link.csv"]);
        Answer(answers, ["train", "forecast", "good.csv", "--target", "y", "-o", "-"]);
        Answer(answers, ["predict", "small.elman", "good.csv", "-o", "good.csv"]);
        Answer(answers, ["predict", "small.elman", "good.csv", "-o", "small.elman"]);
        Answer(answers, ["predict", "small.elman", "good.csv", "--plot", "link.csv"]);
        Snapshot.Match("output-is-input", answers.ToString());
        Assert.Equal(SmallData.Wave(), File.ReadAllText(data));
        Assert.Equal(sound, File.ReadAllBytes(model));
    }

    [Fact]
    public void A_full_disk_is_a_failure_that_says_so()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");
        SmallData.Train(_folder, _folder.Write("good.csv", SmallData.Wave()));
        var answers = new StringBuilder();
        Answer(answers, ["predict", "small.elman", "good.csv", "-o", "/dev/full"], expected: 1);
        Answer(answers, ["predict", "small.elman", "good.csv", "--plot", "/dev/full"], expected: 1);
        Snapshot.Match("full-disk", answers.ToString());
    }

    [Fact]
    public void A_resumed_training_refuses_other_options_and_a_damaged_checkpoint()
    {
        _folder.Write("good.csv", SmallData.Wave());
        _folder.Write("m.elman.checkpoint", "not a checkpoint");
        var answers = new StringBuilder();
        Answer(answers, ["train", "forecast", "good.csv", "--target", "y", "--time", "date", "-o", "m.elman", "--resume", .. SmallData.Quick]);
        Snapshot.Match("bad-checkpoint", answers.ToString());
        Assert.Equal("not a checkpoint", File.ReadAllText(_folder.File("m.elman.checkpoint")));
    }

    /// <summary>Runs a command whose arguments name files of the folder, and keeps its only line.</summary>
    private void Answer(StringBuilder answers, string[] args, int expected = 2)
    {
        var files = Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).ToHashSet();
        bool IsFile(string arg) => files.Contains(arg) || arg.Contains('.') || arg.Contains('/');
        var outcome = Command.Run(Array.ConvertAll(args, arg => IsFile(arg) && !arg.StartsWith('/') ? _folder.File(arg) : arg));
        string line = outcome.Error.Replace(_folder.Path + "/", "").Replace(_folder.Path, ".");
        Assert.True(outcome.Code == expected, $"{string.Join(' ', args)}: exit {outcome.Code}, {line}");
        Assert.True(outcome.Error.TrimEnd('\n').Split('\n').Length == 1, $"{string.Join(' ', args)}: {line}");
        Assert.Empty(outcome.Out);
        answers.Append($"$ elman {string.Join(' ', args)}\n{line}");
    }
}
