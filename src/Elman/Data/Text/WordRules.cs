using System.Globalization;
using System.Text;

namespace Elman;

/// <summary>
/// Where words end: a simple reading of Unicode Standard Annex 29. Letters, digits and marks run on; an apostrophe or a point joins letters
/// (don't, U.S), a point,
/// comma or colon joins digits (3.14, 1,000, 7:30), a hyphen joins both (well-known, 2021-01-31). Scripts without spaces go by
/// user-perceived character.
/// </summary>
internal static class WordRules
{
    /// <summary>
    /// First and last characters of Thai and Lao, Myanmar, Khmer, kana and Han: Unicode's blocks of the scripts that put no spaces between
    /// words.
    /// </summary>
    private static readonly (int First, int Last)[] WithoutSpaces =
    [
        (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x19E0, 0x19FF), (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3031, 0x3035),
        (0x3038, 0x303B), (0x3041, 0x309F), (0x30A1, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F), (0xF900, 0xFAFF),
        (0xFF66, 0xFF9F), (0x1AFF0, 0x1AFFF), (0x1B000, 0x1B16F), (0x20000, 0x3FFFF),
    ];

    private enum Kind
    {
        Space,
        Letter,
        Digit,
        Mark,
        Alone,
    }

    /// <summary>The length of what stands at a place, and whether it is a token or space between them.</summary>
    public static int Length(string text, int at, out bool counts)
    {
        Kind kind = KindAt(text, at, out int length);
        counts = kind != Kind.Space;
        return kind switch
        {
            Kind.Space => length,
            Kind.Alone => StringInfo.GetNextTextElementLength(text, at),
            _ => WordEnd(text, at) - at,
        };
    }

    private static int WordEnd(string text, int at)
    {
        Kind last = Kind.Alone;
        while (at < text.Length)
        {
            Kind kind = KindAt(text, at, out int length);
            if (kind is Kind.Space or Kind.Alone)
            {
                if (!Joins(text, at, length, last)) break;
                at += length;
                continue;
            }
            // A mark belongs to what it stands on.
            if (kind != Kind.Mark) last = kind;
            at += length;
        }
        return at;
    }

    /// <summary>Whether a character that is no part of words holds the two around it together.</summary>
    private static bool Joins(string text, int at, int length, Kind before)
    {
        if (at + length >= text.Length || length > 1) return false;
        Kind after = KindAt(text, at + length, out _);
        if (after is not (Kind.Letter or Kind.Digit)) return false;
        return text[at] switch
        {
            '\'' or '’' => before == Kind.Letter && after == Kind.Letter,
            '.' => before == after,
            ',' or ':' => before == Kind.Digit && after == Kind.Digit,
            '-' or '\u2010' or '\u2011' or '_' => before is Kind.Letter or Kind.Digit,
            // A soft hyphen, joiners and non-joiners, which some scripts write inside words.
            '\u00AD' or '\u200C' or '\u200D' or '\u2060' => true,
            _ => false,
        };
    }

    private static Kind KindAt(string text, int at, out int length)
    {
        Rune.DecodeFromUtf16(text.AsSpan(at), out Rune rune, out length);
        if (IsWithoutSpaces(rune.Value)) return Kind.Alone;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
                => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Digit,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Kind.Mark,
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control or UnicodeCategory.Format => Kind.Space,
            _ => Kind.Alone,
        };
    }

    private static bool IsWithoutSpaces(int scalar)
    {
        if (scalar < WithoutSpaces[0].First) return false;
        foreach ((int first, int last) in WithoutSpaces)
            if (scalar >= first && scalar <= last) return true;
        return false;
    }
}
