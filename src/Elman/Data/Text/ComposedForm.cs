using System.Globalization;
using System.Text;

namespace Elman;

/// <summary>
/// Unicode's composed form (NFC, Unicode Standard Annex 15): "é" is one character, however it was typed. The runtime's own
/// <see cref="string.Normalize()"/> leaves texts as they are in programs without globalization data, so that one model would read one text
/// in two ways.
/// </summary>
internal static class ComposedForm
{
    // Hangul syllables are composed by arithmetic: Unicode Standard, section 3.12.
    private const int Syllables = 0xAC00, Leading = 0x1100, Vowels = 0x1161, Trailing = 0x11A7, LeadingCount = 19, VowelCount = 21, TrailingCount = 28;

    /// <summary>Characters before it neither decompose, nor compose with one before them, nor change places.</summary>
    private const char FirstMark = '\u0300';

    private static readonly Lazy<Tables> Data = new(Tables.Read);

    /// <summary>The composed form; halves of surrogate pairs become U+FFFD.</summary>
    public static string Of(string text)
    {
        int plain = text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstMark - 1));
        if (plain < 0) return text;
        List<int> scalars = new(text.Length + 8);
        foreach (Rune rune in text.EnumerateRunes()) Decompose(rune.Value, scalars);
        Order(scalars);
        StringBuilder composed = new(text.Length);
        foreach (int scalar in Compose(scalars)) composed.Append(new Rune(scalar).ToString());
        return composed.ToString();
    }

    private static void Decompose(int scalar, List<int> to)
    {
        int syllable = scalar - Syllables;
        if (syllable is >= 0 and < LeadingCount * VowelCount * TrailingCount)
        {
            to.Add(Leading + syllable / (VowelCount * TrailingCount));
            to.Add(Vowels + syllable / TrailingCount % VowelCount);
            if (syllable % TrailingCount is > 0 and int trailing) to.Add(Trailing + trailing);
        }
        else if (Data.Value.Decompositions.TryGetValue(scalar, out int[]? parts))
        {
            foreach (int part in parts) Decompose(part, to);
        }
        else
        {
            to.Add(scalar);
        }
    }

    /// <summary>Marks that follow each other, in the order of their classes; those of one class keep theirs.</summary>
    private static void Order(List<int> scalars)
    {
        for (int start = 0; start < scalars.Count; start++)
        {
            if (Class(scalars[start]) == 0) continue;
            int end = start;
            while (end < scalars.Count && Class(scalars[end]) != 0) end++;
            // A stable sort: a text of marks only must not take the square of its length.
            int[] sorted = [.. scalars.GetRange(start, end - start).OrderBy(Class)];
            for (int i = 0; i < sorted.Length; i++) scalars[start + i] = sorted[i];
            start = end;
        }
    }

    private static List<int> Compose(List<int> scalars)
    {
        List<int> composed = new(scalars.Count);
        int starter = -1, before = 0;
        foreach (int scalar in scalars)
        {
            int own = Class(scalar);
            bool blocked = starter < composed.Count - 1 && (before == 0 || before >= own);
            if (starter >= 0 && !blocked && Pair(composed[starter], scalar) is { } whole)
            {
                composed[starter] = whole;
                continue;
            }
            composed.Add(scalar);
            if (own == 0) starter = composed.Count - 1;
            before = own;
        }
        return composed;
    }

    private static int? Pair(int first, int second)
    {
        if (first - Leading is >= 0 and < LeadingCount and int leading && second - Vowels is >= 0 and < VowelCount and int vowel)
            return Syllables + (leading * VowelCount + vowel) * TrailingCount;
        if (first - Syllables is >= 0 and < LeadingCount * VowelCount * TrailingCount and int syllable && syllable % TrailingCount == 0
            && second - Trailing is > 0 and < TrailingCount and int trailing)
            return first + trailing;
        return Data.Value.Compositions.TryGetValue((first, second), out int whole) ? whole : null;
    }

    private static int Class(int scalar) => scalar < FirstMark ? 0 : Data.Value.Classes.GetValueOrDefault(scalar);

    private sealed record Tables(Dictionary<int, int[]> Decompositions, Dictionary<(int First, int Second), int> Compositions, Dictionary<int, int> Classes)
    {
        public static Tables Read()
        {
            Tables tables = new([], [], []);
            foreach (string entry in Entries(CanonicalData.Compositions))
            {
                (int whole, int[] parts) = tables.AddDecomposition(entry);
                tables.Compositions[(parts[0], parts[1])] = whole;
            }
            foreach (string entry in Entries(CanonicalData.Replacements)) tables.AddDecomposition(entry);
            foreach (string entry in Entries(CanonicalData.Classes)) tables.AddClass(entry);
            return tables;
        }

        private (int Whole, int[] Parts) AddDecomposition(string entry)
        {
            string[] sides = entry.Split('=');
            (int whole, int[] parts) = (Hex(sides[0]), Array.ConvertAll(sides[1].Split('+'), Hex));
            Decompositions[whole] = parts;
            return (whole, parts);
        }

        private void AddClass(string entry)
        {
            string[] sides = entry.Split(':'), ends = sides[0].Split('-');
            for (int scalar = Hex(ends[0]); scalar <= Hex(ends[^1]); scalar++) Classes[scalar] = int.Parse(sides[1], CultureInfo.InvariantCulture);
        }

        private static string[] Entries(string lines) => lines.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

        private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
