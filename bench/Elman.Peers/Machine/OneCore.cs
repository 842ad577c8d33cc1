using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Elman.Peers;

/// <summary>
/// Keeps the measuring thread on one core while one thread is measured: of those that the process may use, the one that computes fastest at that time. On a shared machine one core
/// took up to 1.4 times as long as another, for minutes (docs/performance.md); libraries that met it unequally would be told apart by that. Only on Linux.
/// </summary>
internal static partial class OneCore
{
    private const int Tries = 3, MostCores = 8;

    private static readonly CellFunctions Functions = new("lstm", 32, CellFunctions.Apart);

    /// <summary>The cores that the process may use, a bit for each; nothing where they are not known.</summary>
    private static readonly ulong[] Allowed = Ask();

    /// <summary>For what follows on this thread, up to <see cref="Release"/>. It is not the process's first, whose cores new threads of the runtime get; those of libraries get the cores of the thread that starts them.</summary>
    public static void Choose(int threads)
    {
        if (threads == 1) Use(Cores().MinBy(core => Enumerable.Range(0, Tries).Min(_ => SecondsOn(core))) ?? Allowed);
    }

    /// <summary>Lets the thread, and processes that it starts, use all cores again.</summary>
    public static void Release() => Use(Allowed);

    private static IEnumerable<ulong[]> Cores() => Enumerable.Range(0, Allowed.Length * 64).Where(core => (Allowed[core / 64] >> core % 64 & 1) != 0).Take(MostCores).Select(core =>
    {
        ulong[] one = new ulong[Allowed.Length];
        one[core / 64] = 1UL << core % 64;
        return one;
    });

    private static double SecondsOn(ulong[] core)
    {
        Use(core);
        long start = Stopwatch.GetTimestamp();
        // Both kinds of work, for a neighbour need not slow them alike.
        GC.KeepAlive(Ceilings.MultiplyAdds(100_000) + Functions.Run(50_000));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static ulong[] Ask()
    {
        ulong[] cores = new ulong[16];
        return OperatingSystem.IsLinux() && GetAffinity(0, cores.Length * sizeof(ulong), cores) == 0 && cores.Sum(BitOperations.PopCount) > 1 ? cores : [];
    }

    /// <summary>Should the system refuse, the thread stays where it may be.</summary>
    private static void Use(ulong[] cores)
    {
        if (cores.Length > 0) _ = SetAffinity(0, cores.Length * sizeof(ulong), cores);
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint bytes, [Out] ulong[] cores);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint bytes, ulong[] cores);
}
