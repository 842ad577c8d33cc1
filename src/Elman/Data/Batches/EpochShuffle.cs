namespace Elman;

/// <summary>The random numbers that order the examples of an epoch: a function of (seed, epoch).</summary>
internal static class EpochShuffle
{
    /// <summary>Tells them from those that the same seed gives to weights and dropout: "SHUF".</summary>
    private const ulong Purpose = 0x5348_5546ul << 32;

    /// <summary>The numbers of an epoch, counted from 0.</summary>
    public static RandomStream Of(ulong seed, int epoch) => new(seed, Purpose | (uint)epoch);

    /// <summary>0 … count−1 in random order.</summary>
    public static int[] Order(RandomStream random, int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle<int>(order);
        return order;
    }
}
