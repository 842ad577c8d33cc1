using System.Text;

namespace Elman.Cli.Tests;

/// <summary>Whatever fails or stops the command, the old file is whole and the work so far is kept.</summary>
public sealed class NothingLostTests : IDisposable
{
    /// <summary>A training of some seconds.</summary>
    private static readonly string[] Slow =
    [
        "train", "forecast", "data.csv", "--target", "y", "--time", "date", "--context", "8", "--horizon", "3", "--hidden", "4", "--layers", "1",
        "--batch", "8", "--lr", "0.00003", "--epochs", "400", "--time-limit", "none", "--threads", "1",
    ];

    private readonly TemporaryFolder _folder = new();

    public NothingLostTests() => _folder.Write("data.csv", SmallData.Wave());

    public void Dispose() => _folder.Dispose();

    /// <summary>.NET ignores what fsync says: a dying disk, a full thin volume.</summary>
    [Theory]
    [InlineData("EIO", "Input/output error")]
    [InlineData("ENOSPC", "the disk is full")]
    public void A_disk_that_does_not_take_the_model_fails_and_the_old_file_stays(string error, string message)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace, which makes calls fail, is not installed");
        SmallData.Train(_folder, _folder.File("data.csv"));
        byte[] before = File.ReadAllBytes(_folder.File("small.elman"));
        string train = $"train forecast data.csv --target y -o small.elman {string.Join(' ', SmallData.Quick)}";
        var outcome = ElmanProcess.Shell(_folder.Path, $"strace -f -o /dev/null -e trace=fsync -e inject=fsync:error={error} dotnet '{ElmanProcess.Assembly}' {train}");
        Assert.Equal(1, outcome.Code);
        string line = Assert.Single(outcome.Error.Split('\n'), line => line.Contains("cannot write", StringComparison.Ordinal));
        Assert.Contains(message, line, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder.File("small.elman")));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp"));
    }

    [Fact]
    public void Where_only_the_model_cannot_be_written_the_checkpoint_is_kept_and_resumed()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace, which makes calls fail, is not installed");
        string train = $"train forecast data.csv --target y -o m.elman {string.Join(' ', SmallData.Quick)}";
        string Failing(string trace, string output) => $"strace -f -o {trace} -e trace=rename {output} dotnet '{ElmanProcess.Assembly}' {train}";
        Assert.Equal(0, ElmanProcess.Shell(_folder.Path, Failing("trace", "")).Code);
        int renames = File.ReadLines(_folder.File("trace")).Count(line => line.Contains("rename(", StringComparison.Ordinal));
        File.Delete(_folder.File("m.elman"));
        // The model is the last file that is put in its place.
        var outcome = ElmanProcess.Shell(_folder.Path, Failing("/dev/null", $"-e inject=rename:error=EIO:when={renames}"));
        Assert.Equal(1, outcome.Code);
        Assert.False(File.Exists(_folder.File("m.elman")));
        Assert.True(File.Exists(_folder.File("m.elman.checkpoint")), outcome.Error);
        Assert.Contains("--resume goes on from there", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(0, ElmanProcess.Shell(_folder.Path, $"elman {train} --resume").Code);
        Assert.True(File.Exists(_folder.File("m.elman")));
    }

    [Fact]
    public void A_second_training_with_the_same_output_is_refused()
    {
        using var first = ElmanProcess.Start(_folder.Path, [.. Slow, "-o", "m.elman"]);
        first.WaitForError("  loss ");
        foreach (string[] verb in (string[][])[["train", "forecast"], ["tune"]])
        {
            var second = ElmanProcess.Run(_folder.Path, [.. verb, "data.csv", "--target", "y", "-o", "m.elman"]);
            Assert.Equal((2, "elman: another training is about to write 'm.elman'; wait for it, or choose another place for the output\n"), (second.Code, second.Error));
        }
        File.CreateSymbolicLink(_folder.File("link.elman"), "m.elman");
        Assert.Equal(2, ElmanProcess.Run(_folder.Path, "train", "forecast", "data.csv", "--target", "y", "-o", "link.elman").Code);
        first.Kill();
        first.Wait();
        // The lock ended with the process.
        Assert.Contains("holds an interrupted training", ElmanProcess.Run(_folder.Path, "train", "forecast", "data.csv", "--target", "y", "-o", "m.elman").Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("m.elman.lock")));
    }

    [Theory]
    [InlineData("HUP")]
    [InlineData("TERM")]
    public void The_end_of_the_terminal_keeps_a_checkpoint_too(string signal)
    {
        using var process = ElmanProcess.Start(_folder.Path, [.. Slow, "-o", "m.elman"]);
        process.WaitForError("  loss ");
        process.Signal(signal);
        Assert.Equal(130, process.Wait().Code);
        Assert.True(File.Exists(_folder.File("m.elman.checkpoint")));
        Assert.False(File.Exists(_folder.File("m.elman.lock")));
    }

    [Fact]
    public void Control_c_during_the_simple_methods_ends_soon_in_one_line()
    {
        // All methods of all series take half a minute and more.
        _folder.Write("many.csv", ManySeries(3000));
        using var process = ElmanProcess.Start(_folder.Path, "train", "forecast", "many.csv", "--target", "y", "--group", "g", "--threads", "1", "-o", "m.elman");
        process.WaitForError("simple methods (");
        process.Signal("INT");
        var outcome = process.Wait();
        Assert.Equal(130, outcome.Code);
        Assert.EndsWith("elman: stopped; nothing was written\n", outcome.Error);
        Assert.Equal(["data.csv", "many.csv"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Control_c_while_a_model_goes_on_leaves_it_as_it_was()
    {
        _folder.Write("few.csv", ManySeries(300));
        _folder.Write("many.csv", ManySeries(6000));
        var trained = ElmanProcess.Run(_folder.Path, ["train", "forecast", "few.csv", "--target", "y", "--group", "g", "--nets", "0", "-o", "m.elman"]);
        Assert.True(trained.Code == 0, trained.Error);
        byte[] before = File.ReadAllBytes(_folder.File("m.elman"));
        using var process = ElmanProcess.Start(_folder.Path, "train", "forecast", "many.csv", "--continue", "m.elman", "--threads", "1", "-o", "m.elman");
        process.WaitForError("backtest (", "simple methods (");
        process.Signal("INT");
        var outcome = process.Wait();
        Assert.Equal(130, outcome.Code);
        Assert.EndsWith("elman: stopped; nothing was written\n", outcome.Error);
        Assert.Equal(before, File.ReadAllBytes(_folder.File("m.elman")));
        Assert.Equal(["data.csv", "few.csv", "m.elman", "many.csv"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    /// <summary>Hours of sixty groups.</summary>
    private static string ManySeries(int hours)
    {
        StringBuilder csv = new("date,g,y\n");
        DateTime first = new(2020, 1, 1);
        for (int group = 0; group < 60; group++)
            for (int hour = 0; hour < hours; hour++) csv.Append($"{first.AddHours(hour):yyyy-MM-dd HH:mm},{group},{50 + group + (hour * 7919 + group * 31) % 24}\n");
        return csv.ToString();
    }
}
