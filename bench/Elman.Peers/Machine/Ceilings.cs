using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    /// <summary>One more try of everything that has been asked for.</summary>
    public void TryAgain()
    {
        foreach (Fastest one in (IEnumerable<Fastest>)[.. _multiplyAdds.Values, .. _reads.Values]) one.TryAgain();
    }

    /// <summary>Independent chains: two units of a latency of four or five cycles need eight to ten, and twelve still fit sixteen registers.</summary>
    private const int Chains = 12;

    /// <summary>In the widest vectors that Elman's products take.</summary>
    private static int Lanes => Vector512.IsHardwareAccelerated ? Vector512<float>.Count : Vector<float>.Count;

    private static float MultiplyAdds(int iterations) =>
        Vector512.IsHardwareAccelerated ? Vector512.Sum(MultiplyAdds<Vector512<float>, Wide>(iterations)) : Vector.Sum(MultiplyAdds<Vector<float>, Usual>(iterations));

    private interface IVectors<TVector>
    {
        static abstract TVector Of(float value);

        static abstract TVector MultiplyAdd(TVector x, TVector y, TVector z);
    }

    private readonly struct Usual : IVectors<Vector<float>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Of(float value) => new(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> MultiplyAdd(Vector<float> x, Vector<float> y, Vector<float> z) => Vector.FusedMultiplyAdd(x, y, z);
    }

    private readonly struct Wide : IVectors<Vector512<float>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Of(float value) => Vector512.Create(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> MultiplyAdd(Vector512<float> x, Vector512<float> y, Vector512<float> z) => Vector512.FusedMultiplyAdd(x, y, z);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TVector MultiplyAdds<TVector, TVectors>(int iterations) where TVector : struct where TVectors : struct, IVectors<TVector>
    {
        TVector a = TVectors.Of(0.999f), b = TVectors.Of(0.001f);
        TVector c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < iterations; i++)
        {
            c0 = TVectors.MultiplyAdd(c0, a, b);
            c1 = TVectors.MultiplyAdd(c1, a, b);
            c2 = TVectors.MultiplyAdd(c2, a, b);
            c3 = TVectors.MultiplyAdd(c3, a, b);
            c4 = TVectors.MultiplyAdd(c4, a, b);
            c5 = TVectors.MultiplyAdd(c5, a, b);
            c6 = TVectors.MultiplyAdd(c6, a, b);
            c7 = TVectors.MultiplyAdd(c7, a, b);
            c8 = TVectors.MultiplyAdd(c8, a, b);
            c9 = TVectors.MultiplyAdd(c9, a, b);
            c10 = TVectors.MultiplyAdd(c10, a, b);
            c11 = TVectors.MultiplyAdd(c11, a, b);
        }
        c0 = TVectors.MultiplyAdd(c0, c1, c2);
        c3 = TVectors.MultiplyAdd(c3, c4, c5);
        c6 = TVectors.MultiplyAdd(c6, c7, c8);
        c9 = TVectors.MultiplyAdd(c9, c10, c11);
        return TVectors.MultiplyAdd(TVectors.MultiplyAdd(c0, c3, c6), a, c9);
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
