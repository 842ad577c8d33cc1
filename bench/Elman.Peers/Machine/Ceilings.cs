using System.Runtime.CompilerServices;
using Elman.Kernels;

namespace Elman.Peers;

/// <summary>What this machine can do at most, measured in the same run.</summary>
internal sealed class Ceilings
{
    private const int MultiplyAddTurns = 4_000_000;

    private const int Meetings = 20_000;

    private readonly Dictionary<int, Fastest> _multiplyAdds = [];
    private readonly Fastest _meeting = new(() =>
    {
        Meeting meeting = new(2);
        return Together.Seconds(2, thread =>
        {
            for (int step = 1; step <= Meetings; step++) meeting.Wait(thread, step);
            return 0;
        }) / Meetings;
    });
    private readonly Dictionary<(long Bytes, int Threads), Fastest> _reads = [];

    /// <summary>Floating-point operations per second of fused multiply-adds on registers, two for each, by so many threads at once.</summary>
    public double Operations(int threads)
    {
        if (!_multiplyAdds.TryGetValue(threads, out Fastest? known)) _multiplyAdds[threads] = known = new(() => Together.Seconds(threads, _ => MultiplyAdds(MultiplyAddTurns)));
        return 2.0 * Chains * Lanes * MultiplyAddTurns * threads / known.Seconds;
    }

    /// <summary>Bytes per second that so many threads read at once, each over and over from <paramref name="bytesPerThread"/> bytes of its own.</summary>
    public double Bandwidth(long bytesPerThread, int threads)
    {
        int passes = (int)Math.Max(2, 400_000_000 / bytesPerThread);
        if (!_reads.TryGetValue((bytesPerThread, threads), out Fastest? known))
        {
            WorkingSet[] memory = [.. Enumerable.Range(0, threads).Select(_ => new WorkingSet(bytesPerThread))];
            _reads[(bytesPerThread, threads)] = known = new(() => Together.Seconds(threads, thread => memory[thread].Read(passes, alternately: false)));
        }
        return (double)(bytesPerThread / WorkingSet.BlockBytes * WorkingSet.BlockBytes) * passes * threads / known.Seconds;
    }

    /// <summary>Seconds of a <see cref="Meeting"/> of two threads.</summary>
    public double Meeting => _meeting.Seconds;

    /// <summary>One more try of everything that has been asked for.</summary>
    public void TryAgain()
    {
        foreach (Fastest one in (IEnumerable<Fastest>)[.. _multiplyAdds.Values, .. _reads.Values, .. Environment.ProcessorCount > 1 ? [_meeting] : Array.Empty<Fastest>()]) one.TryAgain();
    }

    /// <summary>Independent chains: two units of a latency of four or five cycles need eight to ten, and twelve still fit sixteen registers.</summary>
    private const int Chains = 12;

    /// <summary>In the widest vectors that Elman's products take.</summary>
    private static int Lanes => WideVector.IsSupported ? WideVector.Count : UsualVector.Count;

    public static float MultiplyAdds(int iterations) => WideVector.IsSupported ? MultiplyAdds<WideVector>(iterations) : MultiplyAdds<UsualVector>(iterations);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float MultiplyAdds<V>(int iterations)
        where V : struct, IVector<V>
    {
        V a = V.Create(0.999f), b = V.Create(0.001f);
        V c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < iterations; i++)
        {
            c0 = V.FusedMultiplyAdd(c0, a, b);
            c1 = V.FusedMultiplyAdd(c1, a, b);
            c2 = V.FusedMultiplyAdd(c2, a, b);
            c3 = V.FusedMultiplyAdd(c3, a, b);
            c4 = V.FusedMultiplyAdd(c4, a, b);
            c5 = V.FusedMultiplyAdd(c5, a, b);
            c6 = V.FusedMultiplyAdd(c6, a, b);
            c7 = V.FusedMultiplyAdd(c7, a, b);
            c8 = V.FusedMultiplyAdd(c8, a, b);
            c9 = V.FusedMultiplyAdd(c9, a, b);
            c10 = V.FusedMultiplyAdd(c10, a, b);
            c11 = V.FusedMultiplyAdd(c11, a, b);
        }
        c0 = V.FusedMultiplyAdd(c0, c1, c2);
        c3 = V.FusedMultiplyAdd(c3, c4, c5);
        c6 = V.FusedMultiplyAdd(c6, c7, c8);
        c9 = V.FusedMultiplyAdd(c9, c10, c11);
        return First(V.FusedMultiplyAdd(V.FusedMultiplyAdd(c0, c3, c6), a, c9));
    }

    /// <summary>The first number of a vector.</summary>
    public static float First<V>(V vector)
        where V : struct, IVector<V>
    {
        Span<float> lanes = stackalloc float[WideVector.Count];
        V.Store(vector, ref lanes[0], 0);
        return lanes[0];
    }

    /// <summary>Multiply-adds that each wait for the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float MultiplyAddChain(int iterations)
    {
        UsualVector a = UsualVector.Create(0.999f), b = UsualVector.Create(0.001f), c = UsualVector.Zero;
        for (int i = 0; i < iterations; i++) c = UsualVector.FusedMultiplyAdd(c, a, b);
        return First(c);
    }
}
