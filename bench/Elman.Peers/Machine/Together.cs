using System.Diagnostics;

namespace Elman.Peers;

/// <summary>Threads that work at the same time.</summary>
internal static class Together
{
    /// <summary>Seconds from the start of the first thread to the end of the last, by the threads' own clocks: this one may be late to see either.</summary>
    /// <param name="work">One thread's part; what it returns keeps the compiler from leaving it out.</param>
    /// <param name="before">What each thread does first, untimed.</param>
    public static double Seconds(int threads, Func<int, float> work, Action<int>? before = null)
    {
        if (threads == 1)
        {
            // This thread: it may be kept on the core on which all else of one thread is measured.
            before?.Invoke(0);
            long start = Stopwatch.GetTimestamp();
            GC.KeepAlive(work(0));
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        float[] sums = new float[threads];
        long[] began = new long[threads], ended = new long[threads];
        using Barrier all = new(threads);
        Thread[] running = [.. Enumerable.Range(0, threads).Select(index => new Thread(() =>
        {
            before?.Invoke(index);
            all.SignalAndWait();
            began[index] = Stopwatch.GetTimestamp();
            sums[index] = work(index);
            ended[index] = Stopwatch.GetTimestamp();
        }))];
        foreach (Thread thread in running) thread.Start();
        foreach (Thread thread in running) thread.Join();
        return Stopwatch.GetElapsedTime(began.Min(), ended.Max()).TotalSeconds;
    }
}
