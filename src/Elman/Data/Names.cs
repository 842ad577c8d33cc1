using System.Globalization;

namespace Elman;

/// <summary>Finding what the user meant, and naming things in messages.</summary>
internal static class Names
{
    private const int ListedAtMost = 12;

    /// <summary>The candidate nearest to <paramref name="name"/>, or null when none is near enough to be a slip of the fingers.</summary>
    public static string? Nearest(string name, IEnumerable<string> candidates)
    {
        string wanted = name.ToLowerInvariant();
        string? best = null;
        int bestDistance = Math.Max(2, name.Length / 3) + 1;
        foreach (string candidate in candidates)
        {
            int distance = Distance(wanted, candidate.ToLowerInvariant());
            if (distance < bestDistance && distance < candidate.Length)
                (best, bestDistance) = (candidate, distance);
        }

        return best;
    }

    /// <summary>"a, b, c", cut after a dozen.</summary>
    public static string List(IReadOnlyCollection<string> names)
    {
        string listed = string.Join(", ", names.Take(ListedAtMost).Select(Shown));
        return names.Count > ListedAtMost ? $"{listed}, and {names.Count - ListedAtMost} more" : listed;
    }

    /// <summary>"1 row", "2 rows", "1,461 rows".</summary>
    public static string Count(long number, string noun) => $"{number:N0} {noun}{(number == 1 ? "" : "s")}";

    /// <summary>A text as it may stand inside a one-line message, in quotes.</summary>
    public static string Quote(string text) => $"'{Shown(text)}'";

    /// <summary>A text as it may stand inside a one-line message: what would steer a terminal is written as an escape, and it is not endless.</summary>
    public static string Shown(string text)
    {
        const int longest = 40;
        string cut = text.Length > longest ? text[..longest] + "…" : text;
        return cut.Any(Steers) ? string.Concat(cut.Select(c => Steers(c) ? $"\\u{(int)c:x4}" : c.ToString())) : cut;

        static bool Steers(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
    }

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
