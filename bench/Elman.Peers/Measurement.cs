using System.Diagnostics;

namespace Elman.Peers;

/// <summary>Seconds of one call, over the samples of one measurement.</summary>
internal sealed record Timing(double Median, double LowerQuartile, double UpperQuartile, double Minimum, int Samples)
{
    public static Timing Of(IEnumerable<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        return new Timing(At(0.5), At(0.25), At(0.75), sorted[0], sorted.Length);

        double At(double part)
        {
            double place = part * (sorted.Length - 1);
            int below = (int)place;
            return sorted[below] + (place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]);
        }
    }
}

/// <summary>How long to measure.</summary>
/// <param name="Seconds">Time for one comparison, all contenders together.</param>
/// <param name="FewestRounds">Samples of each contender, however long they take.</param>
/// <param name="MostRounds">Samples of each contender, however short they are.</param>
/// <param name="Processes">Processes for each measurement of peak memory.</param>
internal sealed record Effort(double Seconds, int FewestRounds, int MostRounds, int Processes)
{
    public static Effort Quick { get; } = new(0.8, 3, 15, 1);

    public static Effort Thorough { get; } = new(6, 7, 41, 3);
}

/// <summary>What is measured.</summary>
/// <param name="Spins">Whether threads of it go on spinning for a while when it is done.</param>
internal readonly record struct Work(Action Run, bool Spins = false);

/// <summary>Measures contenders in turn, A B C A B C …, so that whatever else the machine does hits all alike.</summary>
internal static class Measurement
{
    /// <summary>Seconds that a sample lasts at least.</summary>
    public const double ShortestSample = 5e-3;

    private const double WarmUp = 0.03;

    /// <summary>Calls run untimed for so long before each sample, unless one alone takes longer: what the others left in the caches, and a core that wakes, are not part of their time.</summary>
    private const double Settling = 0.02;

    /// <summary>Long enough for the idle threads of a library's pool to stop spinning on the cores that the next one needs.</summary>
    private const int RestMilliseconds = 60;

    /// <summary>The timings of works that have all run before, in their order.</summary>
    /// <param name="threads">Threads that they take: of one, each round is on one core.</param>
    public static Timing[] Interleave(IReadOnlyList<Work> works, int threads, Effort effort)
    {
        long start = Stopwatch.GetTimestamp();
        OneCore.Choose(threads);
        double[] estimates = [.. works.Select((_, i) => Rested(works, i, Estimate))];
        List<double>[] samples = [.. works.Select(_ => new List<double>())];
        int first = 0;
        // A call as long as that is as good a sample as any.
        for (int i = 0; i < works.Count; i++)
        {
            if (estimates[i] < WarmUp) continue;
            samples[i].Add(estimates[i]);
            first = 1;
        }
        for (int round = first; round < effort.MostRounds; round++)
        {
            if (round >= effort.FewestRounds && Stopwatch.GetElapsedTime(start).TotalSeconds > effort.Seconds) break;
            OneCore.Choose(threads);
            for (int i = 0; i < works.Count; i++) samples[i].Add(Rested(works, i, run => Sample(run, estimates[i])));
        }
        OneCore.Release();
        return [.. samples.Select(Timing.Of)];
    }

    /// <summary>Seconds of one of the works, once the one before has come to rest.</summary>
    private static double Rested(IReadOnlyList<Work> works, int i, Func<Action, double> seconds)
    {
        if (works[(i + works.Count - 1) % works.Count].Spins) Thread.Sleep(RestMilliseconds);
        return seconds(works[i].Run);
    }

    /// <summary>Seconds of one call, roughly.</summary>
    private static double Estimate(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        int calls = 0;
        do
        {
            action();
            calls++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUp);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }

    private static double Sample(Action action, double estimate)
    {
        long settling = Stopwatch.GetTimestamp();
        while (estimate < Settling && Stopwatch.GetElapsedTime(settling).TotalSeconds < Settling) action();
        int calls = Math.Max(1, (int)Math.Ceiling(ShortestSample / estimate));
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < calls; call++) action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
