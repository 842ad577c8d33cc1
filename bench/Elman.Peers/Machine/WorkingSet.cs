using System.Runtime.CompilerServices;
using Elman.Kernels;

namespace Elman.Peers;

/// <summary>Memory that is there to be read.</summary>
internal sealed class WorkingSet
{
    private readonly ArraySegment<float> _values;
    private readonly int _blocks;

    /// <param name="bytes">Rounded down to blocks of eight vectors.</param>
    public WorkingSet(long bytes)
    {
        _blocks = (int)(bytes / BlockBytes);
        _values = AlignedArray.Allocate(checked((int)((_blocks + 1L) * BlockBytes / sizeof(float))));
        // Written, so that every page is really there: pages never written to may all be the same one.
        _values.AsSpan().Fill(1e-3f);
    }

    /// <summary>Bytes of eight vectors.</summary>
    public static int BlockBytes => 8 * sizeof(float) * (WideVector.IsSupported ? WideVector.Count : UsualVector.Count);

    /// <summary>Reads all of it some times, eight vectors per turn, so that loads and not additions are the limit.</summary>
    /// <param name="alternately">Whether every other pass goes from the end to the start, which finds in a smaller cache what was read last.</param>
    public float Read(int passes, bool alternately) => Read(0, passes, alternately);

    /// <summary>The same by one of several threads, which meet after each pass.</summary>
    public float Read(int passes, bool alternately, Meeting meeting, int thread)
    {
        float sum = 0;
        for (int pass = 0; pass < passes; pass++)
        {
            sum += Read(pass, pass + 1, alternately);
            meeting.Wait(thread, pass + 1);
        }
        return sum;
    }

    private float Read(int first, int end, bool alternately) => WideVector.IsSupported ? Read<WideVector>(first, end, alternately) : Read<UsualVector>(first, end, alternately);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Read<V>(int firstPass, int endPass, bool alternately)
        where V : struct, IVector<V>
    {
        nint width = V.Count;
        ref float first = ref _values.AsSpan()[0];
        V s0 = V.Zero, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        for (int pass = firstPass; pass < endPass; pass++)
        {
            bool fromEnd = alternately && pass % 2 != 0;
            ref float at = ref fromEnd ? ref Unsafe.Add(ref first, (_blocks - 1) * 8 * width) : ref first;
            nint next = fromEnd ? -8 * width : 8 * width;
            for (int block = 0; block < _blocks; block++, at = ref Unsafe.Add(ref at, next))
            {
                s0 += V.Load(ref at, 0);
                s1 += V.Load(ref at, width);
                s2 += V.Load(ref at, 2 * width);
                s3 += V.Load(ref at, 3 * width);
                s4 += V.Load(ref at, 4 * width);
                s5 += V.Load(ref at, 5 * width);
                s6 += V.Load(ref at, 6 * width);
                s7 += V.Load(ref at, 7 * width);
            }
        }
        return Ceilings.First(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7);
    }
}
