using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Elman.Peers;

/// <summary>Memory that is there to be read.</summary>
internal sealed class WorkingSet
{
    private readonly float[] _values;
    private readonly int _blocks;

    /// <param name="bytes">Rounded down to blocks of eight vectors.</param>
    public WorkingSet(long bytes)
    {
        _blocks = (int)(bytes / BlockBytes);
        _values = GC.AllocateUninitializedArray<float>(checked((_blocks + 1) * 8 * Vector<float>.Count), pinned: true);
        // Written, so that every page is really there: pages never written to may all be the same one.
        _values.AsSpan().Fill(1e-3f);
    }

    /// <summary>Bytes of eight vectors.</summary>
    public static int BlockBytes => 8 * 4 * Vector<float>.Count;

    /// <summary>Reads all of it some times, eight vectors per turn, so that loads and not additions are the limit.</summary>
    /// <param name="alternately">Whether every other pass goes from the end to the start, which finds in a smaller cache what was read last.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe float Read(int passes, bool alternately)
    {
        int width = Vector<float>.Count;
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0);
        float* first = (float*)((address + 63) & ~(nint)63);
        Vector<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int pass = 0; pass < passes; pass++)
        {
            bool fromEnd = alternately && pass % 2 != 0;
            float* at = fromEnd ? first + (_blocks - 1) * 8 * width : first;
            nint next = fromEnd ? -8 * width : 8 * width;
            for (int block = 0; block < _blocks; block++, at += next)
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
}
