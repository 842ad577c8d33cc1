namespace Elman.Peers;

/// <summary>
/// Threads that wait for each other at every step, as those do that share the units of one sequence, whose next step needs the h of all. A meeting takes at least the way of a cache line from core
/// to core: each thread writes a line of its own and reads those of the others.
/// </summary>
internal sealed class Meeting(int threads)
{
    /// <summary>Numbers that lie so far apart are neither in one line nor in neighbouring ones.</summary>
    private const int Apart = 32;

    private readonly int[] _steps = new int[(threads + 1) * Apart];

    /// <param name="step">From 1 on, one after the other.</param>
    public void Wait(int thread, int step)
    {
        Volatile.Write(ref _steps[(thread + 1) * Apart], step);
        for (int other = 0; other < threads; other++)
            while (Volatile.Read(ref _steps[(other + 1) * Apart]) < step) Thread.SpinWait(1);
    }
}
