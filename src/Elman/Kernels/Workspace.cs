using System.Buffers;

namespace Elman.Kernels;

/// <summary>Buffers that are rented for one computation and go back together. Their values are undefined at first.</summary>
internal sealed class Workspace
{
    private readonly List<float[]> _buffers = [];

    /// <summary>A buffer [rows, size].</summary>
    /// <exception cref="ElmanException">It is larger than an array can be.</exception>
    public Memory<float> Rent(int rows, int size)
    {
        long count = (long)rows * size;
        if (count == 0) return default;
        if (count > Array.MaxLength) throw new ElmanException($"{rows} time steps with {size} values each are more than fit into one buffer; use smaller batches or shorter sequences");
        float[] buffer = ArrayPool<float>.Shared.Rent((int)count);
        _buffers.Add(buffer);
        return buffer.AsMemory(0, (int)count);
    }

    /// <summary>Gives all buffers back; whoever drops a workspace without that leaves them to the garbage collector.</summary>
    public void Return()
    {
        foreach (float[] buffer in _buffers) ArrayPool<float>.Shared.Return(buffer);
        _buffers.Clear();
    }
}
