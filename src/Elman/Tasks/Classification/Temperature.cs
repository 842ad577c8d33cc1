namespace Elman;

/// <summary>
/// Temperature scaling: scores divided by one number, so that a classifier is right as often as it is sure (Guo et al. 2017, section 4.2).
/// The order of the classes stays.
/// </summary>
internal static class Temperature
{
    private const double Least = 0.2, Most = 5;
    private const int Searches = 40;

    /// <summary>Fewer sequences tell no temperature.</summary>
    public const int FewSequences = 20;

    /// <summary>
    /// The temperature of the least log-loss, from probabilities at temperature 1; 1 where there are too few sequences to tell.
    /// </summary>
    public static double Fit(IReadOnlyList<IReadOnlyList<float>> probabilities, IReadOnlyList<int?> classes)
    {
        if (classes.Count(at => at is not null) < FewSequences) return 1;
        double[][] scores = [.. probabilities.Select(row => row.Select(p => Math.Log(Math.Max(p, float.Epsilon))).ToArray())];
        // The loss has one valley in log T: golden section.
        double ratio = (Math.Sqrt(5) - 1) / 2, low = Math.Log(Least), high = Math.Log(Most);
        for (int i = 0; i < Searches; i++)
        {
            double first = high - ratio * (high - low), second = low + ratio * (high - low);
            if (LogLoss(Math.Exp(first)) < LogLoss(Math.Exp(second))) high = second;
            else low = first;
        }
        return Math.Exp((low + high) / 2);

        double LogLoss(double temperature)
        {
            double sum = 0;
            for (int row = 0; row < scores.Length; row++)
                if (classes[row] is { } at) sum -= Math.Log(Math.Max(Softmax([.. scores[row].Select(score => score / temperature)])[at], float.Epsilon));
            return sum;
        }
    }

    /// <summary>
    /// What a net that learned labels smoothed by ε would have said without: the best answer to them is q = (1 − ε) p + ε/K, so p is q − ε/K, scaled. Less than
    /// a tenth of ε/K stays for no class: nothing is ever impossible.
    /// </summary>
    public static float[] Unsmoothed(float[] probabilities, double smoothing)
    {
        if (smoothing == 0) return probabilities;
        double share = smoothing / probabilities.Length;
        double[] sharp = [.. probabilities.Select(q => Math.Max(q - share, share / 10))];
        double sum = sharp.Sum();
        return [.. sharp.Select(p => (float)(p / sum))];
    }

    public static float[] Softmax(double[] scores)
    {
        double top = scores.Max(), sum = 0;
        double[] powers = [.. scores.Select(score => Math.Exp(score - top))];
        foreach (double power in powers) sum += power;
        return [.. powers.Select(power => (float)(power / sum))];
    }
}
