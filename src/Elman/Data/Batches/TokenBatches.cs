namespace Elman;

/// <summary>Sequences of token indices of different lengths side by side.</summary>
/// <param name="Tokens">The indices [N, L], row-major; <see cref="Vocabulary.Padding"/> past a sequence's length.</param>
/// <param name="Lengths">The valid tokens of each sequence [N]; L is the largest of them.</param>
/// <param name="Indices">Which sequences these are [N]: look their labels up with it.</param>
public sealed record TokenBatch(int[] Tokens, int[] Lengths, int[] Indices)
{
    /// <summary>The number of sequences N.</summary>
    public int Count => Lengths.Length;

    /// <summary>The longest sequence's tokens L.</summary>
    public int Length => Lengths.Append(0).Max();

    /// <summary>All of some sequences, in their order.</summary>
    /// <param name="sequences">The sequences, each [L_i] indices; L_i may be zero.</param>
    public static TokenBatch Of(IReadOnlyList<ReadOnlyMemory<int>> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        return Of(sequences, [.. Enumerable.Range(0, sequences.Count)]);
    }

    internal static TokenBatch Of(IReadOnlyList<ReadOnlyMemory<int>> sequences, int[] indices)
    {
        (int[] tokens, int[] lengths) = RaggedRows.SideBySide(sequences, indices, features: 1);
        return new TokenBatch(tokens, lengths, indices);
    }
}

/// <summary>
/// Draws batches from sequences of token indices, as <see cref="SequenceBatches"/> does from sequences of values: batch mates of similar
/// length, each epoch in a new order
/// that depends only on the seed and the epoch.
/// </summary>
public sealed class TokenBatches
{
    private readonly IReadOnlyList<ReadOnlyMemory<int>> _sequences;
    private readonly int[] _lengths;
    private readonly ulong _seed;

    /// <summary>Creates the source of batches.</summary>
    /// <param name="sequences">The sequences, each [L_i] indices of a <see cref="Vocabulary"/>; L_i may be zero.</param>
    /// <param name="batchSize">Sequences in a batch N; one batch of an epoch may be smaller.</param>
    /// <param name="seed">Fixes the order.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is not positive.</exception>
    public TokenBatches(IReadOnlyList<ReadOnlyMemory<int>> sequences, int batchSize, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        (_sequences, BatchSize, _seed) = (sequences, batchSize, seed);
        _lengths = [.. sequences.Select(sequence => sequence.Length)];
    }

    /// <summary>Sequences in a batch N; one batch of an epoch may be smaller.</summary>
    public int BatchSize { get; }

    /// <summary>Batches in an epoch.</summary>
    public int Count => (int)(((long)_sequences.Count + BatchSize - 1) / BatchSize);

    /// <summary>All sequences once, in the order of that epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    public IEnumerable<TokenBatch> Epoch(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        return EpochShuffle.ByLength(_lengths, BatchSize, _seed, epoch).Select(Gather);
    }

    /// <summary>Puts some sequences side by side.</summary>
    /// <param name="indices">Which sequences [N].</param>
    public TokenBatch Gather(params int[] indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        return TokenBatch.Of(_sequences, indices);
    }
}
