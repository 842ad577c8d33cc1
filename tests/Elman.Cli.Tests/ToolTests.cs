using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Elman.Cli.Tests;

/// <summary>The package that people install, and the first thing that they run with it.</summary>
public sealed partial class ToolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_tool_installs_from_its_package_and_its_demo_beats_all_baselines()
    {
        string project = Path.GetFullPath(Path.Combine(SourceFolder(), "../../src/Elman.Cli/Elman.Cli.csproj"));
        var packed = ElmanProcess.Other(_folder.Path, "dotnet", "pack", project, "-c", "Release", "--no-build", "-o", _folder.File("packages"));
        Assert.True(packed.Code == 0, packed.Out + packed.Error);
        var installed = ElmanProcess.Other(_folder.Path, "dotnet", "tool", "install", "Elman.Cli", "--source", _folder.File("packages"), "--tool-path", _folder.File("tools"));
        Assert.True(installed.Code == 0, installed.Out + installed.Error);

        // Away from the repository: the sample comes with the tool.
        var demo = ElmanProcess.Other(_folder.Path, _folder.File("tools/elman"), "demo", "-o", "weather");
        Assert.True(demo.Code == 0, demo.Error);
        double[] errors = [.. SevenAhead().Match(demo.Out).Groups.Values.Skip(1).Select(group => double.Parse(group.Value, CultureInfo.InvariantCulture))];
        Assert.True(errors.Length == 4 && errors[0] < errors[1..].Min(), demo.Out);

        Assert.Equal(
            ["forecast.csv", "forecast.svg", "report.html", "seattle-weather.csv", "weather.elman"],
            Directory.GetFiles(_folder.File("weather")).Select(Path.GetFileName).Order());
        var rows = File.ReadAllLines(_folder.File("weather/forecast.csv"));
        Assert.Equal(15, rows.Length);
        Assert.StartsWith("2016-01-01,", rows[1]);
        Assert.StartsWith("2016-01-14,", rows[14]);

        var forecaster = Forecaster.Load(_folder.File("weather/weather.elman"));
        Assert.Equal(new DateTime(2014, 12, 31), forecaster.TrainedSeries[0].Until);
        Assert.True(forecaster.Record.Seconds < 60, $"the training took {forecaster.Record.Seconds:0} s");
    }

    /// <summary>The mean absolute errors of the model and the baselines, seven days ahead.</summary>
    [GeneratedRegex(@"^\s+7\s+model\s+([\d.]+).*\n\s+last value\s+([\d.]+).*\n\s+same weekday last week\s+([\d.]+).*\n\s+same day last year\s+([\d.]+)", RegexOptions.Multiline)]
    private static partial Regex SevenAhead();

    private static string SourceFolder([CallerFilePath] string caller = "") => Path.GetDirectoryName(caller)!;
}
