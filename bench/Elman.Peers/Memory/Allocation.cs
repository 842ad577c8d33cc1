namespace Elman.Peers;

/// <summary>Counts what a warm call allocates on the managed heap, by all threads.</summary>
internal static class Allocation
{
    private const int Calls = 3;

    /// <summary>The fewest of some calls: at times a garbage collection takes the idle buffers of the runtime's pool, and the call after it makes new ones.</summary>
    public static long BytesPerCall(Action action)
    {
        long fewest = long.MaxValue;
        for (int call = 0; call < Calls; call++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            action();
            fewest = Math.Min(fewest, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        return fewest;
    }
}
