using System.Runtime.CompilerServices;

namespace Elman.Kernels;

/// <summary>What the steps of streams work in: one buffer for each thread, which grows to what the largest of its steps needs.</summary>
internal static class StepWorkspace
{
    [ThreadStatic]
    private static float[]? _buffer;

    /// <summary>The thread's buffer, pinned, with at least so many values from its first cache line on (<see cref="AlignedArray.First"/>). Until it is given back the thread has none, so that a step
    /// inside a step takes another one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float[] Take(int size)
    {
        ref float[]? own = ref _buffer;
        float[]? buffer = own;
        own = null;
        return buffer is not null && buffer.Length >= size + AlignedArray.Slack ? buffer : AlignedArray.Allocate(size).Array!;
    }

    /// <summary>Gives the buffer back. Where a step throws it is not: the next one makes another.</summary>
    public static void Return(float[] buffer) => _buffer = buffer;
}
