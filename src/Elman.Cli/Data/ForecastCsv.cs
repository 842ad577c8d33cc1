using System.Globalization;

namespace Elman.Cli;

/// <summary>Writes forecasts as CSV: the group and the time under the names that they have in the data, then one column per quantile.</summary>
internal static class ForecastCsv
{
    /// <summary>Writes all forecasts, one row per step, with numbers that read back to the same bits.</summary>
    public static void Write(IReadOnlyList<Forecast> forecasts, string? groupColumn, string timeColumn, TextWriter writer)
    {
        var levels = forecasts[0].Levels;
        string[] header = [.. Group(groupColumn), Quoted(timeColumn), .. levels.Select(QuantileName)];
        writer.Write(string.Join(',', header) + "\n");
        bool daysOnly = forecasts.All(forecast => forecast.Times!.All(time => time.TimeOfDay == TimeSpan.Zero));
        foreach (var forecast in forecasts)
        {
            for (int step = 0; step < forecast.Horizon; step++)
            {
                string time = forecast.Times![step].ToString(daysOnly ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
                var values = Enumerable.Range(0, levels.Length).Select(level => forecast[step, level].ToString("R", CultureInfo.InvariantCulture));
                writer.Write(string.Join(',', [.. Group(groupColumn is null ? null : forecast.Group), time, .. values]) + "\n");
            }
        }
    }

    /// <summary>"q10" for the level 0.1, "q2.5" for 0.025.</summary>
    public static string QuantileName(double level) => "q" + (level * 100).ToString("0.##", CultureInfo.InvariantCulture);

    private static string[] Group(string? name) => name is null ? [] : [Quoted(name)];

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
