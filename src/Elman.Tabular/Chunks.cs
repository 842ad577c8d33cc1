namespace Elman.Tabular;

/// <summary>
/// Values that come one by one, in pieces of one size: growing never copies what is there, and at the end only one column at a time stands twice.
/// </summary>
internal sealed class Chunks<T>
{
    private const int Size = 8192;

    private readonly List<T[]> _full = [];
    private T[] _current = new T[Size];
    private int _used;

    public int Count => _full.Count * Size + _used;

    public void Add(T value)
    {
        if (_used == Size)
        {
            _full.Add(_current);
            (_current, _used) = (new T[Size], 0);
        }

        _current[_used++] = value;
    }

    /// <summary>The values as one array.</summary>
    public T[] ToArray()
    {
        T[] all = new T[Count];
        for (int i = 0; i < _full.Count; i++)
            _full[i].CopyTo(all, i * Size);
        _current.AsSpan(0, _used).CopyTo(all.AsSpan(_full.Count * Size));
        return all;
    }
}
