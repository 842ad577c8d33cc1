namespace Elman;

/// <summary>
/// Random numbers one after the other, the same on every machine: the words of <see cref="Kernels.Philox"/> under one key.
/// Streams of the same seed and different <paramref name="purpose"/> are independent.
/// </summary>
/// <param name="seed">The key.</param>
/// <param name="purpose">Tells apart what one seed is used for: initialisation, shuffling of epoch 3, ….</param>
public sealed class RandomStream(ulong seed, ulong purpose = 0)
{
    private readonly uint[] _words = new uint[4];
    private ulong _block;
    private int _used = 4;

    /// <summary>The next 32 random bits.</summary>
    public uint NextWord()
    {
        if (_used == 4)
        {
            (_words[0], _words[1], _words[2], _words[3]) =
                Kernels.Philox.Block(seed, (uint)_block, (uint)(_block >> 32), (uint)purpose, (uint)(purpose >> 32));
            _block++;
            _used = 0;
        }
        return _words[_used++];
    }

    /// <summary>The next number, uniform in [0, 1).</summary>
    public float NextUniform() => Kernels.Philox.ToUnit(NextWord());

    /// <summary>The next number, uniform from <paramref name="low"/> to <paramref name="high"/>, which only rounding can reach.</summary>
    public float NextUniform(float low, float high) => low + (high - low) * NextUniform();

    /// <summary>The next number from the standard normal distribution (Box and Muller 1958).</summary>
    public float NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextUniform()));
        return (float)(radius * Math.Cos(2 * Math.PI * NextUniform()));
    }

    /// <summary>The next whole number, uniform in [0, <paramref name="end"/>) (Lemire 2019, by multiplication with rejection).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="end"/> is not positive.</exception>
    public int NextInt(int end)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(end);
        uint limit = (uint)end, threshold = (0u - limit) % limit;
        while (true)
        {
            ulong product = (ulong)NextWord() * limit;
            if ((uint)product >= threshold) return (int)(product >> 32);
        }
    }

    /// <summary>Puts <paramref name="items"/> into a random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int last = items.Length - 1; last > 0; last--)
        {
            int other = NextInt(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }
}
