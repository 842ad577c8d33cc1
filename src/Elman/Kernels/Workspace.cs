using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Elman.Kernels;

/// <summary>Buffers that are rented for one computation. Their values are undefined at first.</summary>
/// <param name="limit">Bytes that may be rented at once.</param>
internal sealed class Workspace(long limit = long.MaxValue)
{
    /// <summary>
    /// From 16 KB on buffers are not of 2ⁿ values, as <see cref="ArrayPool{T}"/> has them, but at most an eighth too large, and begin with a cache line. To find a smaller
    /// one here would take longer than it can gain.
    /// </summary>
    private const int Large = 1 << 12;

    private static readonly IdlePool<float[]> Idle = new();

    private readonly List<float[]> _buffers = [];
    private long _rented;

    /// <summary>Bytes that a buffer [rows, size] takes.</summary>
    public static long Bytes(int rows, int size)
    {
        long count = (long)rows * size;
        return count == 0 ? 0 : RoundUp(count) * sizeof(float);
    }

    /// <summary>A buffer [rows, size].</summary>
    /// <exception cref="ElmanException">It is larger than an array can be.</exception>
    /// <exception cref="InvalidOperationException">The limit does not allow it.</exception>
    public Memory<float> Rent(int rows, int size)
    {
        long count = (long)rows * size;
        if (count == 0) return default;
        if (count > Array.MaxLength - AlignedArray.Slack) throw new ElmanException($"{rows} time steps with {size} values each are more than fit into one buffer; use smaller batches or shorter sequences");
        int length = (int)RoundUp(count);
        long bytes = length * (long)sizeof(float);
        if (_rented + bytes > limit) throw new InvalidOperationException($"{_rented + bytes} bytes are needed, where {limit} were planned");
        _rented += bytes;
        bool large = length > Large;
        float[] buffer = large ? Idle.Take(length) ?? AlignedArray.Allocate(length - AlignedArray.Slack).Array! : ArrayPool<float>.Shared.Rent(length);
        _buffers.Add(buffer);
        return buffer.AsMemory(large ? AlignedArray.First(buffer) : 0, (int)count);
    }

    /// <summary>Gives one buffer back; memory that was not rented here is left alone.</summary>
    public void Return(Memory<float> buffer)
    {
        if (MemoryMarshal.TryGetArray<float>(buffer, out ArraySegment<float> segment) && _buffers.Remove(segment.Array!)) Release(segment.Array!);
    }

    /// <summary>Gives all buffers back; whoever drops a workspace without that leaves them to the garbage collector.</summary>
    public void Return()
    {
        foreach (float[] buffer in _buffers) Release(buffer);
        _buffers.Clear();
    }

    private void Release(float[] buffer)
    {
        _rented -= buffer.Length * (long)sizeof(float);
        if (buffer.Length <= Large) ArrayPool<float>.Shared.Return(buffer);
        else Idle.Give(buffer.Length, buffer);
    }

    private static long RoundUp(long count)
    {
        long power = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(count, 16));
        if (count < Large) return power;
        long step = power / 16, needed = count + AlignedArray.Slack;
        return Math.Min((needed + step - 1) / step * step, Math.Max(needed, Array.MaxLength));
    }
}
