using System.Numerics;

namespace Elman;

/// <summary>
/// Lends buffers to every tensor that its thread computes while it is open, and takes them back at its end, so that a
/// repeated training step allocates no arrays. Tensors made inside must not be used afterwards, except clones. The thread keeps
/// the buffers for its next scope.
/// </summary>
/// <example><code>using (TensorScope.Begin()) { loss = criterion(model.Forward(x), y); loss.Backward(); }</code></example>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    private static TensorScope? _current;

    /// <summary>Idle buffers of 2ⁿ values. <c>ArrayPool</c> drops all but a few of each size; a step may need hundreds.</summary>
    [ThreadStatic]
    private static Stack<float[]>?[]? _idle;

    private readonly List<float[]> _buffers = [];
    private readonly List<Tensor> _tensors = [];
    private readonly TensorScope? _outer = _current;
    private bool _ended;

    private TensorScope() { }

    internal static TensorScope? Current => _current;

    /// <summary>Opens a scope on the current thread, inside the one that may already be open.</summary>
    public static TensorScope Begin() => _current = new TensorScope();

    /// <summary>Takes all buffers back. Must be called on the thread that opened the scope, innermost first.</summary>
    /// <exception cref="InvalidOperationException">A scope that was opened later is still open, or another thread calls.</exception>
    public void Dispose()
    {
        if (_ended) return;
        if (_current != this) throw new InvalidOperationException("tensor scopes end on the thread that opened them, innermost first");
        _ended = true;
        _current = _outer;
        foreach (Tensor tensor in _tensors) tensor.Release();
        foreach (float[] buffer in _buffers) Idle(buffer.Length).Push(buffer);
        _tensors.Clear();
        _buffers.Clear();
    }

    internal Memory<float> Rent(int count)
    {
        if (count == 0) return default;
        int size = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)Math.Max(count, 16)), (uint)Array.MaxLength);
        if (!Idle(size).TryPop(out float[]? buffer)) buffer = GC.AllocateUninitializedArray<float>(size);
        _buffers.Add(buffer);
        return buffer.AsMemory(0, count);
    }

    internal void Own(Tensor tensor) => _tensors.Add(tensor);

    private static Stack<float[]> Idle(int size)
    {
        _idle ??= new Stack<float[]>?[33];
        return _idle[BitOperations.Log2((uint)size - 1) + 1] ??= [];
    }
}
