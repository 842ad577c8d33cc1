namespace Elman;

/// <summary>
/// What the schemes of tags allow and mean. A tag of a span is its place (B, I, E or S), a hyphen and its type, as <c>B-NP</c>; O is
/// outside of all.
/// </summary>
public static class TagSchemes
{
    /// <summary>Outside of all spans.</summary>
    public const string Outside = "O";

    /// <summary>
    /// The scheme that sentences are tagged in: plain if some tag is none of a span; BIOES if there is an E or an S; of the others that
    /// which they keep, BIO if none.
    /// </summary>
    /// <param name="sentences">The tags of each sentence.</param>
    public static TagScheme Detect(IReadOnlyCollection<IReadOnlyList<string>> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        HashSet<string> tags = [.. sentences.SelectMany(sentence => sentence)];
        if (!tags.All(IsOfSpans) || tags.All(tag => tag == Outside)) return TagScheme.Plain;
        if (tags.Any(tag => tag[0] is 'E' or 'S')) return TagScheme.Bioes;
        return !Keep(TagScheme.Bio) && Keep(TagScheme.Iob1) ? TagScheme.Iob1 : TagScheme.Bio;

        bool Keep(TagScheme scheme) => sentences.All(sentence => FirstBreak(scheme, sentence) < 0);
    }

    /// <summary>
    /// The first word whose tag breaks the scheme; −1 if none does. A span that the sentence's end cuts off counts at the last word.
    /// </summary>
    public static int FirstBreak(TagScheme scheme, IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        for (int i = 0; i < tags.Count; i++)
            if (!MayFollow(scheme, i == 0 ? null : tags[i - 1], tags[i])) return i;
        return tags.Count > 0 && !MayFollow(scheme, tags[^1], null) ? tags.Count - 1 : -1;
    }

    /// <summary>Why the tag of a word breaks the scheme, as part of a sentence.</summary>
    public static string Complaint(TagScheme scheme, IReadOnlyList<string> tags, int at)
    {
        ArgumentNullException.ThrowIfNull(tags);
        if (scheme != TagScheme.Plain && !IsOfSpans(tags[at])) return $"the tag {Names.Quote(tags[at])} is neither {Outside} nor a tag of a span such as B-x";
        string before = at == 0 ? "begins the sentence" : $"follows {Names.Quote(tags[at - 1])}";
        if (MayFollow(scheme, at == 0 ? null : tags[at - 1], tags[at])) before = "ends the sentence";
        string rule = scheme switch
        {
            TagScheme.Iob1 => "in IOB1 B-x stands only after B-x or I-x",
            TagScheme.Bio => "in BIO I-x stands only after B-x or I-x",
            _ => "in BIOES I-x and E-x stand only after B-x or I-x, and after these nothing else does",
        };
        return $"the tag {Names.Quote(tags[at])} {before}; {rule}";
    }

    /// <summary>Which of some tags may follow each other.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="tags">The tags [C].</param>
    public static TagMoves Moves(TagScheme scheme, IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return new TagMoves(
            [.. tags.Select(tag => MayFollow(scheme, null, tag))],
            [.. tags.Select(tag => MayFollow(scheme, tag, null))],
            [.. tags.SelectMany(from => tags.Select(to => MayFollow(scheme, from, to)))]);
    }

    /// <summary>All tags that spans of some types need, so that spans of any length can be tagged.</summary>
    /// <param name="scheme">A scheme of spans.</param>
    /// <param name="types">The types.</param>
    public static string[] TagsOf(TagScheme scheme, IEnumerable<string> types)
    {
        string places = scheme == TagScheme.Bioes ? "BIES" : "BI";
        return [Outside, .. types.SelectMany(type => places.Select(place => $"{place}-{type}"))];
    }

    /// <summary>The tags of another scheme for the same spans.</summary>
    /// <param name="tags">The tags of a sentence, in any scheme; broken ones are read as <see cref="Spans"/> does.</param>
    /// <param name="scheme">The scheme to write.</param>
    /// <exception cref="ArgumentException">One tag is none of a span, or the scheme is <see cref="TagScheme.Plain"/>.</exception>
    public static string[] Convert(IReadOnlyList<string> tags, TagScheme scheme)
    {
        ArgumentNullException.ThrowIfNull(tags);
        if (scheme == TagScheme.Plain || tags.FirstOrDefault(tag => !IsOfSpans(tag)) is not null) throw new ArgumentException("only tags of spans can be converted, and only to another scheme of spans", nameof(tags));
        string[] result = [.. Enumerable.Repeat(Outside, tags.Count)];
        (string Type, int End) before = ("", -1);
        foreach (TagSpan span in Spans(tags))
        {
            for (int i = span.Start; i < span.End; i++) result[i] = $"{Place(scheme, i == span.Start, i == span.End - 1, before == (span.Type, span.Start))}-{span.Type}";
            before = (span.Type, span.End);
        }
        return result;
    }

    /// <summary>
    /// The spans of a sentence as conlleval finds them (Tjong Kim Sang and Buchholz 2000), whatever the scheme, and where tags break one
    /// too: a span ends where the type changes, before a B or S and
    /// after an E or S; it begins at any tag of a span that does not go on with another.
    /// </summary>
    /// <param name="tags">The tags of a sentence.</param>
    public static IReadOnlyList<TagSpan> Spans(IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        List<TagSpan> spans = [];
        (char Place, string Type) before = ('O', "");
        int start = 0;
        for (int i = 0; i <= tags.Count; i++)
        {
            (char Place, string Type) tag = i < tags.Count ? Parse(tags[i]) : ('O', "");
            bool cut = tag.Place is 'O' or 'B' or 'S' || before.Place is 'O' or 'E' or 'S' || tag.Type != before.Type;
            if (cut && before.Place != 'O') spans.Add(new TagSpan(before.Type, start, i - start));
            if (cut) start = i;
            before = tag;
        }
        return spans;
    }

    private static bool IsOfSpans(string tag) => tag == Outside || (tag.Length > 2 && tag[1] == '-' && tag[0] is 'B' or 'I' or 'E' or 'S');

    private static (char Place, string Type) Parse(string tag)
    {
        int hyphen = tag.IndexOf('-', StringComparison.Ordinal);
        return tag.Length == 0 || tag == Outside ? ('O', "") : (tag[0], hyphen < 0 ? "" : tag[(hyphen + 1)..]);
    }

    /// <summary>Whether a tag may follow another; null is the border of the sentence.</summary>
    private static bool MayFollow(TagScheme scheme, string? from, string? to)
    {
        if (scheme == TagScheme.Plain) return true;
        if (from is not null && !IsOfSpans(from) || to is not null && !IsOfSpans(to)) return false;
        (char Place, string Type) left = Parse(from ?? Outside), right = Parse(to ?? Outside);
        bool open = left.Place is 'B' or 'I', same = open && left.Type == right.Type;
        return (scheme, right.Place) switch
        {
            (TagScheme.Iob1, 'B') => same,
            (TagScheme.Bio, 'I') => same,
            (TagScheme.Bioes, 'I' or 'E') => same,
            (TagScheme.Bioes, _) => !open,
            (_, 'E' or 'S') => false,
            _ => true,
        };
    }

    private static char Place(TagScheme scheme, bool first, bool last, bool touches) => scheme switch
    {
        TagScheme.Bioes => (first, last) switch { (true, true) => 'S', (true, _) => 'B', (_, true) => 'E', _ => 'I' },
        TagScheme.Bio => first ? 'B' : 'I',
        _ => first && touches ? 'B' : 'I',
    };
}
