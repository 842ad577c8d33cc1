namespace Elman.Tests.Decoding;

/// <summary>
/// A chain as its definition has it: every sequence of tags with its score, in double precision. Only for few tags and steps.
/// </summary>
internal sealed class EnumeratedChain
{
    private readonly List<(int[] Tags, double Score)> _paths = [];
    private readonly double _top, _sum;

    public EnumeratedChain(Crf crf, ReadOnlySpan<float> emissions)
    {
        int classes = crf.Classes, steps = emissions.Length / classes;
        for (int number = 0; number < Math.Pow(classes, steps); number++)
        {
            int[] tags = new int[steps];
            // The first tag counts least: so paths come in the order in which equal ones are preferred.
            for (int step = 0, rest = number; step < steps; step++, rest /= classes) tags[step] = rest % classes;
            if (crf.Moves.FirstBreak(tags) >= 0) continue;
            double score = steps == 0 ? 0 : (double)crf.Start[tags[0]] + crf.End[tags[^1]];
            for (int step = 0; step < steps; step++) score += emissions[(step * classes) + tags[step]] + (step == 0 ? 0.0 : crf.Transitions[tags[step - 1], tags[step]]);
            if (!double.IsNegativeInfinity(score)) _paths.Add((tags, score));
        }
        _top = _paths.Count == 0 ? 0 : _paths.Max(path => path.Score);
        _sum = _paths.Sum(path => Math.Exp(path.Score - _top));
    }

    public bool IsPossible => _paths.Count > 0;

    public double LogPartition => _top + Math.Log(_sum);

    public double Score(int[] tags) => _paths.Single(path => path.Tags.SequenceEqual(tags)).Score;

    public IEnumerable<(int[] Tags, double Score)> Ranked => _paths.OrderByDescending(path => path.Score);

    /// <summary>P that a run of tags stands at a place.</summary>
    public double Probability(int first, params int[] tags) =>
        _paths.Where(path => path.Tags.AsSpan(first, tags.Length).SequenceEqual(tags)).Sum(path => Math.Exp(path.Score - _top)) / _sum;
}
