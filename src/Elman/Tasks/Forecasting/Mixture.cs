namespace Elman;

/// <summary>
/// How the simple forecasts of each series are averaged. A share falls with a high power of the error on the rows for validation; the errors of short series are
/// mixed with those of all series; and a part goes to the greedy average (Caruana et al. 2004), which asks what a method adds to the others.
/// </summary>
/// <param name="shares">[series][methods], each series' sum is 1.</param>
/// <param name="errors">The smallest mean absolute error of a method, for each series, in the target's unit.</param>
internal sealed class Mixture(double[][] shares, double[] errors)
{
    private const double Power = 12, Greedy = 0.3, Worst = 1.5, Rounds = 20, PriorRounds = 5;

    /// <summary>How often the weight of an origin halves from the last to the first: the shares are the mean of what each says.</summary>
    private static readonly double[] Recencies = [0, 3, 8];

    /// <summary>Origins that the errors of all series together count for.</summary>
    private const double Pooled = 20;

    /// <summary>How far, in errors, a forecast may be from the middle one: past that it is more likely to have run away than to be right.</summary>
    private const double Limit = 1.5;

    /// <summary>The shares [methods] of a series.</summary>
    public double[] Of(int series) => shares[series];

    /// <summary>The smallest error of a series.</summary>
    public double ErrorOf(int series) => errors[series];

    /// <summary>The mean share of each method.</summary>
    public double[] Mean => [.. Enumerable.Range(0, shares[0].Length).Select(m => shares.Average(one => one[m]))];

    /// <summary>Chooses the shares.</summary>
    /// <param name="forecasts">[series][methods][origins · P]; no origins where a series is too short.</param>
    /// <param name="actual">What came [series][origins · P]; NaN where it is missing.</param>
    /// <param name="usual">The shares [methods] of a series that tells nothing where no series does.</param>
    /// <param name="horizon">P.</param>
    public static Mixture Choose(IReadOnlyList<double[][]> forecasts, IReadOnlyList<double[]> actual, double[] usual, int horizon)
    {
        double[][][] views = [.. Recencies.Select(recency => Shares(forecasts, actual, usual, horizon, recency))];
        double[][] shares = [.. forecasts.Select((_, i) => usual.Select((_, m) => views.Average(view => view[i][m])).ToArray())];
        double[] errors = new double[forecasts.Count];
        Parallel.For(0, forecasts.Count, Work.Threads, i =>
            errors[i] = forecasts[i].Select(forecast => MeanError(forecast, actual[i], horizon, Recencies[^1])).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min());
        return new Mixture(shares, errors);
    }

    /// <summary>The shares [series][methods] where the weight of an origin halves so often from the last to the first.</summary>
    private static double[][] Shares(IReadOnlyList<double[][]> forecasts, IReadOnlyList<double[]> actual, double[] usual, int horizon, double recency)
    {
        double[][] errors = new double[forecasts.Count][], shares = new double[forecasts.Count][];
        Parallel.For(0, forecasts.Count, Work.Threads, i => errors[i] = [.. forecasts[i].Select(forecast => MeanError(forecast, actual[i], horizon, recency))]);
        double[] pooled = PooledErrors(errors, usual.Length);
        Parallel.For(0, forecasts.Count, Work.Threads, i =>
        {
            double least = errors[i].Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min(), weight = forecasts.Count > 1 ? Pooled : 0;
            double origins = double.IsFinite(least) ? (double)actual[i].Length / horizon : 0;
            if (origins + weight == 0 || !double.IsFinite(pooled[0]))
            {
                shares[i] = [.. usual];
                return;
            }
            double[] ratio = [.. pooled.Select((all, m) => (origins * (origins > 0 ? Math.Min(Ratio(errors[i][m], least, errors[i]), 10) : 0) + weight * all) / (origins + weight))];
            double[] own = Normalized([.. ratio.Select(one => one / ratio.Min() is var r && r > Worst ? 0 : Math.Pow(r, -Power))]);
            shares[i] = origins > 0 ? [.. GreedyShares(forecasts[i], actual[i], own, horizon, recency).Zip(own, (greedy, share) => Greedy * greedy + (1 - Greedy) * share)] : own;
        });
        return shares;
    }

    /// <summary>Averages the forecasts of one origin.</summary>
    /// <param name="series">The index of the series.</param>
    /// <param name="forecasts">[methods][origins · P].</param>
    /// <param name="start">The place of the origin's first row.</param>
    /// <param name="mixed">Receives the average [P].</param>
    public void Mix(int series, double[][] forecasts, int start, Span<double> mixed) => Mix(shares[series], errors[series], forecasts, start, mixed);

