namespace Elman.Tests.Reference;

/// <summary>Losses in double precision, each the mean over its elements.</summary>
public static class ReferenceLosses
{
    /// <summary>(p − t)².</summary>
    public static double MeanSquared(double[] prediction, double[] target) =>
        prediction.Zip(target, (p, t) => (p - t) * (p - t)).Average();

    /// <summary>|p − t|.</summary>
    public static double MeanAbsolute(double[] prediction, double[] target) =>
        prediction.Zip(target, (p, t) => Math.Abs(p - t)).Average();

    /// <summary>Huber 1964: ½ e² up to |e| = δ, then δ (|e| − ½ δ).</summary>
    public static double Huber(double[] prediction, double[] target, double delta) => prediction.Zip(target, (p, t) =>
    {
        double e = Math.Abs(p - t);
        return e <= delta ? 0.5 * e * e : delta * (e - 0.5 * delta);
    }).Average();

    /// <summary>
    /// −log p of the target class, in PyTorch's way with all options: smoothing spreads ε evenly over all classes, each term
    /// bears its own class's weight, and the sum is divided by the weights of the targets that are not ignored.
    /// </summary>
    public static double CrossEntropy(
        double[] logits, int classes, int[] target, double[]? weight = null, int? ignored = null, double smoothing = 0)
    {
        double sum = 0, weights = 0;
        double[] logP = ReferenceMaths.LogSoftmax(logits, classes);
        for (int n = 0; n < target.Length; n++)
        {
            if (target[n] == ignored) continue;
            weights += weight?[target[n]] ?? 1;
            for (int c = 0; c < classes; c++)
            {
                double share = smoothing / classes + (c == target[n] ? 1 - smoothing : 0);
                sum -= share * (weight?[c] ?? 1) * logP[n * classes + c];
            }
        }
        return sum / weights;
    }

    /// <summary>Koenker and Bassett 1978: max(q e, (q − 1) e) with e = t − p; prediction [N, Q], target [N].</summary>
    public static double Pinball(double[] prediction, double[] target, double[] quantiles) => prediction.Select((p, i) =>
    {
        double q = quantiles[i % quantiles.Length], e = target[i / quantiles.Length] - p;
        return Math.Max(q * e, (q - 1) * e);
    }).Average();

    /// <summary>−log N(t; mean, sigma²), the constant ½ log 2π included.</summary>
    public static double Gaussian(double[] mean, double[] sigma, double[] target) => target.Select((t, i) =>
    {
        double z = (t - mean[i]) / sigma[i];
        return 0.5 * Math.Log(2 * Math.PI) + Math.Log(sigma[i]) + 0.5 * z * z;
    }).Average();

    /// <summary>−log of Student's t density with ν degrees of freedom, location and scale.</summary>
    public static double StudentT(double[] degrees, double[] location, double[] scale, double[] target) => target.Select((t, i) =>
    {
        double nu = degrees[i], z = (t - location[i]) / scale[i];
        return ReferenceMaths.LogGamma(nu / 2) - ReferenceMaths.LogGamma((nu + 1) / 2) + 0.5 * Math.Log(nu * Math.PI)
            + Math.Log(scale[i]) + (nu + 1) / 2 * Math.Log(1 + z * z / nu);
    }).Average();
}
