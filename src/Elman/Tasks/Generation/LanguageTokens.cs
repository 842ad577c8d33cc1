using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Elman;

/// <summary>How a language model cuts text into tokens, and puts it together again.</summary>
internal sealed class LanguageTokens
{
    private const string Where = "tokens", NewLine = "\n", Space = " ";

    private readonly Vocabulary _known;

    /// <summary>Of words: the text has blanks around its punctuation already, as corpora for research have.</summary>
    private readonly bool _isCut;

    private LanguageTokens(TextUnit unit, bool isCut, Vocabulary known) => (Unit, _isCut, _known) = (unit, isCut, known);

    public TextUnit Unit { get; }

    /// <summary>The number of tokens, with padding and unknown.</summary>
    public int Count => _known.Count;

    /// <summary>What generation begins with where there is no prompt.</summary>
    public int Start => _known.IndexOf(Unit == TextUnit.Byte ? "0a" : NewLine) is var line && line != Vocabulary.Unknown ? line : Vocabulary.Unknown + 1;

    public static LanguageTokens Of(string text, LanguageModelOptions options)
    {
        bool isCut = options.Unit == TextUnit.Word && IsCut(text);
        return new LanguageTokens(options.Unit, isCut, Vocabulary.Build(Cut(text, options.Unit, isCut), options.MinCount, options.Vocabulary));
    }

    public static LanguageTokens Read(JsonElement json)
    {
        StrictFields fields = new(json, Where);
        TextUnit unit = fields.Text("unit") switch
        {
            "character" => TextUnit.Character,
            "word" => TextUnit.Word,
            "byte" => TextUnit.Byte,
            var other => throw JsonFields.Damaged($"{Where}: unknown unit {Names.Quote(other)}"),
        };
        LanguageTokens tokens = new(unit, fields.Flag("cut"), fields.Inner("known", item => Vocabulary.Read(item)));
        fields.Finish();
        return tokens._known.Count > Vocabulary.Unknown + 1 ? tokens : throw JsonFields.Damaged($"{Where}: no token is known");
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("unit", Unit.ToString().ToLowerInvariant());
        json.WriteBoolean("cut", _isCut);
        json.WritePropertyName("known");
        _known.Write(json);
        json.WriteEndObject();
    }

    /// <summary>The numbers of a text's tokens.</summary>
    public int[] Numbers(string text) => [.. Cut(text, Unit, _isCut).Select(_known.IndexOf)];

    /// <summary>How often the training had each token, and one more: no token is impossible.</summary>
    public double[] Frequencies() => [.. Enumerable.Range(0, Count).Select(token => token == Vocabulary.Padding ? 0 : _known.CountOf(token) + 1.0)];

    /// <summary>What puts tokens together to a text that goes on behind another.</summary>
    public TextJoiner Join(string before) => new(this, before);

    private static IEnumerable<string> Cut(string text, TextUnit unit, bool isCut) => unit == TextUnit.Word ? Words(text, isCut) : Tokens.Of(text, unit);

    /// <summary>Words, punctuation at their edges apart, ends of lines; where text is not cut already, a blank before a word is part of it.</summary>
    private static IEnumerable<string> Words(string text, bool isCut)
    {
        text = Tokens.Composed(text);
        for (int at = 0; at < text.Length;)
        {
            if (text[at] == '\n') yield return NewLine;
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            int end = at;
            while (end < text.Length && !char.IsWhiteSpace(text[end])) end++;
            string word = text[at..end];
            string blank = !isCut && (at == 0 || char.IsWhiteSpace(text[at - 1])) ? Space : "";
            at = end;
            if (isCut) yield return word;
            else
                foreach (string part in Parts(word))
                {
                    yield return blank + part;
                    blank = "";
                }
        }
    }

    private static IEnumerable<string> Parts(string word)
    {
        int first = 0, last = word.Length;
        while (first < last && IsSign(word[first])) yield return word[first++].ToString();
        while (last > first && IsSign(word[last - 1])) last--;
        if (last > first) yield return word[first..last];
        for (int i = last; i < word.Length; i++) yield return word[i].ToString();
    }

    private static bool IsSign(char sign) => char.IsPunctuation(sign) || (char.IsSymbol(sign) && !char.IsSurrogate(sign));

    private static bool IsCut(string text)
    {
        int alone = 0, attached = 0;
        foreach (string word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (word is "," or "." or "<unk>") alone++;
            else if (word[^1] is ',' or '.') attached++;
        }
        return alone > attached;
    }

    /// <summary>Puts tokens together; a code point comes out when it is whole.</summary>
    public sealed class TextJoiner(LanguageTokens tokens, string before)
    {
        private readonly Decoder _bytes = Encoding.UTF8.GetDecoder();
        private bool _isBegin = before.Length == 0 || before.EndsWith('\n');

        /// <summary>What a token adds to the text; empty where a code point is not whole yet.</summary>
        public string Add(int token)
        {
            string text = tokens._known[token];
            if (tokens.Unit == TextUnit.Byte)
            {
                Span<char> signs = stackalloc char[4];
                return new string(signs[.._bytes.GetChars([byte.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture)], signs, flush: false)]);
            }
            if (tokens.Unit != TextUnit.Word) return text;
            bool isBegin = _isBegin;
            _isBegin = text == NewLine;
            if (text == NewLine) return text;
            if (tokens._isCut) return isBegin ? text : Space + text;
            return isBegin ? text.TrimStart(' ') : text;
        }
    }
}
