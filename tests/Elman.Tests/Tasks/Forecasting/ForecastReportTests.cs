using System.Text;
using System.Text.Json;
using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

public class ForecastReportTests
{
    [Fact]
    public void The_report_prints_itself_and_turns_into_json()
    {
        ForecastReport report = Train([Daily(Wave(90), "a"), Daily(Wave(60, 1), "b", Start.AddDays(30))], Options with { Holdout = null, Validation = null }).Report;
        string[] lines = report.ToString().Split('\n', StringSplitOptions.TrimEntries);
        Assert.StartsWith("y: forecasts of 3 rows", lines[0]);
        Assert.Contains("rows not seen before", lines[1]);
        Assert.Contains("MASE", lines[2]);
        Assert.Equal([.. report.Backtest!.Scores.Select(score => score.Name)], lines[3..(3 + report.Backtest.Scores.Count())].Select(line => string.Concat(report.Backtest.Scores.Select(score => score.Name).Where(name => line.StartsWith(name, StringComparison.Ordinal)))));
        Assert.Contains(lines, line => line.StartsWith("averaged from ", StringComparison.Ordinal) && line.Contains(report.Methods[0].Name, StringComparison.Ordinal));
        Assert.All(report.Remarks, remark => Assert.Contains(remark, lines));
        Assert.All(report.Series, series => Assert.Contains(lines, line => line.StartsWith($"{series.Group}: ", StringComparison.Ordinal)));

        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream)) report.WriteTo(json);
        using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(report.Methods.Count, document.RootElement.GetProperty("methods").GetArrayLength());
        Assert.True(document.RootElement.TryGetProperty("backtest", out _));
    }

    [Fact]
    public void Without_rows_for_a_backtest_it_says_so() =>
        Assert.Contains("too few rows", new ForecastReport { Target = "y", Horizon = 3, Season = 1 }.ToString());
}
