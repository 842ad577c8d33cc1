using System.Collections;

namespace Elman;

/// <summary>
/// The batches of every epoch. The same epoch must give the same batches in the same order every time it is asked for: a run that
/// resumes in the middle of an epoch asks again and goes on at its place.
/// </summary>
/// <typeparam name="TBatch">What a loss is computed from in one go.</typeparam>
public sealed class BatchSource<TBatch>
{
    private readonly Func<int, IReadOnlyList<TBatch>> _epoch;
    private readonly Func<int, TBatch, int> _sequences;

    /// <summary>A source from two functions.</summary>
    /// <param name="epoch">The batches of an epoch, counted from 0. A list may make its batches when they are read; see <see cref="BatchSource.Lazy"/>.</param>
    /// <param name="sequences">The number of sequences in a batch: its weight in the mean over the epoch.</param>
    public BatchSource(Func<int, IReadOnlyList<TBatch>> epoch, Func<TBatch, int> sequences)
        : this(epoch, (_, batch) => sequences(batch))
    {
    }

    internal BatchSource(Func<int, IReadOnlyList<TBatch>> epoch, Func<int, TBatch, int> sequences) => (_epoch, _sequences) = (epoch, sequences);

    /// <summary>The batches of an epoch, counted from 0.</summary>
    public IReadOnlyList<TBatch> Epoch(int number) => _epoch(number);

    /// <summary>The number of sequences in the batch at a place of its epoch.</summary>
    internal int Sequences(int place, TBatch batch) => _sequences(place, batch);
}

/// <summary>Makes batch sources.</summary>
public static class BatchSource
{
    /// <summary>
    /// Cuts numbered examples into batches of equal size, in an order that is a function of (seed, epoch); the last batch takes the rest.
    /// </summary>
    /// <param name="count">The number of examples.</param>
    /// <param name="batchSize">Examples in a batch.</param>
    /// <param name="seed">The seed of the order.</param>
    /// <param name="make">Makes a batch of examples from their numbers, when it is read.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public static BatchSource<TBatch> Shuffled<TBatch>(int count, int batchSize, ulong seed, Func<int[], TBatch> make) =>
        Cut(count, batchSize, make, epoch => Order(count, seed, epoch));

    /// <summary>Cuts numbered examples into batches of equal size, in their own order; the last batch takes the rest.</summary>
    /// <inheritdoc cref="Shuffled"/>
    /// <param name="count">The number of examples.</param>
    /// <param name="batchSize">Examples in a batch.</param>
    /// <param name="make">Makes a batch of examples from their numbers, when it is read.</param>
    public static BatchSource<TBatch> InOrder<TBatch>(int count, int batchSize, Func<int[], TBatch> make)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        return Cut(count, batchSize, make, _ => order);
    }

    /// <summary>Batches of sequences of different lengths, batch mates of similar length.</summary>
    /// <param name="batches">The sequences.</param>
    public static BatchSource<SequenceBatch> From(SequenceBatches batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return new BatchSource<SequenceBatch>(epoch => Lazy(batches.Count, batches.Epoch(epoch).ElementAt), batch => batch.Count);
    }

    /// <summary>Batches of token sequences of different lengths, batch mates of similar length.</summary>
    /// <param name="batches">The sequences.</param>
    public static BatchSource<TokenBatch> From(TokenBatches batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return new BatchSource<TokenBatch>(epoch => Lazy(batches.Count, batches.Epoch(epoch).ElementAt), batch => batch.Count);
    }

    /// <summary>
    /// Cuts numbered examples of different lengths into batches of equal size, batch mates of similar length, in an order that is a function of (seed, epoch).
    /// </summary>
    /// <param name="lengths">The length of each example.</param>
    /// <param name="batchSize">Examples in a batch; one batch of an epoch may be smaller.</param>
    /// <param name="seed">The seed of the order.</param>
    /// <param name="make">Makes a batch of examples from their numbers, when it is read.</param>
    /// <param name="sequences">The number of examples in a batch.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no examples, or the batch size is not positive.</exception>
    public static BatchSource<TBatch> ByLength<TBatch>(IReadOnlyList<int> lengths, int batchSize, ulong seed, Func<int[], TBatch> make, Func<TBatch, int> sequences)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        ArgumentNullException.ThrowIfNull(make);
        ArgumentOutOfRangeException.ThrowIfZero(lengths.Count, nameof(lengths));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        return new BatchSource<TBatch>(
            epoch =>
            {
                int[][] batches = EpochShuffle.ByLength(lengths, batchSize, seed, epoch);
                return Lazy(batches.Length, place => make(batches[place]));
            },
            sequences);
    }

    /// <summary>A list that makes an item whenever it is read, and keeps none.</summary>
    /// <param name="count">The number of items.</param>
    /// <param name="make">Makes an item from its place.</param>
    public static IReadOnlyList<TBatch> Lazy<TBatch>(int count, Func<int, TBatch> make) => new LazyList<TBatch>(count, make);

    /// <summary>The numbers 0 … count−1 in the random order of an epoch.</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    public static int[] Order(int count, ulong seed, int epoch) => EpochShuffle.Order(EpochShuffle.Of(seed, epoch), count);

    /// <summary>
    /// For streams longer than a batch: windows of consecutive time steps in their order, for truncated backpropagation through
    /// time (Williams and Peng 1990). Give it to the overload of <see cref="Trainer"/>'s Run whose loss takes and returns a
    /// <see cref="State"/>: the trainer carries the state from each window to the next and cuts the gradient between them.
    /// </summary>
    /// <param name="streams">The number N of streams side by side.</param>
    /// <param name="length">Time steps of each stream.</param>
    /// <param name="steps">Time steps T of a window; the last one may be shorter.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public static BatchSource<StreamWindow> Windows(int streams, int length, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(streams);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        IReadOnlyList<StreamWindow> windows = Lazy((length - 1) / steps + 1, place => new StreamWindow(place * steps, Math.Min(steps, length - place * steps)));
        return new BatchSource<StreamWindow>(_ => windows, (_, _) => streams);
    }

    private static BatchSource<TBatch> Cut<TBatch>(int count, int batchSize, Func<int[], TBatch> make, Func<int, int[]> orderOf)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentNullException.ThrowIfNull(make);
        int batches = (count - 1) / batchSize + 1;
        int Size(int place) => Math.Min(batchSize, count - place * batchSize);
        return new BatchSource<TBatch>(
            epoch =>
            {
                int[] order = orderOf(epoch);
                return Lazy(batches, place => make(order.AsSpan(place * batchSize, Size(place)).ToArray()));
            },
            (place, _) => Size(place));
    }

    private sealed class LazyList<TBatch>(int count, Func<int, TBatch> make) : IReadOnlyList<TBatch>
    {
        public int Count => count;

        public TBatch this[int index] => (uint)index < (uint)count ? make(index) : throw new ArgumentOutOfRangeException(nameof(index), index, $"there are {count} batches");

        public IEnumerator<TBatch> GetEnumerator()
        {
            for (int i = 0; i < count; i++) yield return make(i);
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

/// <summary>Consecutive time steps of streams.</summary>
/// <param name="Start">The first time step.</param>
/// <param name="Length">The number of time steps.</param>
public readonly record struct StreamWindow(int Start, int Length)
{
    /// <summary>The window as a range of time steps, for <see cref="Tensor.Slice"/>.</summary>
    public Range Steps => Start..(Start + Length);
}
