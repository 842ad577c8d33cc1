namespace Elman.Tests;

/// <summary>Counts what code allocates.</summary>
internal static class Allocation
{
    /// <summary>
    /// The fewest bytes of five runs on this thread: a collection that another test causes counts the rest of this thread's allocation buffer, once; code that
    /// allocated would do so every time.
    /// </summary>
    public static long Fewest(Action run) => Fewest(5, run, GC.GetAllocatedBytesForCurrentThread);

    /// <summary>The same for all threads, of fifteen runs: for tests that run when no other does; five were once not enough, for a reason that was not found.</summary>
    public static long FewestOfAllThreads(Action run) => Fewest(15, run, () => GC.GetTotalAllocatedBytes(precise: true));

    private static long Fewest(int runs, Action run, Func<long> allocated)
    {
        long fewest = long.MaxValue;
        for (int again = 0; again < runs && fewest > 0; again++)
        {
            long before = allocated();
            run();
            fewest = Math.Min(fewest, allocated() - before);
        }
        return fewest;
    }
}
