namespace Elman;

/// <summary>Whether a target is counted, so that a negative binomial distribution suits it.</summary>
internal static class CountCheck
{
    /// <summary>Below this part of a Poisson distribution's variance, counts are too regular: a negative binomial distribution is never narrower than that.</summary>
    private const double LeastDispersion = 0.6;

    /// <summary>Small whole numbers from zero on, not always the same, that scatter at least about as much as Poisson's.</summary>
    /// <param name="targets">The target of each series; NaN where it is missing.</param>
    /// <param name="formed">The same without the effect of what is known ahead.</param>
    /// <param name="seasons">The rows of each season, the shortest first.</param>
    public static bool AreCounts(double[][] targets, double[][] formed, int[] seasons)
    {
        (long count, long zeros, double sum, double least, double most) = (0, 0, 0, double.PositiveInfinity, 0);
        foreach (double value in targets.SelectMany(one => one))
        {
            if (double.IsNaN(value)) continue;
            if (value < 0 || value != Math.Floor(value)) return false;
            (count, zeros, sum, least, most) = (count + 1, zeros + (value == 0 ? 1 : 0), sum + value, Math.Min(least, value), Math.Max(most, value));
        }
        return most > least && (zeros > 0.02 * count || sum < 30 * count) && Dispersion(formed, seasons) > LeastDispersion;
    }

    /// <summary>The variance as a part of that of Poisson counts: from changes to the next row, or over a season where those are smaller.</summary>
    private static double Dispersion(double[][] formed, int[] seasons) =>
        ((int[])[1, .. seasons.Take(1)]).Select(lag =>
        {
            (double changes, double poisson) = (0, 0);
            foreach (double[] values in formed)
            {
                double[] own = [.. values.Skip(lag).Zip(values, (value, before) => (value - before) * (value - before) / 2).Where(change => !double.IsNaN(change))];
                // What never changes has no scatter to measure.
                if (own.All(change => change == 0)) continue;
                (changes, poisson) = (changes + own.Sum(), poisson + own.Length * values.Where(value => !double.IsNaN(value)).Average());
            }
            return poisson > 0 ? changes / poisson : 1;
        }).Min();
}
