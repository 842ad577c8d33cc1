namespace Elman;

/// <summary>
/// The K best paths through a chain: each step keeps the K best ways to each tag (Seshadri and Sundberg 1994, the parallel list algorithm).
/// </summary>
internal static class PathSearch
{
    /// <summary>The best paths of E [L, C], best first.</summary>
    /// <exception cref="ArgumentException">None is possible.</exception>
    public static TagPath[] Best(CrfWeights weights, ReadOnlySpan<float> emissions, int count)
    {
        int classes = weights.Classes, steps = emissions.Length / classes;
        if (steps == 0) return [new TagPath([], 0)];
        List<Way>[][] ways = new List<Way>[steps][];
        for (int step = 0; step < steps; step++)
        {
            ways[step] = new List<Way>[classes];
            for (int j = 0; j < classes; j++)
            {
                double own = emissions[(step * classes) + j];
                List<Way> into = ways[step][j] = step == 0 ? [new Way(weights.Start[j], -1, 0)] : Merged(ways[step - 1], i => weights.Transitions[(i * classes) + j], count);
                for (int k = 0; k < into.Count; k++) into[k] = into[k] with { Score = into[k].Score + own };
                into.RemoveAll(way => !double.IsFinite(way.Score));
            }
        }
        List<Way> ends = Merged(ways[^1], i => weights.End[i], count);
        if (ends.Count == 0) throw ViterbiSearch.Impossible(steps);
        return [.. ends.Select(end => Path(ways, end))];
    }

    /// <summary>
    /// The best of all ways, each with a move behind it; of equal ones that from the lowest tag, and of one tag in their order.
    /// </summary>
    private static List<Way> Merged(List<Way>[] before, Func<int, double> move, int count)
    {
        PriorityQueue<(int Tag, int Rank), (double Cost, int Tag)> open = new();
        void Open(int tag, int rank)
        {
            if (rank < before[tag].Count && before[tag][rank].Score + move(tag) is var score && double.IsFinite(score)) open.Enqueue((tag, rank), (-score, tag));
        }
        for (int tag = 0; tag < before.Length; tag++) Open(tag, 0);
        List<Way> best = [];
        while (best.Count < count && open.TryDequeue(out (int Tag, int Rank) next, out (double Cost, int Tag) cost))
        {
            best.Add(new Way(-cost.Cost, next.Tag, next.Rank));
            Open(next.Tag, next.Rank + 1);
        }
        return best;
    }

    private static TagPath Path(List<Way>[][] ways, Way end)
    {
        int[] tags = new int[ways.Length];
        Way way = end;
        for (int step = ways.Length - 1; step >= 0; step--)
        {
            tags[step] = way.Tag;
            way = ways[step][way.Tag][way.Rank];
        }
        return new TagPath(tags, end.Score);
    }

    /// <summary>A way to a tag, and where it comes from: that tag and which of the ways to it.</summary>
    private readonly record struct Way(double Score, int Tag, int Rank);
}
