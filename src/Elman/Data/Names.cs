using System.Buffers;
using System.Globalization;
using System.Text;

namespace Elman;

/// <summary>Finding what the user meant, and naming things in messages.</summary>
internal static class Names
{
    private const int ListedAtMost = 12, NameLength = 40, TypedAtMost = 200, ComparedAtMost = 10_000;

    /// <summary>The candidate nearest to <paramref name="name"/>, or null when none is near enough to be a slip of the fingers.</summary>
    /// <remarks>Among more than <see cref="ComparedAtMost"/> candidates, or of a name that nobody types, none is looked for: the work is a product of both lengths.</remarks>
    public static string? Nearest(string name, IEnumerable<string> candidates)
    {
        if (name.Length > TypedAtMost) return null;
        string wanted = name.ToLowerInvariant();
        string? best = null;
        int bestDistance = Math.Max(2, name.Length / 3) + 1;
        foreach (string candidate in candidates.Take(ComparedAtMost))
        {
            if (Math.Abs(candidate.Length - name.Length) >= bestDistance) continue;
            int distance = Distance(wanted, candidate.ToLowerInvariant());
            if (distance < bestDistance && distance < candidate.Length)
                (best, bestDistance) = (candidate, distance);
        }

        return best;
    }

    /// <summary>"a, b, c", cut after a dozen.</summary>
    public static string List(IReadOnlyCollection<string> names)
    {
        string listed = string.Join(", ", names.Take(ListedAtMost).Select(name => Shown(name)));
        return names.Count > ListedAtMost ? $"{listed}, and {names.Count - ListedAtMost} more" : listed;
    }

    /// <summary>"1 row", "2 rows", "1,461 rows".</summary>
    public static string Count(long number, string noun) => $"{number:N0} {noun}{(number == 1 ? "" : "s")}";

    /// <summary>A text as it may stand inside a one-line message, in quotes.</summary>
    public static string Quote(string text, int longest = NameLength) => $"'{Shown(text, longest)}'";

    /// <summary>A text from a file or from data as it may be printed: in one line, not endless, and what would steer a terminal is written as an escape.</summary>
    public static string Shown(string text, int longest = NameLength)
    {
        if (text.Length <= longest) return Escaped(text);
        int length = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        return Escaped(text.AsSpan(0, length)) + "…";
    }

    /// <summary>
    /// A text without what steers a terminal, or turns the order of what is read: controls (C0 and C1, so every escape sequence), formats such as U+202E, line and paragraph
    /// separators and halves of surrogate pairs become escapes such as \u001b.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="keep">A control that stays, such as the line feed of a text of several lines.</param>
    public static string Escaped(ReadOnlySpan<char> text, char? keep = null)
    {
        StringBuilder escaped = new(text.Length);
        while (!text.IsEmpty)
        {
            bool whole = Rune.DecodeFromUtf16(text, out Rune rune, out int length) == OperationStatus.Done;
            if (whole && (!Steers(rune) || text[0] == keep)) escaped.Append(text[..length]);
            else
                foreach (char unit in text[..length]) escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            text = text[length..];
        }
        return escaped.ToString();
    }

    private static bool Steers(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours that turn one into the other (Damerau 1964).</summary>
    public static int Distance(string a, string b)
    {
        int[,] table = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            table[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            table[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int change = a[i - 1] == b[j - 1] ? 0 : 1;
                int best = Math.Min(Math.Min(table[i - 1, j], table[i, j - 1]) + 1, table[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    best = Math.Min(best, table[i - 2, j - 2] + 1);
                table[i, j] = best;
            }
        }

        return table[a.Length, b.Length];
    }
}
