namespace Elman.Samples.TrainedNetworks;

/// <summary>
/// A many-to-many task on real data, after Elman's own ("Finding structure in time", 1990): a line of a play comes letter by letter
/// without its spaces; where do words end? Every line is a sequence of its own length.
/// </summary>
public sealed class WordBoundaries
{
    /// <summary>The letters a to z.</summary>
    public const int Letters = 26;

    private readonly Line[] _training, _unseen;

    /// <summary>Reads a play; the last tenth of its lines is kept for the test.</summary>
    public WordBoundaries(string path)
    {
        Line[] lines = [.. File.ReadLines(path).Where(line => !line.EndsWith(':')).Select(Line.Of).Where(line => line.Letters.Length > 0)];
        (_training, _unseen) = (lines[..^(lines.Length / 10)], lines[^(lines.Length / 10)..]);
    }

    /// <summary>The share of unseen letters after which no word ends: what one gets right by never saying so.</summary>
    public double Never => 1 - _unseen.SelectMany(line => line.Ends[..^1]).Average();

    /// <summary>Trains a network and measures it.</summary>
    /// <param name="network">Letters [N, L] → scores of "the word goes on" and "it ends here" [N, L, 2].</param>
    /// <param name="epochs">Passes over the training lines.</param>
    /// <returns>The share of unseen letters that are told right.</returns>
    public double Train(Module network, int epochs)
    {
        const int BatchSize = 32;
        int steps = epochs * ((_training.Length + BatchSize - 1) / BatchSize);
        BatchSource<Batch> source = BatchSource.Shuffled(_training.Length, BatchSize, seed: 1, numbers => Batch.Of([.. numbers.Select(i => _training[i])]));
        Trainer trainer = new(network, new Adam(network.Parameters(), 5e-3), new TrainingOptions { Epochs = epochs, ClipNorm = 1, Schedule = new CosineDecay(5e-3, steps) });
        trainer.Run(source, batch => Loss.CrossEntropy(network.Forward(batch.Letters, batch.Lengths), batch.Ends));
        Batch unseen = Batch.Of(_unseen);
        using (Tensor.NoGradient()) return Right(network.Forward(unseen.Letters, unseen.Lengths).Span, unseen.Ends);
    }

    private static double Right(ReadOnlySpan<float> scores, int[] ends)
    {
        int right = 0, letters = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            if (ends[i] == Loss.Ignored) continue;
            letters++;
            if (scores[(2 * i) + 1] > scores[2 * i] == (ends[i] == 1)) right++;
        }
        return (double)right / letters;
    }

    /// <param name="Letters">0 for a to 25 for z.</param>
    /// <param name="Ends">1 where a word ends.</param>
    private sealed record Line(float[] Letters, int[] Ends)
    {
        public static Line Of(string text)
        {
            string[] words = [.. text.ToLowerInvariant().Split(' ', '-').Select(word => string.Concat(word.Where(char.IsAsciiLetterLower))).Where(word => word != "")];
            return new Line(
                [.. string.Concat(words).Select(letter => (float)(letter - 'a'))],
                [.. words.SelectMany(word => Enumerable.Range(1, word.Length).Select(place => place == word.Length ? 1 : 0))]);
        }
    }

    /// <summary>Lines side by side [N, L], the shorter ones padded. The end of a line is no riddle, so its last letter does not count.</summary>
    private sealed record Batch(Tensor Letters, int[] Lengths, int[] Ends)
    {
        public static Batch Of(Line[] lines)
        {
            int longest = lines.Max(line => line.Letters.Length);
            float[] letters = new float[lines.Length * longest];
            int[] ends = new int[lines.Length * longest];
            Array.Fill(ends, Loss.Ignored);
            for (int row = 0; row < lines.Length; row++)
            {
                lines[row].Letters.CopyTo(letters, row * longest);
                lines[row].Ends.AsSpan(..^1).CopyTo(ends.AsSpan(row * longest));
            }
            return new Batch(Tensor.From(letters, lines.Length, longest), [.. lines.Select(line => line.Letters.Length)], ends);
        }
    }
}
