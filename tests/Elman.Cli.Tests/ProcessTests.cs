namespace Elman.Cli.Tests;

public sealed class ProcessTests : IDisposable
{
    /// <summary>A training of some seconds that never stops early: each epoch is a little better than the one before.</summary>
    private static readonly string[] Slow =
    [
        "train", "forecast", "data.csv", "--target", "y", "--time", "date", "--context", "8", "--horizon", "3", "--hidden", "4", "--layers", "1",
        "--dropout", "0.1", "--batch", "8", "--lr", "0.00003", "--epochs", "150", "--time-limit", "none",
    ];

    private readonly TemporaryFolder _folder = new();

    public ProcessTests() => _folder.Write("data.csv", SmallData.Wave());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Control_c_keeps_a_checkpoint_tells_how_to_resume_and_the_same_weights_come_out()
    {
        string straight = TrainStraight();
        using var process = ElmanProcess.Start(_folder.Path, [.. Slow, "-o", "m.elman"]);
        process.WaitForError("  loss ");
        process.Signal("INT");
        var interrupted = process.Wait();
        Assert.Equal(130, interrupted.Code);
        Assert.False(File.Exists(_folder.File("m.elman")));
        string hint = Assert.Single(interrupted.Error.Split('\n'), line => line.Contains("to go on: "));
        string command = hint[(hint.IndexOf("to go on: ", StringComparison.Ordinal) + "to go on: ".Length)..];
        Assert.EndsWith(" -o m.elman --resume", command);

        var resumed = ElmanProcess.Shell(_folder.Path, command);
        Assert.True(resumed.Code == 0, resumed.Error);
        Assert.Equal(straight, SmallData.Learned(_folder.File("m.elman")));
        Assert.False(File.Exists(_folder.File("m.elman.checkpoint")));
    }

    [Fact]
    public void A_memory_budget_changes_no_weight_and_one_that_is_too_small_says_what_is_needed()
    {
        string[] train = ["train", "forecast", "data.csv", "--target", "y", "--context", "40", "--horizon", "3", "--hidden", "32", "--epochs", "1", "--batch", "60", "-o"];
        Assert.Equal(0, ElmanProcess.Run(_folder.Path, [.. train, "free.elman"]).Code);
        var refused = ElmanProcess.Run(_folder.Path, [.. train, "m.elman", "--memory", "10k"]);
        Assert.Equal(2, refused.Code);
        Assert.Single(refused.Error.Split('\n'), line => line.Contains("the memory budget is 10,240 bytes"));

        var bounded = ElmanProcess.Run(_folder.Path, [.. train, "m.elman", "--memory", "1500k"]);
        Assert.True(bounded.Code == 0, bounded.Error);
        Assert.Equal(SmallData.Learned(_folder.File("free.elman")), SmallData.Learned(_folder.File("m.elman")));
    }

    [Fact]
    public void A_request_to_terminate_keeps_a_checkpoint_too()
    {
        using var process = ElmanProcess.Start(_folder.Path, [.. Slow, "-o", "m.elman"]);
        process.WaitForError("  loss ");
        process.Signal("TERM");
        Assert.Equal(130, process.Wait().Code);
        Assert.True(File.Exists(_folder.File("m.elman.checkpoint")));
    }

