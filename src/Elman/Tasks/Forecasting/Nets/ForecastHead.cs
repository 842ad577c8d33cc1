namespace Elman;

/// <summary>
/// What the numbers mean that a net gives for each row of the horizon, in units of the window and beyond the reference: a distribution with a middle and a
/// spread. The calibration turns both into quantiles that cover what they should.
/// </summary>
internal abstract class ForecastHead
{
    /// <summary>Added to every spread, so that a smooth series cannot make it vanish and a likelihood explode.</summary>
    private protected const float LeastSpread = 1e-3f;

    /// <summary>The head of a name.</summary>
    public static ForecastHead Of(string name) => name switch
    {
        "gaussian" => new GaussianHead(),
        "student-t" => new StudentTHead(),
        "negative-binomial" => new NegativeBinomialHead(),
        _ => new QuantileHead(),
    };

    /// <summary>What the options call it.</summary>
    public abstract string Name { get; }

    /// <summary>Numbers for each row.</summary>
    public abstract int Outputs { get; }

    /// <summary>The loss of a batch.</summary>
    /// <param name="output">What the net gave [N, P, outputs].</param>
    /// <param name="batch">The batch.</param>
    public abstract Tensor Loss(Tensor output, NetBatch batch);

    /// <summary>The middle and the spread, a standard deviation, of one row.</summary>
    /// <param name="output">What the net gave [outputs].</param>
    public abstract (double Middle, double Spread) Read(ReadOnlySpan<float> output);

    private protected static Tensor Part(Tensor output, int index) => output.Slice(2, index..(index + 1)).Reshape(output.Shape[0], output.Shape[1]);

    private protected static double Softplus(double x) => x > 30 ? x : Math.Log(1 + Math.Exp(x));
}

/// <summary>
/// Quantiles that cannot cross: the middle one, and from it outwards sums of positive steps. Trained with the pinball loss (Wen et al. 2017, arXiv 1711.11053).
/// </summary>
internal sealed class QuantileHead : ForecastHead
{
    private static readonly float[] Levels = [0.05f, 0.25f, 0.5f, 0.75f, 0.95f];

    /// <summary>The distance of the outer levels in standard deviations of a normal distribution.</summary>
    private const double OuterDistance = 2 * 1.6449;

    /// <inheritdoc/>
    public override string Name => "quantiles";

    /// <inheritdoc/>
    public override int Outputs => Levels.Length;

    /// <inheritdoc/>
    public override Tensor Loss(Tensor output, NetBatch batch)
    {
        Tensor middle = Part(output, 2), below = Part(output, 1).Softplus(), lowest = below + Part(output, 0).Softplus();
        Tensor above = Part(output, 3).Softplus(), highest = above + Part(output, 4).Softplus();
        Tensor quantiles = Tensor.Stack(2, middle - lowest, middle - below, middle, middle + above, middle + highest);
        return Elman.Loss.Pinball(quantiles, batch.Target, Levels, batch.Weights);
    }

    /// <inheritdoc/>
    public override (double Middle, double Spread) Read(ReadOnlySpan<float> output) =>
        (output[2], (Softplus(output[0]) + Softplus(output[1]) + Softplus(output[3]) + Softplus(output[4])) / OuterDistance);
}

/// <summary>A normal distribution: mean, and standard deviation as the softplus of a number.</summary>
internal sealed class GaussianHead : ForecastHead
{
    /// <inheritdoc/>
    public override string Name => "gaussian";

    /// <inheritdoc/>
    public override int Outputs => 2;

    /// <inheritdoc/>
    public override Tensor Loss(Tensor output, NetBatch batch) =>
        Elman.Loss.Gaussian(Part(output, 0), Part(output, 1).Softplus() + LeastSpread, batch.Target, batch.Weights);

    /// <inheritdoc/>
    public override (double Middle, double Spread) Read(ReadOnlySpan<float> output) => (output[0], Softplus(output[1]) + LeastSpread);
}

/// <summary>Student's t: location, scale, and degrees of freedom above 2, so that there is a variance (Salinas et al. 2020, DeepAR).</summary>
internal sealed class StudentTHead : ForecastHead
{
    /// <inheritdoc/>
    public override string Name => "student-t";

    /// <inheritdoc/>
    public override int Outputs => 3;

    /// <inheritdoc/>
    public override Tensor Loss(Tensor output, NetBatch batch) => Elman.Loss.StudentT(
        Part(output, 2).Softplus() + 2.01f, Part(output, 0), Part(output, 1).Softplus() + LeastSpread, batch.Target, batch.Weights);

    /// <inheritdoc/>
    public override (double Middle, double Spread) Read(ReadOnlySpan<float> output)
    {
        double freedom = Softplus(output[2]) + 2.01;
        return (output[0], (Softplus(output[1]) + LeastSpread) * Math.Sqrt(freedom / (freedom - 2)));
    }
}

/// <summary>
/// Counts: the negative binomial distribution with mean μ and variance μ + α μ² (Salinas et al. 2020, §3.1). The net gives by which factor the mean differs from the
/// reference, and α.
/// </summary>
internal sealed class NegativeBinomialHead : ForecastHead
{
    /// <inheritdoc/>
    public override string Name => "negative-binomial";

    /// <inheritdoc/>
    public override int Outputs => 2;

    /// <inheritdoc/>
    public override Tensor Loss(Tensor output, NetBatch batch) => Elman.Loss.NegativeBinomial(
        batch.Base * (Part(output, 0).Tanh() * 3).Exp(), Part(output, 1).Softplus() + LeastSpread, batch.Count, batch.Weights);

    /// <summary>The logarithm of the factor, and α.</summary>
    public override (double Middle, double Spread) Read(ReadOnlySpan<float> output) => (3 * Math.Tanh(output[0]), Softplus(output[1]) + LeastSpread);
}

/// <summary>Windows side by side, and what came after them.</summary>
/// <param name="Input">[N, steps + P, I]</param>
/// <param name="Target">What came beyond the reference, in units of the window [N, P].</param>
/// <param name="Weights">0 where it is missing, else 1 [N, P].</param>
/// <param name="Base">The reference, above zero [N, P]: for counts.</param>
/// <param name="Count">What came [N, P]: for counts.</param>
internal sealed record NetBatch(Tensor Input, Tensor Target, Tensor Weights, Tensor Base, Tensor Count);
