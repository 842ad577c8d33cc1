namespace Elman.Cli.Tests;

/// <summary>ELMAN_ISA forces the path of the kernels; the command starts again on it as the same process.</summary>
public sealed class InstructionSetTests : IDisposable
{
    private static readonly string[] Paths = ["avx512", "avx2-512", "avx2", "avx2-128", "sse", "neon", "portable"];

    private readonly TemporaryFolder _folder = new();

    public InstructionSetTests() => _folder.Write("data.csv", SmallData.Wave());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_forecast_has_the_same_digits_on_every_path_of_the_processor()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "here the command does not start itself again");
        SmallData.Train(_folder, _folder.File("data.csv"));
        string expected = ElmanProcess.Run(_folder.Path, "predict", "small.elman", "data.csv").Out;
        Assert.Equal(4, expected.Split('\n').Length - 1);
        List<string> ran = [];
        foreach (string path in Paths)
        {
            // Data come through the standard input: the streams are handed on.
            var outcome = ElmanProcess.Shell(_folder.Path, "elman --version && cat data.csv | elman predict small.elman -", (InstructionSet.Variable, path));
            if (outcome.Code == 2 && outcome.Error.Contains($"neither processor nor runtime offer {path} here"))
                continue;
            Assert.Equal($"0.1.0 ({path})\n{expected}", outcome.Out);
            ran.Add(path);
        }

        Assert.True(ran.Count > 1, $"only {string.Join(", ", ran)}");
    }

    [Fact]
    public void Signals_reach_the_command_that_was_started_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "here the command does not start itself again");
        foreach (string signal in new[] { "INT", "TERM" })
        {
            string model = $"{signal}.elman";
            using var process = ElmanProcess.Start(_folder.Path, (InstructionSet.Variable, "portable"),
                "train", "forecast", "data.csv", "--target", "y", "--context", "8", "--horizon", "3", "--hidden", "4", "--epochs", "100000", "--time-limit", "none", "--lr", "0.00001", "-o", model);
            process.WaitForError("  loss ");
            process.Signal(signal);
            Assert.Equal(130, process.Wait().Code);
            Assert.True(File.Exists(_folder.File(model + ".checkpoint")));
        }
    }

    [Fact]
    public void A_path_that_does_not_exist_is_refused_in_one_line()
    {
        using var process = ElmanProcess.Start(_folder.Path, (InstructionSet.Variable, "avx1024"), "--version");
        Assert.Equal(new Outcome(2, "", "elman: ELMAN_ISA=avx1024 is none of avx512, avx2-512, avx2, avx2-128, sse, neon, portable\n"), process.Wait());
    }
}
