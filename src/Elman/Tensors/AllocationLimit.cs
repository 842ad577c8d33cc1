namespace Elman;

/// <summary>
/// While it is open, the tensors made on this thread may hold only so many values in all. Whoever builds a network from a file's
/// description limits it to what the file holds: sizes that lie then cost nothing.
/// </summary>
internal sealed class AllocationLimit : IDisposable
{
    [ThreadStatic]
    private static AllocationLimit? _current;

    private readonly AllocationLimit? _outer;
    private readonly long _values;
    private long _left;

    private AllocationLimit(long values) => (_outer, _values, _left) = (_current, values, values);

    /// <summary>Opens a limit; the innermost counts.</summary>
    public static AllocationLimit Of(long values) => _current = new AllocationLimit(values);

    /// <summary>Counts a tensor that is about to be allocated.</summary>
    /// <exception cref="InvalidOperationException">It would exceed the open limit.</exception>
    public static void Count(Shape shape)
    {
        if (_current is not { } limit) return;
        limit._left -= shape.Count;
        if (limit._left < 0) throw new InvalidOperationException($"a tensor of shape {shape} brings the network above the {limit._values} values that the file holds");
    }

    /// <inheritdoc/>
    public void Dispose() => _current = _outer;
}
