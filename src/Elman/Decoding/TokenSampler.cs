using System.Numerics.Tensors;

namespace Elman;

/// <summary>Draws tokens from scores, as a <see cref="Sampling"/> says. It belongs to one sequence, and to one thread at a time; a draw allocates nothing.</summary>
/// <example><code>
/// TokenSampler sampler = new(new Sampling { Temperature = 0.8, TopK = 40, Seed = 7 }, classes);
/// int token = sampler.Next(stream.Step(last));
/// </code></example>
public sealed class TokenSampler
{
    /// <summary>So many of the best are looked at first where a mass is asked for, then four times as many.</summary>
    private const int FirstLook = 64;

    private const ulong Purpose = 0x5341_4D50;

    private readonly Sampling _sampling;
    private readonly RandomStream _random;
    private readonly float[] _scores, _chosen;
    private readonly int[] _order;
    private readonly bool[] _seen;

    /// <summary>A sampler at the beginning of a sequence.</summary>
    /// <param name="sampling">How to draw.</param>
    /// <param name="classes">C: the number of tokens.</param>
    /// <param name="sample">Which of several samples of the seed it draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number has no meaning.</exception>
    public TokenSampler(Sampling sampling, int classes, int sample = 0)
    {
        ArgumentNullException.ThrowIfNull(sampling);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        sampling.Check();
        (_sampling, _random) = (sampling, new RandomStream(sampling.Seed, (Purpose << 20) | (uint)sample));
        (_scores, _chosen, _order, _seen) = (new float[classes], new float[classes], new int[classes], new bool[classes]);
    }

    /// <summary>Tells of a token that was there, such as of a prompt.</summary>
    public void Saw(int token) => _seen[token] = true;

    /// <summary>Draws a token, which counts as seen.</summary>
    /// <param name="scores">[C]; −∞ for a token that must not be drawn.</param>
    public int Next(ReadOnlySpan<float> scores)
    {
        if (scores.Length != _scores.Length) throw new ArgumentException($"{scores.Length} scores for {_scores.Length} tokens", nameof(scores));
        scores.CopyTo(_scores);
        if (_sampling.RepetitionPenalty != 1) Penalize();
        int token = _sampling.Temperature == 0 ? TensorPrimitives.IndexOfMax(_scores) : Draw();
        _seen[token] = true;
        return token;
    }

    private void Penalize()
    {
        float penalty = (float)_sampling.RepetitionPenalty;
        for (int i = 0; i < _scores.Length; i++)
            if (_seen[i]) _scores[i] = _scores[i] > 0 ? _scores[i] / penalty : _scores[i] * penalty;
    }

    private int Draw()
    {
        // Powers of what lies below the best: the best is 1, whatever the temperature, and no sum can overflow.
        float best = TensorPrimitives.Max<float>(_scores);
        TensorPrimitives.Subtract(_scores, best, _scores);
        TensorPrimitives.Multiply(_scores, (float)(1 / _sampling.Temperature), _scores);
        TensorPrimitives.Exp(_scores, _scores);
        int classes = _scores.Length, most = _sampling.TopK is var k && k > 0 && k < classes ? k : classes;
        if (most == classes && _sampling.TopP >= 1) return At(_scores, classes, (float)_sampling.MinP, null);
        int count = _sampling.TopP >= 1 ? Best(most) : Mass(most);
        for (int i = 0; i < count; i++) _chosen[i] = _scores[_order[i]];
        return At(_chosen, count, (float)_sampling.MinP, _order);
    }

    /// <summary>The best tokens that hold the mass, of the best k.</summary>
    private int Mass(int most)
    {
        double whole = most < _scores.Length ? 0 : TensorPrimitives.Sum<float>(_scores);
        for (int look = Math.Min(FirstLook, most); ; look = (int)Math.Min(4L * look, most))
        {
            // What the mass is of: the best k, or all.
            int count = Best(most < _scores.Length ? most : look);
            if (most < _scores.Length)
                for (int i = 0; i < count; i++) whole += _scores[_order[i]];
            double sum = 0;
            for (int i = 0; i < count; i++)
                if ((sum += _scores[_order[i]]) >= _sampling.TopP * whole) return i + 1;
            if (count >= most) return count;
        }
    }

    /// <summary>Puts the best tokens first in the order, from the best on; of equal ones the lower number.</summary>
    private int Best(int count)
    {
        // A heap of the best so far, the worst of them on top: most tokens fall at the first comparison.
        Span<int> heap = _order.AsSpan(0, count);
        for (int i = 0; i < count; i++) heap[i] = i;
        for (int i = count / 2 - 1; i >= 0; i--) Sink(heap, i);
        float least = _scores[heap[0]];
        for (int i = count; i < _scores.Length; i++)
        {
            if (!(_scores[i] > least)) continue;
            heap[0] = i;
            Sink(heap, 0);
            least = _scores[heap[0]];
        }
        for (int last = count - 1; last > 0; last--)
        {
            (heap[0], heap[last]) = (heap[last], heap[0]);
            Sink(heap[..last], 0);
        }
        return count;
    }

    private void Sink(Span<int> heap, int at)
    {
        while (2 * at + 1 is var child && child < heap.Length)
        {
            if (child + 1 < heap.Length && IsWorse(heap[child + 1], heap[child])) child++;
            if (!IsWorse(heap[child], heap[at])) return;
            (heap[at], heap[child]) = (heap[child], heap[at]);
            at = child;
        }
    }

    private bool IsWorse(int token, int than) => _scores[token] < _scores[than] || (_scores[token] == _scores[than] && token > than);

    /// <summary>Draws by weight, of those that are at least a share of 1.</summary>
    private int At(float[] weights, int count, float least, int[]? order)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
            if (weights[i] >= least) sum += weights[i];
        // 53 bits: a draw of 24 could not reach what is rarer than one in 16 million.
        double left = (((ulong)_random.NextWord() << 21) | (_random.NextWord() >> 11)) * (1.0 / (1ul << 53)) * sum;
        int last = 0;
        for (int i = 0; i < count; i++)
        {
            if (weights[i] < least || weights[i] == 0) continue;
            last = i;
            if ((left -= weights[i]) < 0) break;
        }
        return order is null ? last : order[last];
    }
}
