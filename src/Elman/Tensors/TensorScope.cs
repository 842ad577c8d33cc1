namespace Elman;

/// <summary>
/// Lends buffers to every tensor that its thread computes while it is open, and takes them back at its end, so that a
/// repeated training step allocates no arrays. Tensors made inside must not be used afterwards, except clones. The buffers serve
/// the next scope, of whatever thread; those that no scope has needed for a while are let go.
/// </summary>
/// <remarks>It belongs to the stack of its thread: the compiler refuses one that is held over an <c>await</c>, behind which another thread may go on.</remarks>
/// <example><code>using (TensorScope.Begin()) { loss = criterion(model.Forward(x), y); loss.Backward(); }</code></example>
public readonly ref struct TensorScope
{
    private readonly LentBuffers? _lent;
    private readonly long _number;

    private TensorScope(LentBuffers lent, long number) => (_lent, _number) = (lent, number);

    /// <summary>Opens a scope on the current thread, inside the one that may already be open.</summary>
    public static TensorScope Begin()
    {
        LentBuffers lent = LentBuffers.Current ?? LentBuffers.Take();
        return new(lent, lent.Begin());
    }

    /// <summary>Takes all buffers back, those of scopes inside that were not ended too. To be called once; again, it does nothing.</summary>
    public void Dispose()
    {
        if (_lent is not null && _lent == LentBuffers.Current) _lent.End(_number);
    }
}
