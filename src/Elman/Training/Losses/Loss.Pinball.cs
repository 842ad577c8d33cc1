using System.Globalization;

namespace Elman;

public static partial class Loss
{
    /// <summary>
    /// Pinball (quantile) loss (Koenker and Bassett 1978): max(τ e, (τ − 1) e) for e = target − prediction, the mean over elements and
    /// levels. Its minimum over a distribution is the distribution's τ-quantile.
    /// </summary>
    /// <param name="prediction">One prediction per level, [.., Q].</param>
    /// <param name="target">Targets [..].</param>
    /// <param name="levels">The Q levels τ, each between 0 and 1.</param>
    /// <param name="weights">Element weights of the target's shape; see the remarks of <see cref="Loss"/>.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, a level lies outside (0, 1), or a weight is negative or not finite.</exception>
    public static Tensor Pinball(Tensor prediction, Tensor target, ReadOnlySpan<float> levels, Tensor? weights = null)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        if (prediction.Rank != target.Rank + 1 || prediction.Shape[^1] != levels.Length || !prediction.Shape.Extents[..^1].SequenceEqual(target.Shape.Extents))
            throw new ArgumentException($"predictions of {levels.Length} quantiles have shape {prediction.Shape}, targets {target.Shape}; [.., Q] and [..] are expected", nameof(prediction));
        foreach (float level in levels)
            if (!(level > 0 && level < 1)) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"a quantile's level lies between 0 and 1, one is {level}"), nameof(levels));

        ElementWeights weight = new(weights, target.Shape);
        Tensor slopes = Slopes(prediction);
        bool wanted = slopes.Shape == prediction.Shape;
        ReadOnlySpan<float> p = prediction.Span, t = target.Span;
        Span<float> slope = slopes.Writable();
        double loss = 0;
        for (int i = 0; i < t.Length; i++)
        {
            double share = weight.Share(i) / levels.Length;
            for (int q = 0; q < levels.Length; q++)
            {
                int at = i * levels.Length + q;
                float error = share == 0 ? 0 : t[i] - p[at], level = levels[q];
                loss += share * Math.Max(level * error, (level - 1) * error);
                // Where both branches meet, the mean of their slopes.
                if (wanted) slope[at] = (float)(share * (error > 0 ? -level : error < 0 ? 1 - level : 0.5f - level));
            }
        }
        return Recorded(loss, prediction, slopes);
    }
}