    [Fact]
    public void The_second_control_c_does_not_wait_for_the_batch()
    {
        // One batch of all windows through a large net takes long.
        _folder.Write("long.csv", SmallData.Wave(3000));
        using var process = ElmanProcess.Start(
            _folder.Path, "train", "forecast", "long.csv", "--target", "y", "--hidden", "256", "--batch", "2000", "-o", "m.elman");
        process.WaitForError("taking the times from column 'date'");
        Thread.Sleep(1000);
        process.Signal("INT");
        process.WaitForError("stopping after this batch");
        process.Signal("INT");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(130, process.Wait().Code);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 3);
    }

    [Fact]
    public void A_training_killed_at_many_moments_ends_with_the_same_weights_and_never_a_broken_file()
    {
        string straight = TrainStraight();
        string model = _folder.File("m.elman");
        int kills = 0;
        for (int delay = 60; ; delay += 70)
        {
            using var process = ElmanProcess.Start(_folder.Path, [.. Slow, "-o", "m.elman", "--resume"]);
            if (kills < 6)
            {
                process.WaitForError(File.Exists(model + ".checkpoint") ? "epoch" : "elman: ");
                Thread.Sleep(delay);
                process.Kill();
            }

            var outcome = process.Wait();
            if (outcome.Code == 0)
                break;
            Assert.True(outcome.Code == 137, outcome.Error);
            Assert.False(File.Exists(model));
            kills++;
        }

        Assert.True(kills >= 3, $"the training was over after {kills} kills");
        Assert.Equal(straight, SmallData.Learned(model));
        Assert.Equal(["data.csv", "m.elman", "straight.elman"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Where(name => !name!.EndsWith(".tmp")).Order());
    }

    [Fact]
    public void A_reader_that_stops_early_is_no_error()
    {
        SmallData.Train(_folder, _folder.File("data.csv"));
        var outcome = ElmanProcess.Shell(_folder.Path, "elman predict small.elman data.csv | head -1; echo ${PIPESTATUS[0]}");
        Assert.Equal("date,q10,q50,q90\n0\n", outcome.Out);
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public void A_full_disk_behind_standard_output_fails_with_one_line()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");
        SmallData.Train(_folder, _folder.File("data.csv"));
        var outcome = ElmanProcess.Shell(_folder.Path, "elman predict small.elman data.csv > /dev/full");
        Assert.Equal(1, outcome.Code);
        Assert.Matches("^elman: cannot write the results: No space left on device[^\n]*\n$", outcome.Error);
    }

    [Fact]
    public void Colour_and_animation_need_a_terminal_and_no_NO_COLOR()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "script, which lends a terminal, is not installed");
        SmallData.Train(_folder, _folder.File("data.csv"), "--holdout", "24");
        const string backtest = "elman backtest small.elman data.csv";
        // script runs its command in $SHELL, and only bash knows the exported function.
        string onTerminal = $"unset NO_COLOR; export -f elman; SHELL=$BASH script -qec '{backtest}' /dev/null";
        const string painting = @"\e\[[0-9;]*m";
        Assert.Matches(painting, ElmanProcess.Shell(_folder.Path, onTerminal, ("TERM", "xterm-256color")).Out);
        Assert.DoesNotMatch(painting, ElmanProcess.Shell(_folder.Path, onTerminal.Replace("unset NO_COLOR", "export NO_COLOR=1", StringComparison.Ordinal), ("TERM", "xterm-256color")).Out);
        Assert.DoesNotContain('\e', ElmanProcess.Shell(_folder.Path, backtest).Out);
    }

    [Fact]
    public void The_locale_of_old_machines_gets_ascii() =>
        Assert.DoesNotMatch("[^\n-~]", EverythingDrawnUnder("C"));

    [Fact]
    public void The_locale_of_new_machines_gets_lines_and_dots() =>
        Assert.Matches("[─┤⢕]", EverythingDrawnUnder("C.UTF-8"));

    private string EverythingDrawnUnder(string locale)
    {
        SmallData.Train(_folder, _folder.File("data.csv"), "--holdout", "24");
        const string draw = "elman predict small.elman data.csv -o f.csv; elman backtest small.elman data.csv; elman inspect small.elman";
        var outcome = ElmanProcess.Shell(_folder.Path, draw, ("LC_ALL", locale));
        Assert.Empty(outcome.Error);
        return outcome.Out;
    }

    private string TrainStraight()
    {
        var outcome = ElmanProcess.Run(_folder.Path, [.. Slow, "-o", "straight.elman"]);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains("epoch 150/150", outcome.Error);
        return SmallData.Learned(_folder.File("straight.elman"));
    }
}