    /// <inheritdoc cref="Mix(int, double[][], int, Span{double})"/>
    public static void Mix(double[] share, double error, double[][] forecasts, int start, Span<double> mixed)
    {
        double limit = double.IsFinite(error) ? Limit * error : double.PositiveInfinity;
        int[] used = [.. Enumerable.Range(0, share.Length).Where(m => share[m] > 0)];
        for (int step = 0; step < mixed.Length; step++)
        {
            int at = start + step;
            double middle = Middle(used, share, forecasts, at), sum = 0;
            // From the middle on, so that methods that agree are not rounded apart.
            foreach (int m in used) sum += share[m] * Math.Clamp(forecasts[m][at] - middle, -limit, limit);
            mixed[step] = middle + sum;
        }
    }

    /// <summary>The weighted median of the forecasts of a row.</summary>
    private static double Middle(int[] used, double[] share, double[][] forecasts, int at)
    {
        Span<(double Value, double Share)> sorted = used.Length <= 64 ? stackalloc (double, double)[used.Length] : new (double, double)[used.Length];
        for (int i = 0; i < used.Length; i++) sorted[i] = (forecasts[used[i]][at], share[used[i]]);
        sorted.Sort((one, other) => one.Value.CompareTo(other.Value));
        double below = 0;
        foreach ((double value, double part) in sorted)
            if ((below += part) >= 0.5) return value;
        return sorted[^1].Value;
    }

    private static double MeanError(double[] forecast, double[] actual, int horizon, double recency)
    {
        (double sum, double count) = (0, 0);
        for (int i = 0; i < actual.Length; i++)
        {
            double error = Math.Abs(forecast[i] - actual[i]), weight = Weight(i, actual.Length, horizon, recency);
            if (!double.IsNaN(error)) (sum, count) = (sum + weight * error, count + weight);
        }
        return count == 0 ? double.NaN : sum / count;
    }

    /// <summary>Later origins tell more of what comes: the first count by a part of the last.</summary>
    private static double Weight(int place, int length, int horizon, double recency) => Math.Pow(0.5, recency * (1 - (double)(place / horizon) / Math.Max(1, length / horizon - 1)));

    /// <summary>The mean over all series of each method's error as a part of the series' smallest.</summary>
    private static double[] PooledErrors(double[][] errors, int methods)
    {
        double[] sums = new double[methods];
        int count = 0;
        foreach (double[] one in errors)
        {
            double least = one.Length == 0 ? double.NaN : one.Min();
            if (!double.IsFinite(least)) continue;
            for (int m = 0; m < methods; m++) sums[m] += Math.Min(Ratio(one[m], least, one), 5);
            count++;
        }
        return [.. sums.Select(sum => count == 0 ? double.NaN : sum / count)];
    }

    /// <summary>An error as a part of the least, which may be zero: what is below a millionth of the largest is no difference.</summary>
    private static double Ratio(double error, double least, double[] errors)
    {
        double little = 1e-6 * errors.Max() + double.Epsilon;
        return (error + little) / (least + little);
    }

    private static double[] GreedyShares(double[][] forecasts, double[] actual, double[] prior, int horizon, double recency)
    {
        double[] sums = new double[actual.Length], picks = [.. prior.Select(share => share * PriorRounds)];
        for (int m = 0; m < prior.Length; m++)
            for (int i = 0; prior[m] > 0 && i < sums.Length; i++) sums[i] += picks[m] * forecasts[m][i];
        double[] weights = [.. Enumerable.Range(0, actual.Length).Select(i => Weight(i, actual.Length, horizon, recency))];
        for (int round = 1; round <= Rounds; round++)
        {
            (double least, int best) = (double.PositiveInfinity, 0);
            for (int m = 0; m < forecasts.Length; m++)
            {
                double error = 0;
                for (int i = 0; i < sums.Length; i++)
                {
                    double off = Math.Abs((sums[i] + forecasts[m][i]) / (PriorRounds + round) - actual[i]);
                    if (!double.IsNaN(off)) error += weights[i] * off;
                }
                if (error < least) (least, best) = (error, m);
            }
            picks[best]++;
            for (int i = 0; i < sums.Length; i++) sums[i] += forecasts[best][i];
        }
        return Normalized(picks);
    }

    private static double[] Normalized(double[] values)
    {
        double sum = values.Sum();
        return [.. values.Select(value => value / sum)];
    }
}
