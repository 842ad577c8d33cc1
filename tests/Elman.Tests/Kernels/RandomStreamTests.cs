using CsCheck;

namespace Elman.Tests.Kernels;

public class RandomStreamTests
{
    [Fact]
    public void Streams_repeat_and_differ_by_seed_and_by_purpose()
    {
        uint[] words = Words(new RandomStream(1, 2));
        Assert.Equal(words, Words(new RandomStream(1, 2)));
        Assert.Empty(words.Intersect(Words(new RandomStream(2, 2))));
        Assert.Empty(words.Intersect(Words(new RandomStream(1, 3))));
        Assert.Equal(words.Length, words.Distinct().Count());
    }

    [Fact]
    public void Whole_numbers_are_uniform_below_their_end()
    {
        RandomStream random = new(5);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) counts[random.NextInt(7)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
        Assert.Equal(0, random.NextInt(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextInt(0));
    }

    [Fact]
    public void A_shuffle_is_a_permutation_and_reaches_every_order()
    {
        Gen.Int[0, 40].Sample(count =>
        {
            int[] items = [.. Enumerable.Range(0, count)];
            new RandomStream((ulong)count).Shuffle<int>(items);
            Assert.Equal(Enumerable.Range(0, count), items.Order());
        });
        RandomStream random = new(1);
        HashSet<string> orders = [];
        for (int i = 0; i < 500; i++)
        {
            char[] letters = ['a', 'b', 'c', 'd'];
            random.Shuffle<char>(letters);
            orders.Add(new string(letters));
        }
        Assert.Equal(24, orders.Count);
    }

    private static uint[] Words(RandomStream random) => [.. Enumerable.Range(0, 100).Select(_ => random.NextWord())];
}
