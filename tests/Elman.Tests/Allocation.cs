namespace Elman.Tests;

/// <summary>Counts what code allocates on its thread.</summary>
internal static class Allocation
{
    /// <summary>
    /// The fewest bytes of five runs: a collection that another test causes counts the rest of this thread's allocation buffer, once; code that
    /// allocated would do so every time.
    /// </summary>
    public static long Fewest(Action run)
    {
        long fewest = long.MaxValue;
        for (int again = 0; again < 5 && fewest > 0; again++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            run();
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return fewest;
    }
}
