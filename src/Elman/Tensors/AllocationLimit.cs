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
    private readonly string? _reason;
    private long _left;

    private AllocationLimit(long values, string? reason) => (_outer, _values, _left, _reason) = (_current, values, values, reason);

    /// <summary>Whether one is open on this thread.</summary>
    public static bool IsOpen => _current is not null;

    /// <summary>Opens a limit; the innermost counts.</summary>
    /// <param name="values">The values.</param>
    /// <param name="reason">What is said where they do not suffice; that the file holds no more if null.</param>
    public static AllocationLimit Of(long values, string? reason = null) => _current = new AllocationLimit(values, reason);

    /// <summary>Values that may yet be made; below zero if one was too many.</summary>
    public long Left => _left;

    /// <summary>Counts a tensor that is about to be allocated.</summary>
    /// <exception cref="InvalidOperationException">It would exceed the open limit.</exception>
    public static void Count(Shape shape)
    {
        if (_current is not { } limit) return;
        limit._left -= shape.Count;
        if (limit._left < 0) throw limit.Exceeded(shape);
    }

    /// <summary>Counts work that makes no tensor, such as a step of a graph or numbers that it reads, by what it is worth in values.</summary>
    /// <exception cref="InvalidOperationException">It would exceed the open limit.</exception>
    public static void Count(long values)
    {
        if (_current is not { } limit) return;
        limit._left -= values;
        if (limit._left < 0) throw limit.Exceeded(null);
    }

    /// <summary>Makes sure that there is room for a shape, before something else than a tensor is made that large.</summary>
    /// <exception cref="InvalidOperationException">It would exceed the open limit.</exception>
    public static void Require(Shape shape)
    {
        if (_current is { } limit && shape.Count > limit._left) throw limit.Exceeded(shape);
    }

    private InvalidOperationException Exceeded(Shape? shape) => new(_reason is null
        ? $"a tensor of shape {shape} brings the network above the {_values} values that the file holds"
        : shape is null ? _reason : $"{_reason} (a tensor of shape {shape})");

    /// <inheritdoc/>
    public void Dispose() => _current = _outer;
}
