using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Elman.Peers;

/// <summary>What this machine can do at most, measured in the same run.</summary>
internal sealed class Ceilings
{
    private const int MultiplyAddTurns = 4_000_000, ChainTurns = 1_000_000;

    private readonly Dictionary<int, Fastest> _multiplyAdds = [];
    private readonly Dictionary<(long Bytes, int Threads), Fastest> _reads = [];
    private readonly Fastest _chain = new(() => Together(1, _ => MultiplyAddChain(ChainTurns)));

    /// <summary>Floating-point operations per second of fused multiply-adds on registers, two for each, by so many threads at once.</summary>
    public double Operations(int threads)
    {
        if (!_multiplyAdds.TryGetValue(threads, out Fastest? known)) _multiplyAdds[threads] = known = new(() => Together(threads, _ => MultiplyAdds(MultiplyAddTurns)));
        return 2.0 * Chains * Vector<float>.Count * MultiplyAddTurns * threads / known.Seconds;
    }

    /// <summary>Seconds of a multiply-add that waits for the one before.</summary>
    public double MultiplyAddLatency => _chain.Seconds / ChainTurns;

    /// <summary>Bytes per second that so many threads read at once, each over and over from <paramref name="bytesPerThread"/> bytes of its own.</summary>
    public double Bandwidth(long bytesPerThread, int threads)
    {
        int blocks = (int)(bytesPerThread / BlockBytes), repeats = (int)Math.Max(2, 400_000_000 / bytesPerThread);
        if (!_reads.TryGetValue((bytesPerThread, threads), out Fastest? known)) _reads[(bytesPerThread, threads)] = known = new(() => Reading(blocks, repeats, threads));
        return (double)blocks * BlockBytes * repeats * threads / known.Seconds;
    }

    /// <summary>One more try of everything that has been asked for.</summary>
    public void TryAgain()
    {
        foreach (Fastest one in (IEnumerable<Fastest>)[.. _multiplyAdds.Values, .. _reads.Values, _chain]) one.TryAgain();
    }

    private static double Reading(int blocks, int repeats, int threads)
    {
        nint[] memory = [.. Enumerable.Range(0, threads).Select(_ => Allocate((long)blocks * BlockBytes))];
        double seconds = Together(threads, thread => Read(memory[thread], blocks, repeats));
        foreach (nint one in memory) Free(one);
        return seconds;
    }

    /// <summary>Independent chains: two units of a latency of four or five cycles need eight to ten, and twelve still fit sixteen registers.</summary>
    private const int Chains = 12;

    private static int BlockBytes => 8 * 4 * Vector<float>.Count;

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float MultiplyAddChain(int iterations)
    {
        Vector<float> a = new(0.999f), b = new(0.001f), c = default;
        for (int i = 0; i < iterations; i++) c = Vector.FusedMultiplyAdd(c, a, b);
        return Vector.Sum(c);
    }

    /// <summary>Adds up eight vectors per turn, so that loads, not additions, are the limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe float Read(nint memory, int blocks, int repeats)
    {
        int width = Vector<float>.Count;
        Vector<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            float* at = (float*)memory;
            for (int block = 0; block < blocks; block++, at += 8 * width)
            {
                s0 += Vector.Load(at);
                s1 += Vector.Load(at + width);
                s2 += Vector.Load(at + 2 * width);
                s3 += Vector.Load(at + 3 * width);
                s4 += Vector.Load(at + 4 * width);
                s5 += Vector.Load(at + 5 * width);
                s6 += Vector.Load(at + 6 * width);
                s7 += Vector.Load(at + 7 * width);
            }
        }
        return Vector.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7);
    }

    private static unsafe nint Allocate(long bytes)
    {
        void* memory = NativeMemory.AlignedAlloc((nuint)bytes, 64);
        // Written, so that every page is really there: pages never written to may all be the same one.
        new Span<byte>(memory, checked((int)bytes)).Fill(1);
        return (nint)memory;
    }

    private static unsafe void Free(nint memory) => NativeMemory.AlignedFree((void*)memory);

    /// <summary>Seconds from the start of the first thread to the end of the last, by the threads' own clocks: this one may be late to see either.</summary>
    private static double Together(int threads, Func<int, float> work)
    {
        float[] sums = new float[threads];
        long[] began = new long[threads], ended = new long[threads];
        using Barrier start = new(threads);
        Thread[] running = [.. Enumerable.Range(0, threads).Select(index => new Thread(() =>
        {
            start.SignalAndWait();
            began[index] = Stopwatch.GetTimestamp();
            sums[index] = work(index);
            ended[index] = Stopwatch.GetTimestamp();
        }))];
        foreach (Thread thread in running) thread.Start();
        foreach (Thread thread in running) thread.Join();
        return Stopwatch.GetElapsedTime(began.Min(), ended.Max()).TotalSeconds;
    }
}
