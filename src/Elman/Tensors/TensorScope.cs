using System.Buffers;

namespace Elman;

/// <summary>
/// Lends buffers to every tensor that its thread computes while it is open, and takes them back at its end, so that a
/// repeated training step allocates no arrays. Tensors made inside must not be used afterwards, except clones.
/// </summary>
/// <example><code>using (TensorScope.Begin()) { loss = criterion(model.Forward(x), y); loss.Backward(); }</code></example>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    private static TensorScope? _current;

    private readonly List<float[]> _buffers = [];
    private readonly List<Tensor> _tensors = [];
    private TensorScope? _outer;

    private TensorScope() { }

    internal static TensorScope? Current => _current;

    /// <summary>Opens a scope on the current thread, inside the one that may already be open.</summary>
    public static TensorScope Begin() => _current = new TensorScope { _outer = _current };

    /// <summary>Takes all buffers back. Must be called on the thread that opened the scope, innermost first.</summary>
    /// <exception cref="InvalidOperationException">A scope that was opened later is still open, or another thread calls.</exception>
    public void Dispose()
    {
        if (_buffers.Count == 0 && _tensors.Count == 0 && _current != this) return;
        if (_current != this) throw new InvalidOperationException("tensor scopes end on the thread that opened them, innermost first");
        _current = _outer;
        foreach (Tensor tensor in _tensors) tensor.Release();
        foreach (float[] buffer in _buffers) ArrayPool<float>.Shared.Return(buffer);
        _tensors.Clear();
        _buffers.Clear();
    }

    internal Memory<float> Rent(int count)
    {
        float[] buffer = ArrayPool<float>.Shared.Rent(count);
        _buffers.Add(buffer);
        return buffer.AsMemory(0, count);
    }

    internal void Own(Tensor tensor) => _tensors.Add(tensor);
}
