namespace Elman.Peers;

/// <summary>Counts what a warm call allocates on the managed heap, by all threads.</summary>
internal static class Allocation
{
    public static long BytesPerCall(Action action, int calls = 3)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int call = 0; call < calls; call++) action();
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / calls;
    }
}
