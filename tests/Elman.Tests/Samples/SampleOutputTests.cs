using System.Diagnostics;

namespace Elman.Tests.Samples;

public class SampleOutputTests
{
    [Theory]
    [InlineData("RnnFromScratch")]
    [InlineData("BidirectionalRnn")]
    public void A_sample_prints_what_its_section_of_the_README_shows(string sample)
    {
        string readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "samples.md"));
        string section = readme[readme.IndexOf($"--project samples/{sample}`", StringComparison.Ordinal)..];
        string shown = section.Split("```text\n")[1].Split("```")[0];
        Assert.Equal(shown.ReplaceLineEndings(), Run(sample).ReplaceLineEndings());
    }

    private static string Run(string sample)
    {
        ProcessStartInfo start = new(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, $"{sample}.dll") },
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
