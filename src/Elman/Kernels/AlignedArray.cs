using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Elman.Kernels;

/// <summary>Pinned arrays, in which a place that begins a cache line stays one: a vector there never lies across two lines.</summary>
internal static class AlignedArray
{
    /// <summary>Values by which an array must be longer than what is to begin with a cache line.</summary>
    public const int Slack = LineSize / sizeof(float);

    private const int LineSize = 64;

    /// <summary>So many values, undefined at first, that begin with a cache line.</summary>
    public static ArraySegment<float> Allocate(int count)
    {
        float[] array = GC.AllocateUninitializedArray<float>(checked(count + Slack), pinned: true);
        return new(array, First(array), count);
    }

    /// <summary>The first value of a pinned array that begins a cache line: as <see cref="First"/>, in a few instructions, which count beside those of a small cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref float Start(float[] pinned)
    {
        ref float first = ref MemoryMarshal.GetArrayDataReference(pinned);
        nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<float>(), ref first);
        return ref Unsafe.AddByteOffset(ref first, -address & (LineSize - 1));
    }

    /// <summary>Where in a pinned array the first cache line begins.</summary>
    public static int First(float[] pinned) => (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0) & (LineSize - 1)) / sizeof(float);
}
