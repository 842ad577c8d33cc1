using System.Buffers;

namespace Elman.Kernels;

/// <summary>Buffers that are rented for one computation and go back together. Their values are undefined at first.</summary>
internal sealed class Workspace
{
    private readonly List<float[]> _buffers = [];

    public Memory<float> Rent(int count)
    {
        if (count == 0) return default;
        float[] buffer = ArrayPool<float>.Shared.Rent(count);
        _buffers.Add(buffer);
        return buffer.AsMemory(0, count);
    }

    /// <summary>Gives all buffers back; whoever drops a workspace without that leaves them to the garbage collector.</summary>
    public void Return()
    {
        foreach (float[] buffer in _buffers) ArrayPool<float>.Shared.Return(buffer);
        _buffers.Clear();
    }
}
