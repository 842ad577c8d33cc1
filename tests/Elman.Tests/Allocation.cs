namespace Elman.Tests;

/// <summary>Counts what code allocates.</summary>
internal static class Allocation
{
    /// <summary>
    /// The fewest bytes of five runs on this thread: a collection that another test causes counts the rest of this thread's allocation buffer, once; code that
    /// allocated would do so every time.
    /// </summary>
    public static long Fewest(Action run) => Fewest(run, GC.GetAllocatedBytesForCurrentThread);

    /// <summary>The same for all threads: for tests that run when nothing else does.</summary>
    public static long FewestOfAllThreads(Action run) => Fewest(run, () => GC.GetTotalAllocatedBytes(precise: true));

    private static long Fewest(Action run, Func<long> allocated)
    {
        long fewest = long.MaxValue;
        for (int again = 0; again < 5 && fewest > 0; again++)
        {
            long before = allocated();
            run();
            fewest = Math.Min(fewest, allocated() - before);
        }
        return fewest;
    }
}
