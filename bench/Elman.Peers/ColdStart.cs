using System.Diagnostics;

namespace Elman.Peers;

/// <summary>How long the native command takes to start, load a model and forecast, as a whole process.</summary>
internal static class ColdStart
{
    private const int Starts = 20, Rows = 120;

    /// <summary>Seconds of <c>elman predict MODEL CSV</c>, from before the process starts to after it has ended.</summary>
    public static Timing Run(string command)
    {
        string folder = Directory.CreateTempSubdirectory("elman-peers").FullName;
        try
        {
            (string model, string data) = (Path.Combine(folder, "sine.elman"), Path.Combine(folder, "sine.csv"));
            DateTime[] times = [.. Enumerable.Range(0, Rows).Select(row => new DateTime(2026, 1, 1).AddDays(row))];
            double[] values = [.. Enumerable.Range(0, Rows).Select(row => Math.Sin(0.3 * row))];
            File.WriteAllLines(data, ["time,value", .. times.Zip(values, (time, value) => $"{time:yyyy-MM-dd},{value:R}")]);
            ForecasterOptions options = new() { Context = 28, Horizon = 1, Training = new TrainingRecipe { Epochs = 1 } };
            Forecaster.Train([new Series("", times, new Column("value", values))], options).Save(model);
            return Timing.Of([.. Enumerable.Range(0, Starts + 1).Select(_ => Seconds(command, model, data)).Skip(1)]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Seconds(string command, string model, string data)
    {
        long start = Stopwatch.GetTimestamp();
        ChildProcess.Output(command, ["predict", model, data]);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
