using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Elman.Kernels;

/// <summary>Work that any number of threads may join.</summary>
internal interface IJob
{
    /// <summary>Takes part until nothing is left to do.</summary>
    void Execute();
}

/// <summary>
/// Threads that help <see cref="Workers"/>, shared by all callers. A helper that has done its work looks for more for a millisecond before it sleeps: the
/// phases of a training step follow each other within microseconds, and waking a thread costs from 50 µs to some milliseconds.
/// </summary>
internal static class HelperThreads
{
    private static readonly long Patience = Stopwatch.Frequency / 1000;

    private static readonly ConcurrentQueue<IJob> Waiting = new();
    private static readonly SemaphoreSlim Sleepers = new(0);
    private static readonly Lock Starting = new();
    private static int _started, _asleep;

    /// <summary>Asks for the help of so many threads; each that comes executes the job once, soon, late, or when it is long done.</summary>
    public static void Ask(IJob job, int helpers)
    {
        if (Volatile.Read(ref _started) < helpers) Start(helpers);
        for (int i = 0; i < helpers; i++) Waiting.Enqueue(job);
        // After the queue has been written: a helper counts itself asleep before it looks into the queue for the last time.
        Interlocked.MemoryBarrier();
        int asleep = Volatile.Read(ref _asleep);
        if (asleep > 0) Sleepers.Release(Math.Min(asleep, helpers));
    }

    private static void Start(int helpers)
    {
        lock (Starting)
        {
            for (; _started < helpers; _started++)
            {
                // More helpers than there are cores beside the caller's would take turns in looking for work instead of doing it.
                long patience = _started < Environment.ProcessorCount - 1 ? Patience : 0;
                new Thread(() => Serve(patience)) { IsBackground = true, Name = "Elman helper" }.Start();
            }
        }
    }

    private static void Serve(long patience)
    {
        long idleSince = Stopwatch.GetTimestamp();
        while (true)
        {
            if (TryServe())
            {
                idleSince = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetTimestamp() - idleSince < patience)
            {
                Thread.SpinWait(10);
            }
            else
            {
                Interlocked.Increment(ref _asleep);
                if (Waiting.IsEmpty) Sleepers.Wait();
                Interlocked.Decrement(ref _asleep);
                idleSince = Stopwatch.GetTimestamp();
            }
        }
    }

    /// <summary>A method of its own, so that a helper that sleeps does not hold the last job and its tensors in memory.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryServe()
    {
        if (!Waiting.TryDequeue(out IJob? job)) return false;
        job.Execute();
        return true;
    }
}
