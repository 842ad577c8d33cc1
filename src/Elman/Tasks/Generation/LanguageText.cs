namespace Elman;

/// <summary>The tokens of a text, read at several places side by side: for truncated backpropagation with a state that goes on from window to window (Williams and Peng 1990).</summary>
/// <param name="tokens">The text.</param>
/// <param name="streams">N: places, at most.</param>
/// <param name="window">T: tokens of a window.</param>
internal sealed class LanguageText(int[] tokens, int streams, int window)
{
    private const ulong Purpose = 0x4C54_5854;

    /// <summary>Windows that a stream has at least: in a short text fewer places are read at once.</summary>
    private const int FewestWindows = 4;

    private readonly int _streams = Math.Clamp(tokens.Length / (FewestWindows * window), 1, streams);

    /// <summary>N.</summary>
    public int Streams => _streams;

    /// <summary>Tokens of a stream.</summary>
    private int Length => (tokens.Length - 1) / _streams;

    /// <summary>The windows of each epoch. Where the streams begin is drawn anew for each: borders fall elsewhere.</summary>
    /// <param name="seed">The seed of the beginnings; null for the text's.</param>
    public BatchSource<LanguageWindow> Windows(ulong? seed) => new(
        epoch =>
        {
            int offset = seed is { } given ? new RandomStream(given, (Purpose << 24) | (uint)epoch).NextInt(tokens.Length) : 0;
            return BatchSource.Lazy((Length - 1) / window + 1, place => Cut(offset, place * window, Math.Min(window, Length - place * window)));
        },
        batch => batch.Streams);

    private LanguageWindow Cut(int offset, int start, int steps)
    {
        float[] inputs = new float[_streams * steps];
        int[] targets = new int[_streams * steps];
        for (int stream = 0; stream < _streams; stream++)
            for (int t = 0; t < steps; t++)
            {
                long at = offset + ((long)stream * Length) + start + t;
                inputs[(stream * steps) + t] = tokens[(int)(at % tokens.Length)];
                targets[(stream * steps) + t] = tokens[(int)((at + 1) % tokens.Length)];
            }
        return new LanguageWindow(inputs, targets, _streams);
    }
}

/// <summary>A window of tokens and those that follow each, both [N, T].</summary>
internal sealed record LanguageWindow(float[] Inputs, int[] Targets, int Streams)
{
    /// <summary>The inputs as a tensor [N, T].</summary>
    public Tensor Input => Tensor.From(Inputs, Streams, Inputs.Length / Streams);
}
