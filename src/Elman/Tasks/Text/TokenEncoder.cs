using Elman.Kernels;

namespace Elman;

/// <summary>
/// Makes vectors of tokens: a learned vector for each token that is known, and beside it what its characters say, so that words which training never saw
/// mean something too: a recurrent layer of both directions reads them (Lample et al. 2016, section 4.1), or a convolution whose largest values over
/// the characters count (Ma and Hovy 2016, section 2.1). In training some tokens are taken for unknown ones: a share of all, and half of
/// those that the training has once.
/// </summary>
public sealed class TokenEncoder : Module
{
    /// <summary>Characters of a word that are read; of a longer one its beginning and its end.</summary>
    private const int MostCharacters = 40;

    private const int CharacterVector = 25, Window = 3;
    private const float OnceDropout = 0.5f;

    private readonly Vocabulary _tokens;
    private readonly Vocabulary? _characters;
    private readonly Embedding _vectors;
    private readonly Embedding? _characterVectors;
    private readonly Module? _spelling, _pool;
    private readonly int _spellingSize;
    private readonly float _wordDropout;

    /// <summary>An encoder with fresh random weights.</summary>
    /// <param name="tokens">The tokens that are known.</param>
    /// <param name="size">Size of a token's vector.</param>
    /// <param name="random">Where the first weights come from.</param>
    /// <param name="characters">The characters that are known; null to read none.</param>
    /// <param name="characterSize">Size of what a token's characters give; even, unless a convolution reads them.</param>
    /// <param name="wordDropout">The share of the tokens that are taken for unknown ones in training.</param>
    /// <param name="convolution">Whether the characters are read by a convolution of <paramref name="characterSize"/> filters over three characters each.</param>
    public TokenEncoder(Vocabulary tokens, int size, RandomStream random, Vocabulary? characters = null, int characterSize = 50, float wordDropout = 0, bool convolution = false)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        Tensor.CheckProbability(wordDropout);
        (_tokens, _characters, _wordDropout) = (tokens, characters, wordDropout);
        _vectors = AddChild("tokens", Small(new Embedding(tokens.Count, size, random)));
        OutputSize = size;
        if (characters is null) return;
        _characterVectors = AddChild("characters", Small(new Embedding(characters.Count, CharacterVector, random)));
        int half = (characterSize + 1) / 2;
        _spellingSize = convolution ? characterSize : 2 * half;
        _spelling = AddChild<Module>("spelling", convolution ? new Conv1d(CharacterVector, characterSize, Window, random)
            : Cells.Create("lstm", CharacterVector, half, random, new RecurrentOptions { Direction = Direction.Both }));
        _pool = convolution ? new StepPool(isMaximum: true) : new LastStep(half);
        OutputSize += _spellingSize;
    }

    /// <summary>Values of a token.</summary>
    public int OutputSize { get; }

    /// <summary>The vectors of the tokens.</summary>
    public Embedding Vectors => _vectors;

    /// <inheritdoc/>
    public override string Description => $"tokens {_tokens.Count} → {_vectors.Dimension}{(_spelling is null ? "" : $", their characters → {_spellingSize}")}";

    /// <summary>The token as the vocabulary has it: in small letters, each digit 0. Its characters are read as they are.</summary>
    public static string Normalized(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return string.Create(token.Length, token, (form, of) =>
        {
            for (int i = 0; i < form.Length; i++) form[i] = char.IsAsciiDigit(of[i]) ? '0' : char.ToLowerInvariant(of[i]);
        });
    }

    /// <summary>The vectors of numbered tokens, [N, L] → [N, L, size]; there must be no characters to read.</summary>
    /// <exception cref="InvalidOperationException">The characters are read too, which numbers do not tell.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => _spelling is null ? _vectors.Forward(input, lengths)
        : throw new InvalidOperationException("the encoder reads the characters of its tokens: give the tokens, not their numbers");

    /// <summary>The vectors of the tokens of sequences.</summary>
    /// <param name="sequences">The tokens of each.</param>
    /// <returns>[N, L, <see cref="OutputSize"/>], L at least 1; and the lengths [N].</returns>
    public (Tensor Vectors, int[] Lengths) Forward(IReadOnlyList<IReadOnlyList<string>> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        TokenBatch batch = Batch(sequences.Select(tokens => _tokens.IndicesOf([.. tokens.Select(Normalized)])));
        int length = batch.Tokens.Length / Math.Max(1, batch.Count);
        if (DropoutKey is { } key) Forget(batch, length, key);
        Tensor vectors = _vectors.Forward(batch.Tokens, batch.Count, length);
        return (_spelling is null ? vectors : Tensor.Concat(2, vectors, Spelled(sequences, length)), batch.Lengths);
    }

    /// <summary>Each token that occurs is read once, wherever it stands.</summary>
    private Tensor Spelled(IReadOnlyList<IReadOnlyList<string>> sequences, int length)
    {
        Dictionary<string, int> known = new(StringComparer.Ordinal);
        int[] places = new int[sequences.Count * length];
        for (int row = 0; row < sequences.Count; row++)
            for (int at = 0; at < sequences[row].Count; at++)
            {
                string token = sequences[row][at];
                if (!known.TryGetValue(token, out int number)) known.Add(token, number = known.Count);
                places[row * length + at] = number;
            }
        if (known.Count == 0) known.Add("", 0);
        TokenBatch spelling = Batch(known.Keys.Select(token => _characters!.IndicesOf(Characters(token))));
        Tensor steps = _spelling!.Forward(_characterVectors!.Forward(spelling.Tokens, spelling.Count, spelling.Tokens.Length / spelling.Count), spelling.Lengths);
        return _pool!.Forward(steps, spelling.Lengths).Take(0, places).Reshape(sequences.Count, length, _spellingSize);
    }

    /// <summary>Sequences side by side, of one step at least, so that there is something to run.</summary>
    private static TokenBatch Batch(IEnumerable<int[]> sequences)
    {
        TokenBatch batch = TokenBatch.Of([.. sequences.Select(sequence => (ReadOnlyMemory<int>)sequence)]);
        return batch.Tokens.Length > 0 ? batch : batch with { Tokens = new int[batch.Count] };
    }

    private static string[] Characters(string token)
    {
        string[] all = Tokens.Of(token, TextUnit.Character);
        return all.Length <= MostCharacters ? all : [.. all.Take(MostCharacters / 2), .. all.TakeLast(MostCharacters / 2)];
    }

    /// <summary>What is unknown must be met in training, or it is never learned.</summary>
    private void Forget(TokenBatch batch, int length, DropoutKey key)
    {
        float[] any = new float[length], once = new float[length];
        for (int row = 0; row < batch.Count; row++)
        {
            key.For(MaskKind.Input, 0).Draw(any, row, 0, _wordDropout);
            key.For(MaskKind.Input, 1).Draw(once, row, 0, OnceDropout);
            Span<int> tokens = batch.Tokens.AsSpan(row * length, batch.Lengths[row]);
            for (int at = 0; at < tokens.Length; at++)
                if (any[at] > 0 || once[at] > 0 && _tokens.CountOf(tokens[at]) == 1) tokens[at] = Vocabulary.Unknown;
        }
    }

    /// <summary>Vectors of deviation 1/√size, whose length is about 1.</summary>
    private static Embedding Small(Embedding embedding)
    {
        foreach (ref float value in embedding.Weight.WritableSpan()) value /= MathF.Sqrt(embedding.Dimension);
        return embedding;
    }
}
