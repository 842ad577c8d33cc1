namespace Elman.Cli.Tests;

/// <summary>Standard streams that are closed or full, and a process that may open few files, end in one line and an exit code.</summary>
public sealed class StandardStreamTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StandardStreamTests() => SafeTensorsFile.Write(_folder.File("m.safetensors"), [], [SafeTensor.From("weight", [1f], 1)]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Closed_standard_input_is_empty()
    {
        var outcome = ElmanProcess.Shell(_folder.Path, "elman forecast - --target y <&-");
        Assert.Equal((2, "elman: standard input is empty; expected CSV: a header line, then one row per line\n"), (outcome.Code, outcome.Error));
    }

    [Fact]
    public void Closed_standard_output_fails()
    {
        var outcome = ElmanProcess.Shell(_folder.Path, "elman inspect m.safetensors >&-");
        Assert.Equal((1, "elman: cannot write the results: standard output is closed\n"), (outcome.Code, outcome.Error));
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    [InlineData("<&- >&- 2>&-")]
    public void Remarks_that_cannot_be_written_change_no_exit_code(string streams)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");
        Assert.Equal(2, ElmanProcess.Shell(_folder.Path, $"elman inspect none.elman {streams}").Code);
    }

    [Fact]
    public void Few_file_handles_end_in_one_line()
    {
        int told = 0;
        for (int limit = 20; limit < 120; limit += 10)
        {
            var outcome = ElmanProcess.Shell(_folder.Path, $"ulimit -n {limit}; elman inspect m.safetensors");
            // With fewer still, the runtime itself does not start; what it says then is its own.
            bool started = outcome.Error.StartsWith("elman: ", StringComparison.Ordinal) || outcome.Code == 0;
            if (!started && told == 0) continue;
            Assert.True(started, $"with {limit}: {outcome.Error}");
            Assert.True(outcome.Code is 0 or 1 or 2, $"with {limit}: {outcome.Code}");
            Assert.True(outcome.Error.Count(letter => letter == '\n') <= 1, outcome.Error);
            told++;
        }
        Assert.True(told > 0);
    }
}
