using System.Globalization;

namespace Elman.Cli;

/// <summary>Writes forecasts as CSV: the group and the time under the names that they have in the data, then one column per quantile.</summary>
internal static class ForecastCsv
{
    /// <summary>Writes all forecasts, one row per step, in the notation of the data's times, with numbers that read back to the same bits.</summary>
    public static void Write(IReadOnlyList<Forecast> forecasts, SeriesSet data, TextWriter writer)
    {
        var levels = forecasts[0].Levels;
        string[] header = [.. Group(data.GroupColumn), Quoted(data.TimeColumn ?? "step"), .. levels.Select(QuantileName)];
        writer.Write(string.Join(',', header) + "\n");
        var series = data.Series.ToDictionary(one => one.Group);
        foreach (var forecast in forecasts)
        {
            var known = series[forecast.Group];
            for (int step = 0; step < forecast.Horizon; step++)
            {
                string time = forecast.Times is { } times ? (data.Notation ?? TimeNotation.Iso).Format(times[step]) : data.TimeText(known, known.Length + step);
                var values = Enumerable.Range(0, levels.Length).Select(level => forecast[step, level].ToString("R", CultureInfo.InvariantCulture));
                writer.Write(string.Join(',', [.. Group(data.GroupColumn is null ? null : forecast.Group), Quoted(time), .. values]) + "\n");
            }
        }
    }

    /// <summary>"q10" for the level 0.1, "q2.5" for 0.025.</summary>
    public static string QuantileName(double level) => "q" + (level * 100).ToString("0.##", CultureInfo.InvariantCulture);

    private static string[] Group(string? name) => name is null ? [] : [Quoted(name)];

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
