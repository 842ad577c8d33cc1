using System.Diagnostics;

namespace Elman.Stores;

/// <summary>Two ways to read the same rows, measured in turns, so that what slows the machine down slows both.</summary>
internal static class Rounds
{
    private const int WarmUp = 3, Measured = 15;

    /// <summary>Prints the median times, and the median over the rounds of ours by theirs.</summary>
    public static void Run(string title, int rows, (string Name, Action Read) theirs, (string Name, Action Read) ours)
    {
        List<((double Wall, double Processor) Theirs, (double Wall, double Processor) Ours)> seconds = [];
        for (int round = -WarmUp; round < Measured; round++)
        {
            // Who comes first takes turns too.
            bool first = (round & 1) == 0;
            (double, double) one = Time(first ? theirs.Read : ours.Read), two = Time(first ? ours.Read : theirs.Read);
            if (round >= 0)
                seconds.Add(first ? (one, two) : (two, one));
        }

        Console.WriteLine($"{title}, {rows:N0} rows");
        Console.WriteLine($"  {theirs.Name,-24} {rows / Median(seconds.Select(round => round.Theirs.Wall)) / 1e6,6:F2} M rows/s");
        Console.WriteLine($"  {ours.Name,-24} {rows / Median(seconds.Select(round => round.Ours.Wall)) / 1e6,6:F2} M rows/s");
        Print("time of ours by theirs", [.. seconds.Select(round => round.Ours.Wall / round.Theirs.Wall).Order()]);
        Print("the same, of processors", [.. seconds.Select(round => round.Ours.Processor / round.Theirs.Processor).Order()]);
    }

    private static void Print(string what, double[] ratios) =>
        Console.WriteLine($"  {what,-24} {Median(ratios),6:F2}  ({ratios[Measured / 4]:F2} to {ratios[Measured * 3 / 4]:F2} in the middle half of {Measured} rounds)");

    /// <summary>The time that passes, and the time that this process computes, which others on the machine hardly change.</summary>
    private static (double Wall, double Processor) Time(Action read)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        read();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
