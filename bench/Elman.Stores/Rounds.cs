using System.Diagnostics;

namespace Elman.Stores;

/// <summary>Two ways to read the same rows, measured in turns, so that what slows the machine down slows both.</summary>
internal static class Rounds
{
    private const int WarmUp = 3, Measured = 15;

    /// <summary>Prints the median times, and the median over the rounds of ours by theirs.</summary>
    public static void Run(string title, int rows, (string Name, Action Read) theirs, (string Name, Action Read) ours)
    {
        List<(double Theirs, double Ours)> seconds = [];
        for (int round = -WarmUp; round < Measured; round++)
        {
            // Who comes first takes turns too.
            bool first = (round & 1) == 0;
            double one = Time(first ? theirs.Read : ours.Read), two = Time(first ? ours.Read : theirs.Read);
            if (round >= 0)
                seconds.Add(first ? (one, two) : (two, one));
        }

        double t = Median(seconds.Select(round => round.Theirs)), o = Median(seconds.Select(round => round.Ours));
        double[] ratios = [.. seconds.Select(round => round.Ours / round.Theirs).Order()];
        Console.WriteLine($"{title}, {rows:N0} rows");
        Console.WriteLine($"  {theirs.Name,-24} {rows / t / 1e6,6:F2} M rows/s");
        Console.WriteLine($"  {ours.Name,-24} {rows / o / 1e6,6:F2} M rows/s");
        Console.WriteLine($"  time of ours by theirs   {Median(ratios),6:F2}  ({ratios[Measured / 4]:F2} to {ratios[Measured * 3 / 4]:F2} in the middle half of {Measured} rounds)");
    }

    private static double Time(Action read)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long start = Stopwatch.GetTimestamp();
        read();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
