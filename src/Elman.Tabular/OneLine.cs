using System.Globalization;

namespace Elman.Tabular;

/// <summary>Foreign sentences fit for a message of one line: a server or a library may say anything.</summary>
internal static class OneLine
{
    /// <summary>The text without line ends and without what moves a terminal's cursor or turns the direction of writing.</summary>
    public static string Of(string text) => string.Join(' ', string.Concat(text.Select(Shown)).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static char Shown(char letter) => char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? ' ' : letter;
}
