namespace Elman.Tests.Decoding;

public sealed class CrfTests
{
    private static readonly int[] Ragged = [5, 0, 1, 3, 4, 2, 5, 1, 2];

    private static TagMoves SomeMoves(int classes, RandomStream random)
    {
        bool Allowed() => random.NextUniform() < 0.6f;
        return new TagMoves([.. Enumerable.Range(0, classes).Select(_ => Allowed())], [.. Enumerable.Range(0, classes).Select(_ => Allowed())], [.. Enumerable.Range(0, classes * classes).Select(_ => Allowed())]);
    }

    /// <summary>
    /// A field and emissions of random scores: of a normal distribution, of few whole numbers so that many are equal, or so far apart that
    /// e^x overflows.
    /// </summary>
    private static (Crf Crf, Tensor Emissions) Make(int seed, int rows, int steps, Func<RandomStream, float>? draw = null)
    {
        RandomStream random = new((ulong)seed);
        int classes = 1 + (seed % 4);
        Crf crf = new(seed % 3 == 0 ? TagMoves.All(classes) : SomeMoves(classes, random));
        draw ??= Draw(seed);
        foreach (Tensor values in new[] { crf.Transitions, crf.Start, crf.End }) values.CopyFrom(Values(values.Count));
        return (crf, Tensor.From(Values(rows * steps * classes), rows, steps, classes));

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => draw(random))];
    }

    private static Func<RandomStream, float> Draw(int seed) => (seed / 12 % 4) switch
    {
        0 => random => random.NextNormal(),
        1 => random => random.NextInt(3),
        2 => random => 60 * random.NextNormal(),
        _ => random => random.NextUniform() < 0.2f ? float.NegativeInfinity : 20 * random.NextNormal(),
    };

    private static ReadOnlySpan<float> Row(Tensor emissions, int row, int length) => emissions.Span.Slice(row * emissions.Shape[1] * emissions.Shape[2], length * emissions.Shape[2]);

    public static IEnumerable<TheoryDataRow<int>> Seeds => Enumerable.Range(0, 96).Select(seed => new TheoryDataRow<int>(seed));

    /// <summary>Parameters stay finite, as those of a model are.</summary>
    private static (Crf Crf, Tensor Emissions, EnumeratedChain[] Chains) Some(int seed)
    {
        (Crf crf, Tensor emissions) = Make(seed, Ragged.Length, 5);
        foreach (Tensor values in new[] { crf.Transitions, crf.Start, crf.End }) values.CopyFrom([.. values.Span.ToArray().Select(value => float.IsFinite(value) ? value : -7)]);
        return (crf, emissions, [.. Ragged.Select((length, row) => new EnumeratedChain(crf, Row(emissions, row, length)))]);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Best_paths_are_those_of_all_sequences(int seed)
    {
        (Crf crf, Tensor emissions, EnumeratedChain[] chains) = Some(seed);
        int[] possible = [.. Enumerable.Range(0, chains.Length).Where(row => chains[row].IsPossible)];
        if (possible.Length < chains.Length) Assert.Contains("no sequence of", Assert.Throws<ArgumentException>(() => crf.Viterbi(emissions, Ragged)).Message, StringComparison.Ordinal);
        if (possible.Length < chains.Length) Assert.Throws<ArgumentException>(() => crf.Best(emissions, 3, Ragged));
        int[] lengths = [.. possible.Select(row => Ragged[row])];
        if (lengths.Length == 0) return;
        int[][] best = crf.Viterbi(emissions.Take(0, possible), lengths);
        TagPath[][] several = crf.Best(emissions.Take(0, possible), 7, lengths);
        bool exact = seed / 12 % 4 == 1;
        for (int i = 0; i < possible.Length; i++)
        {
            (int[] Tags, double Score)[] ranked = [.. chains[possible[i]].Ranked.Take(7)];
            Assert.Equal(ranked.Length, several[i].Length);
            Assert.Equal(ranked[0].Score, chains[possible[i]].Score(best[i]), 1e-3);
            for (int k = 0; k < ranked.Length; k++)
            {
                Assert.Equal(ranked[k].Score, several[i][k].Score, 1e-9 + Math.Abs(ranked[k].Score) * 1e-12);
                // Whole numbers are summed without rounding: there equal is equal, and the order is told.
                if (exact) Assert.Equal(ranked[k].Tags, several[i][k].Tags);
            }
            if (exact) Assert.Equal(ranked[0].Tags, best[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Marginals_are_those_of_all_sequences(int seed)
    {
        (Crf crf, Tensor emissions, EnumeratedChain[] chains) = Some(seed);
        int[] possible = [.. Enumerable.Range(0, chains.Length).Where(row => chains[row].IsPossible)];
        if (possible.Length < chains.Length) Assert.Throws<ArgumentException>(() => crf.Marginals(emissions, Ragged));
        if (possible.Length == 0) return;
        TagPosterior[] found = crf.Marginals(emissions.Take(0, possible), [.. possible.Select(row => Ragged[row])]);
        for (int i = 0; i < possible.Length; i++)
        {
            EnumeratedChain chain = chains[possible[i]];
            TagPosterior posterior = found[i];
            Assert.Equal(Ragged[possible[i]], posterior.Length);
            Assert.Equal(chain.LogPartition, posterior.LogPartition, 1e-4 * (1 + Math.Abs(chain.LogPartition)));
            for (int step = 0; step < posterior.Length; step++)
            {
                for (int tag = 0; tag < crf.Classes; tag++) Assert.Equal(chain.Probability(step, tag), posterior[step, tag], 2e-5);
                for (int end = step + 1; end <= posterior.Length; end++)
                {
                    int[] run = chain.Ranked.First().Tags[step..end];
                    Assert.Equal(chain.Probability(step, run), posterior.Of(step, run), 2e-5);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Loss_and_gradient_are_those_of_all_sequences(int seed)
    {
        (Crf crf, Tensor emissions, EnumeratedChain[] chains) = Some(seed);
        int[] possible = [.. Enumerable.Range(0, chains.Length).Where(row => chains[row].IsPossible)];
        int[] lengths = [.. possible.Select(row => Ragged[row])];
        if (lengths.Sum() == 0) return;
        RandomStream random = new((ulong)seed, 1);
        int[][] gold = [.. possible.Select(row => chains[row].Ranked.ElementAt(random.NextInt(chains[row].Ranked.Count())).Tags)];
        Tensor batch = emissions.Take(0, possible);
        // What is past a length is not read, be it tags or scores.
        int[] tags = [.. gold.SelectMany(one => one.Concat(Enumerable.Repeat(-1, 5 - one.Length)))];
        float[] scores = batch.Span.ToArray();
        for (int i = 0; i < lengths.Length; i++) scores.AsSpan(((i * 5) + lengths[i]) * crf.Classes, (5 - lengths[i]) * crf.Classes).Fill(float.NaN);
        batch = Tensor.From(scores, batch.Shape.Extents);
        batch.RequiresGradient = true;
        Tensor loss = crf.Loss(batch, tags, lengths);
        double total = lengths.Sum(), expected = possible.Select((row, i) => chains[row].LogPartition - chains[row].Score(gold[i])).Sum() / total;
        Assert.Equal(expected, loss.ToScalar(), 1e-4 * (1 + Math.Abs(expected)));
        loss.Backward();
        for (int i = 0; i < lengths.Length; i++)
            for (int step = 0; step < 5; step++)
                for (int tag = 0; tag < crf.Classes; tag++)
                    Assert.Equal(step < lengths[i] ? (chains[possible[i]].Probability(step, tag) - (gold[i][step] == tag ? 1 : 0)) / total : 0, batch.Gradient![i, step, tag], 2e-5);
        Every(crf.Start.Gradient!, tag => Count(0, 1, tag));
        Every(crf.End.Gradient!, tag => possible.Select((row, i) => lengths[i] == 0 ? 0 : chains[row].Probability(lengths[i] - 1, tag) - (gold[i][^1] == tag ? 1 : 0)).Sum());
        Every(crf.Transitions.Gradient!, move => Enumerable.Range(0, 4).Sum(step => Count(step, 2, move / crf.Classes, move % crf.Classes)));

        double Count(int first, int length, params int[] run) => possible.Select((row, i) => first + length > lengths[i] ? 0
            : chains[row].Probability(first, run) - (gold[i].AsSpan(first, length).SequenceEqual(run) ? 1 : 0)).Sum();
        void Every(Tensor gradient, Func<int, double> count)
        {
            for (int at = 0; at < gradient.Count; at++) Assert.Equal(count(at) / total, gradient.Span[at], 5e-5);
        }
    }

    [Fact]
    public void Gradient_is_that_of_differences()
    {
        (Crf crf, Tensor emissions) = Make(7, 4, 6, random => random.NextNormal());
        int[] lengths = [6, 2, 0, 5];
        int[][] gold = crf.Viterbi(emissions, lengths);
        int[] tags = [.. gold.SelectMany(one => one.Concat(Enumerable.Repeat(0, 6 - one.Length)))];
        GradientCheck.Require(() => crf.Loss(emissions, tags, lengths) * 3, [emissions, crf.Transitions, crf.Start, crf.End]);
    }

    [Fact]
    public void Bits_do_not_depend_on_threads_or_batch_mates()
    {
        RandomStream random = new(11);
        Crf crf = new(21);
        crf.Transitions.CopyFrom(Tensor.Normal(random, 21, 21).Span);
        Tensor emissions = Tensor.Normal(random, 13, 17, 21) * 3;
        emissions = emissions.Detach();
        int[] lengths = [17, 3, 0, 1, 16, 17, 2, 9, 8, 17, 5, 11, 17], tags = [.. Enumerable.Range(0, 13 * 17).Select(_ => random.NextInt(21))];
        (float Loss, float[] OfEmissions, float[] OfTransitions, int[][] Best, float[][] Marginals) Run(int threads)
        {
            using ComputeScope scope = Compute.Use(new ComputeContext { Threads = threads });
            Tensor input = emissions.Clone();
            input.RequiresGradient = true;
            crf.ZeroGradients();
            Tensor loss = crf.Loss(input, tags, lengths);
            loss.Backward();
            return (loss.ToScalar(), input.Gradient!.Span.ToArray(), crf.Transitions.Gradient!.Span.ToArray(), crf.Viterbi(input, lengths), [.. crf.Marginals(input, lengths).Select(Flat)]);
        }
        var one = Run(1);
        foreach (int threads in new[] { 2, 3, 8 })
        {
            var many = Run(threads);
            Assert.Equal(one.Loss, many.Loss);
            Assert.Equal(one.OfEmissions, many.OfEmissions);
            Assert.Equal(one.OfTransitions, many.OfTransitions);
            Assert.Equal(one.Best, many.Best);
            Assert.Equal(one.Marginals, many.Marginals);
        }
        for (int row = 0; row < lengths.Length; row++)
        {
            Tensor alone = Tensor.From(Row(emissions, row, lengths[row]), 1, lengths[row], 21);
            Assert.Equal(one.Best[row], crf.Viterbi(alone)[0]);
            Assert.Equal(one.Marginals[row], Flat(crf.Marginals(alone)[0]));
        }

        static float[] Flat(TagPosterior posterior) => [.. Enumerable.Range(0, posterior.Length).SelectMany(step => posterior.Of(step).ToArray())];
    }

    [Fact]
    public void A_batch_without_a_step_has_no_loss_and_no_gradient()
    {
        Crf crf = new(3);
        Tensor emissions = Tensor.Zeros(2, 0, 3);
        emissions.RequiresGradient = true;
        Tensor loss = crf.Loss(emissions, []);
        Assert.Equal(0, loss.ToScalar());
        loss.Backward();
        Assert.All(crf.Transitions.Gradient!.Span.ToArray(), slope => Assert.Equal(0, slope));
        Assert.Equal([[], []], crf.Viterbi(emissions));
    }

    [Fact]
    public void What_does_not_fit_is_said()
    {
        Crf crf = new(new TagMoves([true, false], [true, true], [true, true, false, true]));
        Tensor emissions = Tensor.Zeros(2, 2, 2);
        void Says(string message, Action act) => Assert.StartsWith(message, Assert.Throws<ArgumentException>(act).Message, StringComparison.Ordinal);
        Says("row 1 breaks the moves at step 0: the tag 1 may not begin a sequence", () => crf.Loss(emissions, [0, 0, 1, 1]));
        Says("row 0 has the tag 2 at step 1; there are 2, counted from 0", () => crf.Loss(emissions, [0, 2, 0, 0]));
        Says("3 tags for emissions of shape [2, 2, 2]", () => crf.Loss(emissions, [0, 0, 0]));
        Says("Crf: length 3 is not between 0 and 2", () => crf.Viterbi(emissions, [3, 1]));
        Says("Crf: 1 lengths for 2 sequences", () => crf.Viterbi(emissions, [2]));
        Says("Crf: expects emissions [N, L, 2], got [2, 4]", () => crf.Viterbi(Tensor.Zeros(2, 4)));
        Says("no sequence of 2 tags is possible", () => crf.Viterbi(Tensor.Full(float.NaN, 1, 2, 2)));
        Says("no sequence of 2 tags is possible", () => new Crf(new TagMoves([true], [true], [false])).Marginals(Tensor.Zeros(1, 2, 1)));
    }
}
