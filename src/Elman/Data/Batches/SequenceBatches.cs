namespace Elman;

/// <summary>Sequences of different lengths side by side.</summary>
/// <param name="Inputs">The steps [N, L, I], row-major; zero past a sequence's length.</param>
/// <param name="Lengths">The valid steps of each sequence [N]; L is the largest of them.</param>
/// <param name="Indices">Which sequences these are [N]: look their labels up with it.</param>
public sealed record SequenceBatch(float[] Inputs, int[] Lengths, int[] Indices)
{
    /// <summary>The number of sequences N.</summary>
    public int Count => Lengths.Length;

    /// <summary>The longest sequence's steps L.</summary>
    public int Length => Lengths.Append(0).Max();
}

/// <summary>
/// Draws batches from sequences of different lengths, each epoch in a new order that depends only on the seed and the epoch. Batch
/// mates are of similar length, so that little memory is spent on padding and threads finish together.
/// </summary>
public sealed class SequenceBatches
{
    private readonly IReadOnlyList<ReadOnlyMemory<float>> _sequences;
    private readonly int[] _lengths;
    private readonly ulong _seed;

    /// <summary>Creates the source of batches.</summary>
    /// <param name="sequences">The sequences, each [L_i, I] row-major; L_i may be zero.</param>
    /// <param name="features">Values of a step I.</param>
    /// <param name="batchSize">Sequences in a batch N; one batch of an epoch may be smaller.</param>
    /// <param name="seed">Fixes the order.</param>
    /// <exception cref="ArgumentException">A sequence is no whole number of steps.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Features or batch size are not positive.</exception>
    public SequenceBatches(IReadOnlyList<ReadOnlyMemory<float>> sequences, int features, int batchSize, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(features);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        for (int i = 0; i < sequences.Count; i++)
        {
            if (sequences[i].Length % features != 0)
                throw new ArgumentException($"sequence {i} has {sequences[i].Length} values, no multiple of the {features} that a step has", nameof(sequences));
        }

        (_sequences, Features, BatchSize, _seed) = (sequences, features, batchSize, seed);
        _lengths = [.. sequences.Select(sequence => sequence.Length / features)];
    }

    /// <summary>Values of a step I.</summary>
    public int Features { get; }

    /// <summary>Sequences in a batch N; one batch of an epoch may be smaller.</summary>
    public int BatchSize { get; }

    /// <summary>Batches in an epoch.</summary>
    public int Count => (int)(((long)_sequences.Count + BatchSize - 1) / BatchSize);

    /// <summary>All sequences once, in the order of that epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    public IEnumerable<SequenceBatch> Epoch(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        return EpochShuffle.ByLength(_lengths, BatchSize, _seed, epoch).Select(Gather);
    }

    /// <summary>Puts some sequences side by side.</summary>
    /// <param name="indices">Which sequences [N].</param>
    public SequenceBatch Gather(params int[] indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        (float[] inputs, int[] lengths) = RaggedRows.SideBySide(_sequences, indices, Features);
        return new SequenceBatch(inputs, lengths, indices);
    }
}
