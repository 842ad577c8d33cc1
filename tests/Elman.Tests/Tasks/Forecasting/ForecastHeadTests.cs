namespace Elman.Tests.Tasks;

public class ForecastHeadTests
{
    private const int Count = 4000;

    /// <summary>Fits one output for all observations: what the head can say of a distribution, without a net.</summary>
    private static (double Middle, double Spread) Learned(ForecastHead head, float[] target, float[] bases, float[] counts)
    {
        Linear raw = new(1, head.Outputs, new RandomStream(1));
        Tensor input = Tensor.Zeros(Count, 1, 1), weights = Tensor.Ones(Count, 1);
        NetBatch batch = new(input, Tensor.From(target, Count, 1), weights, Tensor.From(bases, Count, 1), Tensor.From(counts, Count, 1));
        Adam adam = new(raw.Parameters(), 0.03);
        for (int step = 0; step < 400; step++)
        {
            using TensorScope scope = TensorScope.Begin();
            adam.ZeroGradients();
            head.Loss(raw.Forward(input), batch).Backward();
            adam.Step();
        }
        return head.Read(raw.Parameters().Single(parameter => parameter.Name == "bias").Value.Span);
    }

    private static float[] Ones => [.. Enumerable.Repeat(1f, Count)];

    [Theory]
    [InlineData("gaussian")]
    [InlineData("quantiles")]
    public void A_normal_distribution_is_learned(string name)
    {
        RandomStream random = new(2);
        (double middle, double spread) = Learned(ForecastHead.Of(name), [.. Ones.Select(_ => 0.7f + 1.5f * random.NextNormal())], Ones, Ones);
        Assert.Equal(0.7, middle, 0.1);
        Assert.Equal(1.5, spread, 0.15);
    }

    [Fact]
    public void Heavy_tails_are_learned()
    {
        // Student's t with 5 degrees of freedom has the deviation √(5/3).
        RandomStream random = new(2);
        float[] target = [.. Ones.Select(_ =>
        {
            double sum = 0;
            for (int k = 0; k < 5; k++)
            {
                double one = random.NextNormal();
                sum += one * one;
            }
            return (float)(-1 + random.NextNormal() / Math.Sqrt(sum / 5));
        })];
        (double middle, double spread) = Learned(ForecastHead.Of("student-t"), target, Ones, Ones);
        Assert.Equal(-1, middle, 0.1);
        Assert.Equal(Math.Sqrt(5 / 3.0), spread, 0.1);
    }

    [Fact]
    public void Counts_are_learned_as_a_factor_of_their_reference()
    {
        RandomStream random = new(2);
        float[] bases = [.. Enumerable.Range(0, Count).Select(i => 2f + i % 5)];
        float[] counts = [.. bases.Select(one => (float)CountDistribution.Quantile(1.5 * one, 0.5, random.NextUniform()))];
        (double logarithm, double dispersion) = Learned(ForecastHead.Of("negative-binomial"), Ones, bases, counts);
        Assert.Equal(1.5, Math.Exp(logarithm), 0.1);
        Assert.Equal(0.5, dispersion, 0.12);
    }

    [Theory]
    [InlineData("gaussian")]
    [InlineData("quantiles")]
    [InlineData("student-t")]
    [InlineData("negative-binomial")]
    public void A_softplus_of_nothing_is_no_division_by_it(string name)
    {
        ForecastHead head = ForecastHead.Of(name);
        foreach (float extreme in new[] { -500f, 500f })
        {
            float[] output = [.. Enumerable.Repeat(extreme, head.Outputs)];
            (double middle, double spread) = head.Read(output);
            Assert.True(double.IsFinite(middle) && double.IsFinite(spread) && spread >= 0, $"{middle} {spread}");
            Tensor raw = Tensor.From(output, 1, 1, head.Outputs);
            raw.RequiresGradient = true;
            Tensor one = Tensor.Ones(1, 1), loss = head.Loss(raw, new NetBatch(one, one, one, one, one));
            loss.Backward();
            Assert.True(float.IsFinite(loss.Span[0]));
            for (int i = 0; i < head.Outputs; i++) Assert.True(float.IsFinite(raw.Gradient![0, 0, i]));
        }
    }

    [Fact]
    public void The_quantiles_of_a_net_never_cross()
    {
        // Whatever comes out, the loss orders it: the outer levels are sums of what is not below zero.
        RandomStream random = new(3);
        QuantileHead head = new();
        for (int trial = 0; trial < 200; trial++) Assert.True(head.Read([.. Enumerable.Range(0, 5).Select(_ => 9 * random.NextNormal())]).Spread >= 0);
    }
}
