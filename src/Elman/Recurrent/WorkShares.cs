using System.Numerics;
using Elman.Kernels;

namespace Elman;

/// <summary>How threads share the work of a recurrent call.</summary>
/// <param name="Threads">Threads that it is worth.</param>
/// <param name="Parts">Parts of each direction: of its rows, or of its units.</param>
/// <param name="OfUnits">Whether they are parts of the units.</param>
/// <param name="Whole">Whether each part is a whole group of rows, and the groups are enough for the threads.</param>
/// <param name="Projects">Whether the threads that share the rows also compute their input products; not if there are fewer rows than threads and it is worth waking one for them.</param>
internal readonly record struct WorkShares(int Threads, int Parts, bool OfUnits, bool Whole, bool Projects)
{
    /// <summary>Multiply-adds that are worth waking a thread for: about 10 µs of one core.</summary>
    private const long WorkOfThread = 400_000;

    /// <summary>Multiply-adds of a step from which on it is worth a barrier, which takes about half a microsecond.</summary>
    private const long WorkOfStep = 200_000;

    /// <summary>Groups of rows, at most: as many as threads that are sure to compute the same.</summary>
    private const int MostGroups = 8;

    /// <param name="last">Sizes of the last layer.</param>
    /// <param name="splits">Whether the units can be shared.</param>
    public static WorkShares Of(in RecurrentCall call, TimePlan plan, UnitSizes last, bool splits)
    {
        SequenceLayout layout = call.Layout;
        int threads = (int)Math.Clamp(Work(plan.Steps, last) / WorkOfThread, 1, Compute.Threads), each = (threads + call.Directions - 1) / call.Directions;
        long weights = (long)last.GateRow * last.Hidden;
        bool whole = layout.Groups >= threads;
        bool ofUnits = splits && layout.Groups == 1 && !call.Extras.AroundSteps && each > 1 && layout.Batch < FewRows(weights) * each && layout.Batch * weights >= WorkOfStep;
        int parts = ofUnits ? each : layout.Parts(whole ? 1 : RowParts(layout.Batch, each));
        bool projects = call.Directions * parts >= threads || (long)plan.Steps * last.GateRow * last.Inputs < WorkOfThread;
        return new(threads, parts, ofUnits, whole, projects);
    }

    /// <summary>
    /// Groups of rows of a call that keeps its steps: a power of two, from what the call is alone, because the sums of weight gradients depend on them. Each has work for a thread, half a block of steps,
    /// and rows for four tiles, or for two where two groups would have no more and the weights are small: every group reads them at every step. Where they take more than 8 MB there is one group.
    /// </summary>
    /// <param name="steps">Of all rows.</param>
    public static int RowGroups(int batch, long steps, UnitSizes sizes)
    {
        long weights = Work(1, sizes);
        if (weights > 2 * 1024 * 1024) return 1;
        int tiles = batch < 8 * ProductTile.MostRows && weights <= 512 * 1024 ? 2 : 4;
        long most = Math.Min(Math.Min(MostGroups, batch / (tiles * ProductTile.MostRows)), Math.Min(2 * steps / SequenceLayout.ShortestBlock, Work(steps, sizes) / WorkOfThread));
        return most < 2 ? 1 : 1 << BitOperations.Log2((ulong)most);
    }

    /// <summary>Into how many slices the times of a range are cut, each worth four times the waking of a thread.</summary>
    public int Slices(in RecurrentCall call, TimePlan plan)
    {
        long work = (long)plan.Steps / Parts * call.First.GateRow * call.First.Hidden;
        return call.Directions * Parts == 1 ? 1 : (int)Math.Clamp(work / (4 * WorkOfThread), 1, Math.Max(1, call.Layout.Length / plan.Ranges));
    }

    /// <summary>Multiply-adds of so many steps.</summary>
    private static long Work(long steps, UnitSizes sizes) => steps * sizes.GateRow * (sizes.Inputs + sizes.Hidden);

    /// <summary>
    /// Rows of a thread below which threads share the units, because each would read all weights at every step for a few rows in low tiles. What that costs
    /// depends on where the weights live: below 2 MB the barriers cost more; beyond 8 MB they may not even be in the third-level cache. The limits are measured (docs/performance.md); with
    /// vectors of 512 bits a step takes half the time, and the barrier what it did.
    /// </summary>
    private static int FewRows(long weights) => weights switch
    {
        < 128 * 1024 => 2,
        < 512 * 1024 => WideVector.IsSupported ? 3 : 2,
        < 2 * 1024 * 1024 => WideVector.IsSupported ? 4 : 8,
        _ => 20,
    };

    /// <summary>Parts into which so many threads share rows: up to two for each thread, so that one that is slower than the others takes fewer, but none below two tiles for that.</summary>
    private static int RowParts(int rows, int threads)
    {
        int twoTiles = 2 * ProductTile.MostRows;
        return threads == 1 ? 1 : Math.Clamp(Math.Clamp((rows + twoTiles - 1) / twoTiles, threads, 2 * threads), 1, Math.Max(1, rows));
    }
}
