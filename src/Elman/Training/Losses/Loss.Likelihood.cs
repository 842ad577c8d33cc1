namespace Elman;

public static partial class Loss
{
    private static readonly double HalfLogTwoPi = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>
    /// Negative log-likelihood of a normal distribution: ½ log 2π + log σ + ½ ((y − μ) / σ)², the mean over all elements, constant included.
    /// </summary>
    /// <param name="mean">The means μ [..].</param>
    /// <param name="scale">The standard deviations σ > 0 [..]; see <see cref="GaussianParameters"/>.</param>
    /// <param name="target">The observations y [..].</param>
    /// <param name="weights">Element weights; see the remarks of <see cref="Loss"/>.</param>
    /// <exception cref="ArgumentException">The shapes differ, or a weight is negative or not finite.</exception>
    public static Tensor Gaussian(Tensor mean, Tensor scale, Tensor target, Tensor? weights = null)
    {
        ArgumentNullException.ThrowIfNull(mean);
        RequireShape(scale, mean.Shape, nameof(scale), nameof(mean));
        RequireShape(target, mean.Shape, nameof(target), nameof(mean));
        ElementWeights weight = new(weights, target.Shape);
        Tensor meanSlopes = Tensor.Allocate(mean.Shape), scaleSlopes = Tensor.Allocate(mean.Shape);
        Span<float> toMean = meanSlopes.Writable(), toScale = scaleSlopes.Writable();
        ReadOnlySpan<float> means = mean.Span, scales = scale.Span, targets = target.Span;
        double loss = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            double share = weight.Share(i);
            toMean[i] = toScale[i] = 0;
            if (share == 0) continue;
            double sigma = scales[i], z = (targets[i] - (double)means[i]) / sigma;
            loss += share * (HalfLogTwoPi + Math.Log(sigma) + 0.5 * z * z);
            toMean[i] = (float)(-share * z / sigma);
            toScale[i] = (float)(share * (1 - z * z) / sigma);
        }
        Tensor result = Tensor.Scalar((float)loss);
        return Tensor.Record(result, [mean, scale], () =>
        {
            float upstream = result.GradientSpan()[0];
            AddScaled(mean, meanSlopes, upstream);
            AddScaled(scale, scaleSlopes, upstream);
        });
    }

    /// <summary>
    /// Negative log-likelihood of counts under a negative binomial distribution with mean μ and variance μ + α μ² (Salinas et al. 2020, DeepAR, §3.1): with
    /// r = 1/α, −log Γ(y + r) + log Γ(r) + log Γ(y + 1) − r log(r / (r + μ)) − y log(μ / (r + μ)), the mean over all elements.
    /// </summary>
    /// <param name="mean">The means μ > 0 [..].</param>
    /// <param name="dispersion">α > 0 [..].</param>
    /// <param name="target">The counts y ≥ 0 [..].</param>
    /// <param name="weights">Element weights; see the remarks of <see cref="Loss"/>.</param>
    /// <exception cref="ArgumentException">The shapes differ, or a weight is negative or not finite.</exception>
    public static Tensor NegativeBinomial(Tensor mean, Tensor dispersion, Tensor target, Tensor? weights = null)
    {
        ArgumentNullException.ThrowIfNull(mean);
        RequireShape(dispersion, mean.Shape, nameof(dispersion), nameof(mean));
        RequireShape(target, mean.Shape, nameof(target), nameof(mean));
        ElementWeights weight = new(weights, target.Shape);
        Tensor meanSlopes = Tensor.Allocate(mean.Shape), dispersionSlopes = Tensor.Allocate(mean.Shape);
        Span<float> toMean = meanSlopes.Writable(), toDispersion = dispersionSlopes.Writable();
        ReadOnlySpan<float> means = mean.Span, dispersions = dispersion.Span, targets = target.Span;
        double loss = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            double share = weight.Share(i);
            toMean[i] = toDispersion[i] = 0;
            if (share == 0) continue;
            double mu = means[i], alpha = dispersions[i], r = 1 / alpha, y = targets[i];
            double log = Math.Log(r / (r + mu));
            loss += share * (Gamma.Log(r) + Gamma.Log(y + 1) - Gamma.Log(y + r) - r * log - (y == 0 ? 0 : y * Math.Log(mu / (r + mu))));
            toMean[i] = (float)(share * (r / (r + mu)) * (1 - y / mu));
            // ∂/∂r, and then ∂r/∂α = −r².
            double slope = Gamma.LogSlope(r) - Gamma.LogSlope(y + r) - log - 1 + (r + y) / (r + mu);
            toDispersion[i] = (float)(share * slope * -r * r);
        }
        Tensor result = Tensor.Scalar((float)loss);
        return Tensor.Record(result, [mean, dispersion], () =>
        {
            float upstream = result.GradientSpan()[0];
            AddScaled(mean, meanSlopes, upstream);
            AddScaled(dispersion, dispersionSlopes, upstream);
        });
    }

    /// <summary>
    /// Negative log-likelihood of Student's t-distribution, whose heavy tails forgive outliers (Salinas et al. 2020, DeepAR):
    /// with z = (y − μ) / σ, log σ + ½ log(ν π) + log Γ(ν/2) − log Γ((ν+1)/2) + ½ (ν+1) log(1 + z²/ν), the mean over all elements.
    /// </summary>
    /// <param name="degreesOfFreedom">ν > 0 [..]; the variance is finite above 2.</param>
    /// <param name="mean">The locations μ [..].</param>
    /// <param name="scale">The scales σ > 0 [..], not standard deviations; see <see cref="StudentTParameters"/>.</param>
    /// <param name="target">The observations y [..].</param>
    /// <param name="weights">Element weights; see the remarks of <see cref="Loss"/>.</param>
    /// <exception cref="ArgumentException">The shapes differ, or a weight is negative or not finite.</exception>
    public static Tensor StudentT(Tensor degreesOfFreedom, Tensor mean, Tensor scale, Tensor target, Tensor? weights = null)
    {
        ArgumentNullException.ThrowIfNull(mean);
        RequireShape(degreesOfFreedom, mean.Shape, nameof(degreesOfFreedom), nameof(mean));
        RequireShape(scale, mean.Shape, nameof(scale), nameof(mean));
        RequireShape(target, mean.Shape, nameof(target), nameof(mean));
        ElementWeights weight = new(weights, target.Shape);
        Tensor freedomSlopes = Tensor.Allocate(mean.Shape), meanSlopes = Tensor.Allocate(mean.Shape), scaleSlopes = Tensor.Allocate(mean.Shape);
        Span<float> toFreedom = freedomSlopes.Writable(), toMean = meanSlopes.Writable(), toScale = scaleSlopes.Writable();
        ReadOnlySpan<float> freedoms = degreesOfFreedom.Span, means = mean.Span, scales = scale.Span, targets = target.Span;
        double loss = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            double share = weight.Share(i);
            toFreedom[i] = toMean[i] = toScale[i] = 0;
            if (share == 0) continue;
            double nu = freedoms[i], sigma = scales[i], z = (targets[i] - (double)means[i]) / sigma;
            double tail = Math.Log(1 + z * z / nu), pull = (nu + 1) * z / (nu + z * z);
            loss += share * (Math.Log(sigma) + 0.5 * Math.Log(nu * Math.PI) + Gamma.Log(nu / 2) - Gamma.Log((nu + 1) / 2) + 0.5 * (nu + 1) * tail);
            toFreedom[i] = (float)(share * 0.5 * (1 / nu + Gamma.LogSlope(nu / 2) - Gamma.LogSlope((nu + 1) / 2) + tail - pull * z / nu));
            toMean[i] = (float)(-share * pull / sigma);
            toScale[i] = (float)(share * (1 - pull * z) / sigma);
        }
        Tensor result = Tensor.Scalar((float)loss);
        return Tensor.Record(result, [degreesOfFreedom, mean, scale], () =>
        {
            float upstream = result.GradientSpan()[0];
            AddScaled(degreesOfFreedom, freedomSlopes, upstream);
            AddScaled(mean, meanSlopes, upstream);
            AddScaled(scale, scaleSlopes, upstream);
        });
    }

    /// <summary>Reads a network's outputs as normal distributions: μ = first, σ = softplus(second) + floor.</summary>
    /// <param name="raw">Two outputs per element, [.., 2].</param>
    /// <param name="floor">The smallest σ, which keeps the likelihood of a constant series finite; in units of the (scaled) target.</param>
    /// <returns>Means and standard deviations, each [..].</returns>
    /// <exception cref="ArgumentException">The innermost extent is not 2.</exception>
    public static (Tensor Mean, Tensor Scale) GaussianParameters(Tensor raw, float floor = 1e-4f)
    {
        RequireOutputs(raw, 2);
        return (raw.Select(-1, 0), raw.Select(-1, 1).Softplus() + floor);
    }

    /// <summary>
    /// Reads a network's outputs as Student's t-distributions: ν = 2 + softplus(first), so that the variance is finite,
    /// μ = second, σ = softplus(third) + floor.
    /// </summary>
    /// <param name="raw">Three outputs per element, [.., 3].</param>
    /// <param name="floor">The smallest σ; in units of the (scaled) target.</param>
    /// <returns>Degrees of freedom, locations and scales, each [..].</returns>
    /// <exception cref="ArgumentException">The innermost extent is not 3.</exception>
    public static (Tensor DegreesOfFreedom, Tensor Mean, Tensor Scale) StudentTParameters(Tensor raw, float floor = 1e-4f)
    {
        RequireOutputs(raw, 3);
        return (raw.Select(-1, 0).Softplus() + 2, raw.Select(-1, 1), raw.Select(-1, 2).Softplus() + floor);
    }

    private static void RequireOutputs(Tensor raw, int count)
    {
        ArgumentNullException.ThrowIfNull(raw);
        if (raw.Rank == 0 || raw.Shape[^1] != count)
            throw new ArgumentException($"{count} outputs per element [.., {count}] are expected, the shape is {raw.Shape}", nameof(raw));
    }
}
