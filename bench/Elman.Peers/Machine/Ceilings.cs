using System.Numerics;
using System.Runtime.CompilerServices;

namespace Elman.Peers;

/// <summary>What this machine can do at most, measured in the same run.</summary>
internal sealed class Ceilings
{
    private const int MultiplyAddTurns = 4_000_000;

    private readonly Dictionary<int, Fastest> _multiplyAdds = [];
    private readonly Dictionary<(long Bytes, int Threads), Fastest> _reads = [];

    /// <summary>Floating-point operations per second of fused multiply-adds on registers, two for each, by so many threads at once.</summary>
    public double Operations(int threads)
    {
        if (!_multiplyAdds.TryGetValue(threads, out Fastest? known)) _multiplyAdds[threads] = known = new(() => Together.Seconds(threads, _ => MultiplyAdds(MultiplyAddTurns)));
        return 2.0 * Chains * Vector<float>.Count * MultiplyAddTurns * threads / known.Seconds;
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

    /// <summary>One more try of everything that has been asked for.</summary>
    public void TryAgain()
    {
        foreach (Fastest one in (IEnumerable<Fastest>)[.. _multiplyAdds.Values, .. _reads.Values]) one.TryAgain();
    }

    /// <summary>Independent chains: two units of a latency of four or five cycles need eight to ten, and twelve still fit sixteen registers.</summary>
    private const int Chains = 12;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float MultiplyAdds(int iterations)
    {
        Vector<float> a = new(0.999f), b = new(0.001f);
        Vector<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        Vector<float> c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        for (int i = 0; i < iterations; i++)
        {
            c0 = Vector.FusedMultiplyAdd(c0, a, b);
            c1 = Vector.FusedMultiplyAdd(c1, a, b);
            c2 = Vector.FusedMultiplyAdd(c2, a, b);
            c3 = Vector.FusedMultiplyAdd(c3, a, b);
            c4 = Vector.FusedMultiplyAdd(c4, a, b);
            c5 = Vector.FusedMultiplyAdd(c5, a, b);
            c6 = Vector.FusedMultiplyAdd(c6, a, b);
            c7 = Vector.FusedMultiplyAdd(c7, a, b);
            c8 = Vector.FusedMultiplyAdd(c8, a, b);
            c9 = Vector.FusedMultiplyAdd(c9, a, b);
            c10 = Vector.FusedMultiplyAdd(c10, a, b);
            c11 = Vector.FusedMultiplyAdd(c11, a, b);
        }
        return Vector.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    /// <summary>Multiply-adds that each wait for the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float MultiplyAddChain(int iterations)
    {
        Vector<float> a = new(0.999f), b = new(0.001f), c = default;
        for (int i = 0; i < iterations; i++) c = Vector.FusedMultiplyAdd(c, a, b);
        return Vector.Sum(c);
    }
}
