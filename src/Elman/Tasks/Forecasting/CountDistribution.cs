namespace Elman;

/// <summary>The negative binomial distribution with mean μ and variance μ + α μ².</summary>
internal static class CountDistribution
{
    /// <summary>Above this mean the sums are long, and a gamma distribution's cube-root normal approximation is as good.</summary>
    private const double Large = 2000;

    private static readonly double[] Dispersions = [0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.7, 1, 1.5, 2.2, 3.2, 5, 8, 12];

    /// <summary>The least whole number below which at least the given part of the probability lies.</summary>
    /// <param name="mean">μ ≥ 0.</param>
    /// <param name="dispersion">α > 0.</param>
    /// <param name="level">The part, 0 … 1.</param>
    public static double Quantile(double mean, double dispersion, double level)
    {
        if (!(mean > 0)) return 0;
        if (mean > Large)
        {
            // Wilson and Hilferty 1931.
            double shape = 1 / (dispersion + 1 / mean), root = 1 - 1 / (9 * shape) + Calibration.NormalQuantile(level) / (3 * Math.Sqrt(shape));
            return Math.Round(mean * Math.Pow(Math.Max(root, 0), 3));
        }
        double r = 1 / dispersion, share = mean / (r + mean), probability = Math.Exp(-r * Math.Log(1 + mean * dispersion)), below = probability;
        int count = 0;
        for (; below < level && count < 1_000_000; count++)
        {
            probability *= (count + r) / (count + 1) * share;
            below += probability;
            // What is left is lost in rounding.
            if (probability < 1e-17 && count > mean) break;
        }
        return count;
    }

    /// <summary>The dispersion under which counts are most likely, mixed with what all series say.</summary>
    /// <param name="means">The means that were expected.</param>
    /// <param name="counts">What came; NaN where it is missing.</param>
    /// <param name="prior">The mean loss of each dispersion over all series; null for none.</param>
    /// <param name="weight">How many counts the prior stands for.</param>
    public static (double Dispersion, double[] Losses) Fit(ReadOnlySpan<double> means, ReadOnlySpan<double> counts, double[]? prior = null, double weight = 0)
    {
        double[] losses = new double[Dispersions.Length];
        int rows = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (double.IsNaN(counts[i]) || counts[i] < 0) continue;
            rows++;
            for (int d = 0; d < losses.Length; d++) losses[d] += Loss(ForecastEngine.CountBase(means[i]), Dispersions[d], counts[i]);
        }
        double[] mean = [.. losses.Select(loss => rows == 0 ? 0 : loss / rows)];
        double[] total = [.. losses.Select((loss, d) => loss + weight * (prior?[d] ?? 0))];
        return (Dispersions[Array.IndexOf(total, total.Min())], mean);
    }

    private static double Loss(double mean, double dispersion, double count)
    {
        double r = 1 / dispersion;
        return Gamma.Log(r) + Gamma.Log(count + 1) - Gamma.Log(count + r) - r * Math.Log(r / (r + mean)) - (count == 0 ? 0 : count * Math.Log(mean / (r + mean)));
    }
}
