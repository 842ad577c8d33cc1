using System.Globalization;
using System.Text;

namespace Elman;

/// <summary>Cuts texts into tokens: the same ones on every machine and in programs with and without globalization data.</summary>
public static class Tokens
{
    private static readonly string[] Bytes = [.. Enumerable.Range(0, 256).Select(value => value.ToString("x2", CultureInfo.InvariantCulture))];
    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(value => ((char)value).ToString())];

    /// <summary>The tokens of a text in Unicode's composed form (NFC).</summary>
    /// <param name="text">The text; halves of surrogate pairs become U+FFFD.</param>
    /// <param name="unit">What it is cut into.</param>
    public static string[] Of(string text, TextUnit unit) => [.. Find(text, unit).Select(token => token.Text)];

    /// <summary>The tokens of a text and where they stand in it.</summary>
    /// <inheritdoc cref="Of"/>
    public static IReadOnlyList<Token> Find(string text, TextUnit unit)
    {
        ArgumentNullException.ThrowIfNull(text);
        return unit switch
        {
            TextUnit.Word => Words(text),
            TextUnit.Character => Characters(text),
            TextUnit.Byte => Utf8(text),
            _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "expected words, characters or bytes"),
        };
    }

    /// <summary>
    /// Unicode's composed form (NFC) of a text, as the tokens bear it: look words up with it that were not cut out of a text.
    /// </summary>
    /// <param name="text">The text; halves of surrogate pairs become U+FFFD.</param>
    public static string Composed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ComposedForm.Of(text);
    }

    private static List<Token> Words(string text)
    {
        List<Token> tokens = [];
        for (int at = 0; at < text.Length;)
        {
            int length = WordRules.Length(text, at, out bool counts);
            if (counts) tokens.Add(new Token(ComposedForm.Of(text.Substring(at, length)), at, length));
            at += length;
        }
        return tokens;
    }

    private static List<Token> Characters(string text)
    {
        List<Token> tokens = new(text.Length);
        foreach ((string piece, int start, int length) in Pieces(text))
        {
            bool asGiven = length == piece.Length;
            int inside = 0;
            foreach (Rune rune in piece.EnumerateRunes())
            {
                string token = rune.IsAscii ? Ascii[rune.Value] : rune.ToString();
                tokens.Add(asGiven ? new Token(token, start + inside, rune.Utf16SequenceLength) : new Token(token, start, length));
                inside += rune.Utf16SequenceLength;
            }
        }
        return tokens;
    }

    private static List<Token> Utf8(string text)
    {
        List<Token> tokens = new(text.Length);
        Span<byte> encoded = stackalloc byte[4];
        foreach (Token character in Characters(text))
        {
            int count = Encoding.UTF8.GetBytes(character.Text, encoded);
            foreach (byte one in encoded[..count]) tokens.Add(character with { Text = Bytes[one] });
        }
        return tokens;
    }

    /// <summary>User-perceived characters: nothing composes across their borders, so that each tells its own place.</summary>
    private static IEnumerable<(string Composed, int Start, int Length)> Pieces(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            int length = StringInfo.GetNextTextElementLength(text, at);
            yield return (length == 1 && char.IsAscii(text[at]) ? Ascii[text[at]] : ComposedForm.Of(text.Substring(at, length)), at, length);
            at += length;
        }
    }
}
