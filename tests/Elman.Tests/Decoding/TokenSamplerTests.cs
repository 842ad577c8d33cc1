namespace Elman.Tests.Decoding;

/// <summary>Draws follow the distribution that the rules leave, found here by sorting.</summary>
public sealed class TokenSamplerTests
{
    private const int Draws = 200_000;

    public static TheoryData<int, Sampling> Rules => new()
    {
        { 5, new Sampling() },
        { 5, new Sampling { Temperature = 0.5 } },
        { 40, new Sampling { Temperature = 1.7, TopK = 7 } },
        { 40, new Sampling { TopP = 0.6 } },
        { 300, new Sampling { TopP = 0.95, Temperature = 2 } },
        { 40, new Sampling { TopK = 20, TopP = 0.5, MinP = 0.3 } },
        { 40, new Sampling { MinP = 0.2 } },
        { 40, new Sampling { TopK = 1 } },
        { 40, new Sampling { TopP = 1e-9 } },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Draws_have_the_distribution(int classes, Sampling sampling)
    {
        RandomStream random = new((ulong)classes);
        float[] scores = [.. Enumerable.Range(0, classes).Select(_ => 2 * random.NextNormal())];
        double[] expected = Expected(scores, sampling);
        TokenSampler sampler = new(sampling, classes);
        int[] counts = new int[classes];
        for (int i = 0; i < Draws; i++) counts[sampler.Next(scores)]++;
        double chiSquare = 0;
        int cells = 0;
        for (int token = 0; token < classes; token++)
        {
            if (expected[token] == 0)
            {
                Assert.Equal(0, counts[token]);
                continue;
            }
            chiSquare += Math.Pow(counts[token] - Draws * expected[token], 2) / (Draws * expected[token]);
            cells++;
        }
        // The normal approximation of χ² (Wilson and Hilferty 1931) five deviations out.
        double free = Math.Max(1, cells - 1), bound = free * Math.Pow(1 - 2 / (9 * free) + 5 * Math.Sqrt(2 / (9 * free)), 3);
        Assert.True(chiSquare < bound, $"χ² {chiSquare:0.0} of {cells} cells, at most {bound:0.0}");
    }

    [Fact]
    public void No_temperature_takes_the_best_and_of_equal_ones_the_first() =>
        Assert.Equal(1, new TokenSampler(new Sampling { Temperature = 0 }, 4).Next([0, 3, 3, -1]));

    [Fact]
    public void What_was_there_is_penalized_on_both_sides_of_zero()
    {
        TokenSampler sampler = new(new Sampling { Temperature = 0, RepetitionPenalty = 2 }, 3);
        sampler.Saw(0);
        Assert.Equal(1, sampler.Next([3, 2, -1]));
        Assert.Equal(0, sampler.Next([3, 2, -1]));
        TokenSampler below = new(new Sampling { Temperature = 0, RepetitionPenalty = 2 }, 2);
        below.Saw(0);
        Assert.Equal(1, below.Next([-1, -1.5f]));
    }

    [Fact]
    public void The_same_seed_draws_the_same_and_samples_differ()
    {
        int[] Draw(ulong seed, int sample)
        {
            TokenSampler sampler = new(new Sampling { Seed = seed }, 50, sample);
            return [.. Enumerable.Range(0, 20).Select(_ => sampler.Next(new float[50]))];
        }
        Assert.Equal(Draw(3, 0), Draw(3, 0));
        Assert.NotEqual(Draw(3, 0), Draw(3, 1));
        Assert.NotEqual(Draw(3, 0), Draw(4, 0));
    }

    [Fact]
    public void A_draw_allocates_nothing()
    {
        float[] scores = [.. Enumerable.Range(0, 500).Select(i => (float)Math.Sin(i))];
        foreach (Sampling sampling in (Sampling[])[new(), new() { TopK = 40, TopP = 0.9, RepetitionPenalty = 1.2 }, new() { TopP = 0.99, MinP = 0.01 }])
        {
            TokenSampler sampler = new(sampling, scores.Length);
            Assert.Equal(0, Allocation.Fewest(() => sampler.Next(scores)));
        }
    }

    [Fact]
    public void What_is_impossible_is_never_drawn()
    {
        TokenSampler sampler = new(new Sampling { Temperature = 50 }, 3);
        for (int i = 0; i < 1000; i++) Assert.Equal(1, sampler.Next([float.NegativeInfinity, -200, float.NegativeInfinity]));
    }

    private static double[] Expected(float[] scores, Sampling sampling)
    {
        (int Token, double Weight)[] left = [.. scores.Select((score, token) => (token, Math.Exp(score / sampling.Temperature))).OrderByDescending(pair => pair.Item2).ThenBy(pair => pair.token)];
        if (sampling.TopK > 0) left = left[..Math.Min(sampling.TopK, left.Length)];
        double whole = left.Sum(one => one.Weight), sum = 0;
        int kept = 0;
        while (kept < left.Length && sum < sampling.TopP * whole) sum += left[kept++].Weight;
        left = [.. left.Take(Math.Max(1, kept)).Where(one => one.Weight >= sampling.MinP * left[0].Weight)];
        double[] expected = new double[scores.Length];
        foreach ((int token, double weight) in left) expected[token] = weight / left.Sum(one => one.Weight);
        return expected;
    }
}
