using System.Globalization;

namespace Elman.Tabular;

/// <summary>Foreign text fit for a message of one line: what a file, a server or a user says may hold anything.</summary>
internal static class OneLine
{
    private const int Longest = 40;
    private const int Listed = 12;

    /// <summary>The text without line breaks and control characters.</summary>
    public static string Of(string text) =>
        string.Join(' ', string.Concat(text.Select(Shown)).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The text in single quotes, cut where it is long.</summary>
    public static string Quote(string text)
    {
        string line = string.Concat(text.Select(Shown));
        return line.Length > Longest ? $"'{line[..Longest]}…'" : $"'{line}'";
    }

    /// <summary>"a, b, c", cut after a dozen.</summary>
    public static string List(IEnumerable<string> names)
    {
        string[] all = [.. names.Select(Of)];
        string listed = string.Join(", ", all.Take(Listed));
        return all.Length > Listed ? $"{listed}, and {all.Length - Listed} more" : listed;
    }

    /// <summary>Line ends, what moves a terminal's cursor, and what turns the direction of writing become spaces.</summary>
    private static char Shown(char letter) => char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? ' ' : letter;
}
