namespace Elman.Kernels;

/// <summary>
/// Buffers that wait for their next use, by size. Every full garbage collection lets go of those that nobody has taken since the one
/// before, so that a large computation does not hold its memory for ever.
/// </summary>
internal sealed class IdlePool<T>
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, List<(T Buffer, int Age)>> _idle = [];
    private int _age;

    public IdlePool() => _ = new Collector(this);

    /// <summary>A buffer that was given back with this size, or null.</summary>
    public T? Take(int size)
    {
        lock (_lock)
        {
            if (!_idle.TryGetValue(size, out List<(T Buffer, int Age)>? buffers) || buffers.Count == 0) return null;
            T last = buffers[^1].Buffer;
            buffers.RemoveAt(buffers.Count - 1);
            return last;
        }
    }

    /// <summary>Leaves a buffer to whoever asks for this size next.</summary>
    public void Give(int size, T buffer)
    {
        lock (_lock)
        {
            if (!_idle.TryGetValue(size, out List<(T Buffer, int Age)>? buffers)) _idle.Add(size, buffers = []);
            buffers.Add((buffer, _age));
        }
    }

    /// <summary>Drops what has lain here since the last call of this method.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            foreach (List<(T Buffer, int Age)> buffers in _idle.Values) buffers.RemoveAll(idle => idle.Age < _age);
            _age++;
        }
    }

    /// <summary>Never referenced, so that each collection of its generation, from some time on the oldest, runs its finalizer.</summary>
    private sealed class Collector(IdlePool<T> pool)
    {
        ~Collector()
        {
            if (GC.GetGeneration(this) == GC.MaxGeneration) pool.Trim();
            if (!Environment.HasShutdownStarted) GC.ReRegisterForFinalize(this);
        }
    }
}
