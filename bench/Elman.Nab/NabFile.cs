using System.Globalization;
using System.Text.Json;

namespace Elman.Nab;

/// <summary>A file of the Numenta Anomaly Benchmark, with the windows of its anomalies as first and last rows.</summary>
internal sealed record NabFile(string Name, DateTime[] Times, double[] Values, IReadOnlyList<(int First, int Last)> Windows)
{
    /// <summary>Rows that a detector may learn from and that are not scored: 15 %, at most 750 (NAB, sweeper.py).</summary>
    public int Probation => (int)Math.Min(Math.Floor(0.15 * Times.Length), 750);

    /// <summary>Reads all files of a checkout, in the order of their names.</summary>
    public static IReadOnlyList<NabFile> ReadAll(string folder)
    {
        using JsonDocument windows = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "labels", "combined_windows.json")));
        return [.. windows.RootElement.EnumerateObject().Select(file => Read(folder, file.Name, file.Value)).OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    private static NabFile Read(string folder, string name, JsonElement windows)
    {
        string[][] rows = [.. File.ReadLines(Path.Combine(folder, "data", name)).Skip(1).Where(line => line.Length > 0).Select(line => line.Split(','))];
        DateTime[] times = [.. rows.Select(row => Time(row[0]))];
        return new NabFile(name, times, [.. rows.Select(row => double.Parse(row[1], CultureInfo.InvariantCulture))],
            [.. windows.EnumerateArray().Select(window => (Array.IndexOf(times, Time(window[0].GetString()!)), Array.IndexOf(times, Time(window[1].GetString()!))))]);
    }

    private static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);
}
