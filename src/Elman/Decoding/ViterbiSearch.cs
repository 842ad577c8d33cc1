using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;

namespace Elman;

/// <summary>The best path through a chain (Viterbi 1967): each step takes the best way to each tag, a vector of tags at a time.</summary>
internal sealed class ViterbiSearch(CrfWeights weights)
{
    public static ArgumentException Impossible(int length) =>
        new($"no sequence of {length} tags is possible: the moves allow none, or a score is not a number");

    /// <summary>The best tags of E [L, C].</summary>
    /// <exception cref="ArgumentException">None is possible.</exception>
    public int[] Best(ReadOnlySpan<float> emissions)
    {
        int classes = weights.Classes, steps = emissions.Length / classes;
        if (steps == 0) return [];
        float[] scores = ArrayPool<float>.Shared.Rent(2 * classes);
        int[] from = ArrayPool<int>.Shared.Rent(emissions.Length);
        try
        {
            Span<float> score = scores.AsSpan(0, classes), next = scores.AsSpan(classes, classes);
            TensorPrimitives.Add(weights.Start, emissions[..classes], score);
            for (int step = 1; step < steps; step++)
            {
                Step(score, next, from.AsSpan(step * classes, classes));
                // Only differences matter: kept near 0, a long sum loses no digits.
                float top = TensorPrimitives.Max<float>(next);
                if (float.IsFinite(top)) TensorPrimitives.Subtract(next, top, next);
                TensorPrimitives.Add(next, emissions.Slice(step * classes, classes), score);
            }
            TensorPrimitives.Add(score, weights.End, score);
            return Path(score, from, steps);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scores);
            ArrayPool<int>.Shared.Return(from);
        }
    }

    /// <summary>next[j] = max_i score[i] + A[i, j]; of equal ones the lowest i.</summary>
    private void Step(ReadOnlySpan<float> score, Span<float> next, Span<int> from)
    {
        int classes = weights.Classes, j = 0;
        ReadOnlySpan<float> transitions = weights.Transitions;
        for (; j <= classes - Vector<float>.Count; j += Vector<float>.Count)
        {
            Vector<float> best = new(float.NegativeInfinity);
            Vector<int> place = Vector<int>.Zero;
            for (int i = 0; i < classes; i++)
            {
                Vector<float> way = new Vector<float>(transitions[((i * classes) + j)..]) + new Vector<float>(score[i]);
                Vector<int> better = Vector.GreaterThan(way, best);
                best = Vector.ConditionalSelect(better, way, best);
                place = Vector.ConditionalSelect(better, new Vector<int>(i), place);
            }
            best.CopyTo(next[j..]);
            place.CopyTo(from[j..]);
        }
        for (; j < classes; j++)
        {
            (next[j], from[j]) = (float.NegativeInfinity, 0);
            for (int i = 0; i < classes; i++)
                if (transitions[(i * classes) + j] + score[i] is var way && way > next[j]) (next[j], from[j]) = (way, i);
        }
    }

    private int[] Path(ReadOnlySpan<float> score, ReadOnlySpan<int> from, int steps)
    {
        int best = 0;
        for (int i = 1; i < score.Length; i++)
            if (score[i] > score[best] || float.IsNaN(score[best])) best = i;
        if (!float.IsFinite(score[best])) throw Impossible(steps);
        int[] path = new int[steps];
        path[^1] = best;
        for (int step = steps - 1; step > 0; step--) path[step - 1] = from[(step * weights.Classes) + path[step]];
        return path;
    }
}
