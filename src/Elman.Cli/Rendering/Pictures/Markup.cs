using System.Globalization;
using System.Text;

namespace Elman.Cli;

/// <summary>Text and numbers inside HTML and SVG. What comes from data never becomes markup.</summary>
internal static class Markup
{
    /// <summary>A text between tags or in a quoted attribute; what XML has no place for becomes a replacement character.</summary>
    public static string Text(string text)
    {
        StringBuilder safe = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            safe.Append(rune.Value switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                < 0x20 and not ('\t' or '\n') or (>= 0x7F and < 0xA0) or 0xFFFE or 0xFFFF => "\uFFFD",
                _ => rune.ToString(),
            });
        }

        return safe.ToString();
    }

    /// <summary>A coordinate, in tenths.</summary>
    public static string Place(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>About how wide a text is in Arial or the likes of it, never much less.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">The size of the letters.</param>
    public static double Width(string text, double size) => size * text.EnumerateRunes().Sum(rune => rune.Value switch
    {
        'i' or 'j' or 'l' or '.' or ',' or '\'' or '|' or ':' or ';' or '!' => 0.28,
        ' ' or 'f' or 't' or 'r' or 'I' or '-' or '(' or ')' or '/' or '[' or ']' => 0.34,
        'm' or 'M' or 'w' or 'W' or '%' or '@' => 0.92,
        >= '0' and <= '9' or >= 'a' and <= 'z' or '_' => 0.56,
        < 0x2000 => 0.72,
        _ => 1.0,
    });

    /// <summary>A text that is no wider than it may be.</summary>
    public static string Shortened(string text, double size, double width)
    {
        if (Width(text, size) <= width) return text;
        int length = text.Length;
        while (length > 1 && (char.IsLowSurrogate(text[length - 1]) || Width(text[..length] + "…", size) > width)) length--;
        return text[..length] + "…";
    }

    /// <summary>A text in lines no wider than they may be, broken between words where that goes; what does not fit into the last line is left out.</summary>
    public static List<string> Lines(string text, double size, double width, int most)
    {
        List<string> lines = [];
        string line = "";
        foreach (string word in text.Split(' '))
        {
            string longer = line.Length == 0 ? word : $"{line} {word}";
            if (line.Length > 0 && lines.Count < most - 1 && Width(longer, size) > width)
            {
                lines.Add(Shortened(line, size, width));
                longer = word;
            }

            line = longer;
        }

        lines.Add(Shortened(line, size, width));
        return lines;
    }
}
