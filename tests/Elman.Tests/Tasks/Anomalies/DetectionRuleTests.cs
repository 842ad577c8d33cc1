namespace Elman.Tests.Tasks.Anomalies;

/// <summary>The rules below a detector, by hand.</summary>
public sealed class DetectionRuleTests
{
    [Fact]
    public void The_likelihood_is_the_normal_tail_of_the_short_window_against_the_long_one()
    {
        // 40 rows of evidence: 0 and 1 in turn; then five of 3. With W 100 and W' 4, before the last of them comes.
        double[] evidence = [.. Enumerable.Range(0, 40).Select(row => (double)(row % 2)), 3, 3, 3, 3];
        AnomalyLikelihood likelihood = new(4, 100, evidence);
        double[] all = [.. evidence, 3];
        double mean = all.Average(), deviation = Math.Sqrt(all.Average(one => one * one) - (mean * mean));
        Assert.Equal(35.0 / 45, mean, 12);
        Assert.Equal(Math.Sqrt((65.0 / 45) - (35.0 / 45 * 35 / 45)), deviation, 12);
        // z = (3 − 0.7778) / 0.9162 = 2.4254; Q(z) = 0.007646 (tables).
        Assert.Equal(2.4254, (3 - mean) / deviation, 4);
        Assert.Equal(0.007646, likelihood.Probability(3), 5);
    }

    [Fact]
    public void The_long_window_forgets_and_too_few_rows_say_nothing()
    {
        Assert.Equal(1, new AnomalyLikelihood(4, 100, new double[20]).Probability(6));
        AnomalyLikelihood likelihood = new(4, 40, [.. Enumerable.Repeat(5.0, 40), .. Enumerable.Repeat(1.0, 40)]);
        Assert.Equal(40, likelihood.Count);
        Assert.Equal(0.5, likelihood.Probability(1), 7);
        Assert.All(likelihood.Evidence, one => Assert.Equal(1, one));
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1.959963985, 0.025)]
    [InlineData(-1.0, 0.8413447461)]
    [InlineData(4.264890794, 1e-5)]
    [InlineData(6, 9.865876450e-10)]
    public void The_normal_tail_is_that_of_tables(double z, double expected) => Assert.Equal(1, AnomalyLikelihood.NormalTail(z) / expected, 6);

    [Fact]
    public void Inside_the_tails_a_probability_is_a_rank()
    {
        // −49.5 … 49.5: of 100 errors 30 are at least 20, and one more may be.
        ErrorTails tails = new(100, [.. Enumerable.Range(0, 100).Select(i => i - 49.5)]);
        Assert.Equal(2 * 31.0 / 101, tails.Probability(20), 12);
        Assert.Equal(2 * 31.0 / 101, tails.Probability(-20), 12);
        Assert.Equal(1, tails.Probability(0));
        Assert.Equal(25.5, tails.Typical);
    }

    [Fact]
    public void Past_the_last_tenth_a_probability_is_that_of_the_excesses()
    {
        // The ten largest lie 1 … 10 above the eleventh: mean 5.5, variance 8.25, so ½ (1 − 5.5² / 8.25) < 0 and the tail is exponential with scale 5.5.
        double[] errors = [.. Enumerable.Repeat(0.0, 90), .. Enumerable.Range(1, 10).Select(i => (double)i)];
        ErrorTails tails = new(100, errors);
        double expected = 2 * 11.0 / 101 * Math.Exp(-50 / 5.5);
        Assert.Equal(1, tails.Probability(50) / expected, 9);
        Assert.Equal(50, tails.Bounds(expected).Upper, 6);
    }

    [Fact]
    public void The_memory_forgets_the_oldest()
    {
        ErrorTails tails = new(50, Enumerable.Repeat(100.0, 50).ToArray());
        for (int i = 0; i < 50; i++) tails.Add(i % 5);
        Assert.Equal(50, tails.Count);
        Assert.Equal(2, tails.Typical);
        Assert.Equal([.. Enumerable.Range(0, 50).Select(i => (double)(i % 5))], tails.Errors);
        ErrorTails same = new(50, tails.Errors);
        Assert.Equal(tails.Probability(9), same.Probability(9));
    }
}
