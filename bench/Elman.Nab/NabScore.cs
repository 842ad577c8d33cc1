namespace Elman.Nab;

/// <summary>What hits and false alarms count.</summary>
internal sealed record NabProfile(string Name, double FalsePositive, double FalseNegative)
{
    public static IReadOnlyList<NabProfile> All { get; } = [new("standard", 0.11, 1), new("low FP", 0.22, 1), new("low FN", 0.11, 2)];
}

/// <summary>NAB's formula (Lavin and Ahmad 2015, section 2; sweeper.py and runner.py of v1.1).</summary>
internal static class NabScore
{
    /// <summary>The score of all files at one threshold, 0 for a detector that never alarms, 100 for a perfect one.</summary>
    public static double At(double threshold, IReadOnlyList<(NabFile File, double[] Scores)> files, NabProfile profile)
    {
        double sum = 0;
        int windows = 0;
        foreach ((NabFile file, double[] scores) in files)
        {
            sum += Of(file, scores, threshold, profile);
            windows += file.Windows.Count;
        }
        double none = -profile.FalseNegative * windows;
        return 100 * (sum - none) / (windows - none);
    }

    /// <summary>The best threshold for a profile, and its score: NAB tunes one for all files, on the labels.</summary>
    public static (double Threshold, double Score) Best(IReadOnlyList<(NabFile File, double[] Scores)> files, NabProfile profile)
    {
        double[] candidates = [.. files.SelectMany(file => file.Scores).Where(score => score > 0).Distinct().OrderDescending()];
        // Scores of rows are too many to try all: a grid over their ranks first, then all around the best.
        int step = Math.Max(1, candidates.Length / 400), best = 0;
        double[] found = new double[candidates.Length];
        Array.Fill(found, double.NegativeInfinity);
        void Try(int at)
        {
            if (double.IsNegativeInfinity(found[at])) found[at] = At(candidates[at], files, profile);
            if (found[at] > found[best] || double.IsNegativeInfinity(found[best])) best = at;
        }
        for (int at = 0; at < Math.Min(400, candidates.Length); at++) Try(at);
        for (int at = 0; at < candidates.Length; at += step) Try(at);
        int middle = best;
        for (int at = Math.Max(0, middle - step); at < Math.Min(candidates.Length, middle + step); at++) Try(at);
        return (candidates[best], found[best]);
    }

    private static double Of(NabFile file, double[] scores, double threshold, NabProfile profile)
    {
        double falsePositives = 0;
        double[] best = [.. file.Windows.Select(_ => -profile.FalseNegative)];
        for (int row = file.Probation; row < scores.Length; row++)
        {
            if (scores[row] < threshold) continue;
            int window = IndexOf(file, row);
            if (window >= 0)
            {
                (int first, int last) = file.Windows[window];
                best[window] = Math.Max(best[window], Sigmoid(-(last - row + 1.0) / (last - first + 1)) / Sigmoid(-1));
            }
            else
            {
                (int First, int Last)[] before = [.. file.Windows.Where(one => one.Last < row)];
                falsePositives += before.Length == 0 ? -1 : Sigmoid((row - before[^1].Last) / (double)(before[^1].Last - before[^1].First));
            }
        }
        return best.Sum() + (profile.FalsePositive * falsePositives);
    }

    private static int IndexOf(NabFile file, int row)
    {
        for (int i = 0; i < file.Windows.Count; i++)
            if (row >= file.Windows[i].First && row <= file.Windows[i].Last) return i;
        return -1;
    }

    private static double Sigmoid(double position) => position > 3 ? -1 : (2 / (1 + Math.Exp(5 * position))) - 1;
}
