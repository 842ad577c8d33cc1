namespace Elman;

/// <summary>The random numbers that order the examples of an epoch: a function of (seed, epoch).</summary>
internal static class EpochShuffle
{
    /// <summary>Tells them from those that the same seed gives to weights and dropout: "SHUF".</summary>
    private const ulong Purpose = 0x5348_5546ul << 32;

    private const int PoolBatches = 32;

    /// <summary>The numbers of an epoch, counted from 0.</summary>
    public static RandomStream Of(ulong seed, int epoch) => new(seed, Purpose | (uint)epoch);

    /// <summary>0 … count−1 in random order.</summary>
    public static int[] Order(RandomStream random, int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle<int>(order);
        return order;
    }

    /// <summary>
    /// All numbers once, in batches of similar length: sorted within random pools of some batches, enough to pair lengths, few enough to mix; the batches
    /// in random order.
    /// </summary>
    public static int[][] ByLength(IReadOnlyList<int> lengths, int batchSize, ulong seed, int epoch)
    {
        RandomStream random = Of(seed, epoch);
        int[] order = Order(random, lengths.Count);
        int pool = (int)Math.Min((long)PoolBatches * batchSize, int.MaxValue);
        int[][] batches = [.. order.Chunk(pool).SelectMany(mates => mates.OrderBy(i => lengths[i])).Chunk(batchSize)];
        random.Shuffle(batches.AsSpan());
        return batches;
    }
}
