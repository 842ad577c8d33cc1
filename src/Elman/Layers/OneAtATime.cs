using System.Diagnostics.CodeAnalysis;

namespace Elman;

/// <summary>
/// A count of what is done by one thread at a time, by whichever. A second one that comes is told so, instead of both leaving a state that neither made. While a thread is
/// inside the count is held as its complement, so that it takes no more room than a count.
/// </summary>
internal struct OneAtATime
{
    private long _count;

    /// <summary>The count, at least 0; set by the thread that is inside.</summary>
    public long Count
    {
        readonly get => _count < 0 ? ~_count : _count;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _count = _count < 0 ? ~value : value;
        }
    }

    /// <summary>A thread begins; it is inside until it disposes what it gets.</summary>
    /// <exception cref="InvalidOperationException">Another is inside.</exception>
    [UnscopedRef]
    public Turn Enter()
    {
        if (!TryEnter()) throw InUse();
        return new Turn(ref _count);
    }

    /// <summary>A thread begins, if no other is inside; it must <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        long count = Volatile.Read(ref _count);
        return count >= 0 && Interlocked.CompareExchange(ref _count, ~count, count) == count;
    }

    /// <summary>The thread that entered is done.</summary>
    public void Leave() => Volatile.Write(ref _count, ~_count);

    /// <summary>The same, and one thing more was done.</summary>
    public void LeaveCounted() => Volatile.Write(ref _count, ~_count + 1);

    public static InvalidOperationException InUse() =>
        new("the stream is being used by another thread: one at a time may; give each a Fork() or a stream of its own");

    /// <summary>A thread's time inside.</summary>
    public readonly ref struct Turn(ref long count)
    {
        private readonly ref long _count = ref count;

        public void Dispose() => Volatile.Write(ref _count, ~_count);
    }
}
