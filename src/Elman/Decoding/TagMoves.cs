namespace Elman;

/// <summary>
/// Which of C tags may begin a sequence, follow each other and end it: what a scheme such as BIOES allows, for a <see cref="Crf"/>.
/// </summary>
public sealed class TagMoves
{
    private readonly bool[] _starts, _ends, _next;

    /// <param name="starts">Whether a tag may be the first [C].</param>
    /// <param name="ends">Whether a tag may be the last [C].</param>
    /// <param name="next">Whether the second tag may follow the first [C·C], row-major: from, to.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together, or there is no tag.</exception>
    public TagMoves(bool[] starts, bool[] ends, bool[] next)
    {
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(ends);
        ArgumentNullException.ThrowIfNull(next);
        int classes = starts.Length;
        if (classes == 0 || ends.Length != classes || next.Length != (long)classes * classes)
            throw new ArgumentException($"{classes} starts, {ends.Length} ends and {next.Length} moves; C, C and C·C are expected, of at least one tag");
        (_starts, _ends, _next) = ([.. starts], [.. ends], [.. next]);
    }

    /// <summary>C.</summary>
    public int Classes => _starts.Length;

    /// <summary>Every tag after every other.</summary>
    public static TagMoves All(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        bool[] any = new bool[classes], next = new bool[classes * classes];
        Array.Fill(any, true);
        Array.Fill(next, true);
        return new TagMoves(any, any, next);
    }

    /// <summary>Whether a tag may be the first.</summary>
    public bool Starts(int tag) => _starts[tag];

    /// <summary>Whether a tag may be the last.</summary>
    public bool Ends(int tag) => _ends[tag];

    /// <summary>Whether a tag may follow another.</summary>
    public bool Allows(int from, int to) => _next[(from * Classes) + to];

    /// <summary>
    /// The first step at which a sequence breaks the rules; −1 if it keeps them. A tag that may not be the last counts as the step after
    /// it.
    /// </summary>
    public int FirstBreak(ReadOnlySpan<int> tags)
    {
        for (int step = 0; step < tags.Length; step++)
            if (step == 0 ? !Starts(tags[0]) : !Allows(tags[step - 1], tags[step])) return step;
        return tags.Length > 0 && !Ends(tags[^1]) ? tags.Length : -1;
    }
}
