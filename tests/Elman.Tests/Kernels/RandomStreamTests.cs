using Elman.Kernels;

namespace Elman.Tests.Kernels;

/// <summary>The seeds are fixed, so the statistical tests cannot fail by chance.</summary>
public class RandomStreamTests
{
    [Fact]
    public void A_stream_is_the_blocks_one_after_the_other()
    {
        RandomStream random = new(0x0123456789abcdef, 0xfedcba9876543210);
        for (uint block = 0; block < 3; block++)
        {
            (uint X, uint Y, uint Z, uint W) words = Philox.Block(0x0123456789abcdef, block, 0, 0x76543210, 0xfedcba98);
            Assert.Equal(words, (random.NextWord(), random.NextWord(), random.NextWord(), random.NextWord()));
        }
    }

    [Fact]
    public void Uniform_numbers_fill_their_range_evenly()
    {
        RandomStream random = new(11);
        int[] bins = new int[100];
        for (int i = 0; i < 200_000; i++)
        {
            float value = random.NextUniform();
            Assert.InRange(value, 0, MathF.BitDecrement(1));
            bins[(int)(value * 100)]++;
        }
        Assert.InRange(ChiSquare(bins), 60, 150);
    }

    [Fact]
    public void Neighbouring_numbers_are_independent()
    {
        RandomStream random = new(12);
        int[] pairs = new int[100];
        for (int i = 0; i < 200_000; i++) pairs[(int)(random.NextUniform() * 10) * 10 + (int)(random.NextUniform() * 10)]++;
        Assert.InRange(ChiSquare(pairs), 60, 150);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100)]
    public void Whole_numbers_are_equally_frequent(int end)
    {
        RandomStream random = new(13);
        int[] bins = new int[end];
        for (int i = 0; i < 100_000; i++) bins[random.NextInt(end)]++;
        Assert.InRange(ChiSquare(bins), 0, end + 5 * Math.Sqrt(2 * end));
    }

    [Fact]
    public void Whole_numbers_below_a_large_end_are_not_biased_to_either_half()
    {
        // Without rejection, 32 bits scaled to 3·2²⁹ values give every second of them twice as often as the others.
        const int end = 3 << 29;
        RandomStream random = new(14);
        int[] remainders = new int[3];
        for (int i = 0; i < 100_000; i++)
        {
            int value = random.NextInt(end);
            Assert.InRange(value, 0, end - 1);
            remainders[value % 3]++;
        }
        Assert.InRange(ChiSquare(remainders), 0, 14);
    }

    [Fact]
    public void Normal_numbers_have_the_moments_of_the_bell_curve()
    {
        RandomStream random = new(15);
        const int count = 400_000;
        double[] moments = new double[5];
        int within = 0;
        for (int i = 0; i < count; i++)
        {
            double value = random.NextNormal();
            for (int power = 1; power <= 4; power++) moments[power] += Math.Pow(value, power) / count;
            if (Math.Abs(value) < 1) within++;
        }
        Assert.Equal(0, moments[1], 0.01);
        Assert.Equal(1, moments[2], 0.01);
        Assert.Equal(0, moments[3], 0.03);
        Assert.Equal(3, moments[4], 0.06);
        Assert.Equal(0.6827, (double)within / count, 0.003);
    }

    [Fact]
    public void A_shuffle_loses_no_item()
    {
        for (int count = 0; count <= 40; count++)
        {
            int[] items = [.. Enumerable.Range(0, count)];
            new RandomStream((ulong)count).Shuffle<int>(items);
            Assert.Equal(Enumerable.Range(0, count), items.Order());
        }
    }

    [Fact]
    public void Every_order_of_a_shuffle_is_equally_frequent()
    {
        RandomStream random = new(16);
        Dictionary<string, int> orders = [];
        for (int i = 0; i < 24_000; i++)
        {
            char[] items = [.. "abcd"];
            random.Shuffle<char>(items);
            string order = new(items);
            orders[order] = orders.GetValueOrDefault(order) + 1;
        }
        Assert.Equal(24, orders.Count);
        Assert.InRange(ChiSquare([.. orders.Values]), 5, 50);
    }

    [Fact]
    public void Seeds_and_purposes_give_streams_of_their_own_and_the_same_ones_again()
    {
        static uint[] Words(ulong seed, ulong purpose)
        {
            RandomStream random = new(seed, purpose);
            return [.. Enumerable.Range(0, 8).Select(_ => random.NextWord())];
        }
        Assert.Equal(Words(1, 2), Words(1, 2));
        uint[][] streams = [Words(1, 0), Words(1, 1), Words(2, 0), Words(2, 1), Words(1, 1ul << 32), Words(1ul << 32, 1)];
        Assert.Equal(6 * 8, streams.SelectMany(words => words).Distinct().Count());
    }

    [Fact]
    public void No_number_below_a_bound_that_is_not_positive() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomStream(1).NextInt(0));

    private static double ChiSquare(int[] counts)
    {
        double expected = counts.Average();
        return counts.Sum(count => (count - expected) * (count - expected) / expected);
    }
}
