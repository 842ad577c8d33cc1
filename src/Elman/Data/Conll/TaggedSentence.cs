namespace Elman;

/// <summary>A sentence: words, and, where they are known, a tag for each and a label of the whole.</summary>
public sealed class TaggedSentence
{
    /// <summary>A sentence of words, tagged or not.</summary>
    /// <param name="words">The words.</param>
    /// <param name="tags">A tag for each; null where they are not known.</param>
    /// <param name="label">What the whole is, such as an intent; null for nothing.</param>
    /// <exception cref="ArgumentException">There are not as many tags as words.</exception>
    public TaggedSentence(IReadOnlyList<string> words, IReadOnlyList<string>? tags = null, string? label = null)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (tags is not null && tags.Count != words.Count) throw new ArgumentException($"{tags.Count} tags for {words.Count} words", nameof(tags));
        (Words, Tags, Label) = (words, tags, label);
    }

    /// <summary>The words.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>A tag for each word; null where they are not known.</summary>
    public IReadOnlyList<string>? Tags { get; }

    /// <summary>What the whole is; null for nothing.</summary>
    public string? Label { get; }

    /// <summary>Further columns of the words that a tagger may read, such as parts of speech: for each word its values.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Features { get; init; } = [];

    /// <summary>The file that it comes from; null for none.</summary>
    public string? Source { get; init; }

    /// <summary>The line of the first word in its file; 0 where there is none.</summary>
    public long Line { get; init; }

    /// <summary>The lines of the file, without the empty one behind them.</summary>
    internal IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Which of <see cref="Lines"/> are the words'.</summary>
    internal IReadOnlyList<int> Rows { get; init; } = [];

    /// <summary>The line of a word in its file; 0 where there is none.</summary>
    internal long LineOf(int word) => Line == 0 ? 0 : Rows.Count > 0 ? Line + Rows[word] - Rows[0] : Line + word;

    /// <summary>The words, blanks between.</summary>
    public override string ToString() => string.Join(' ', Words);
}
