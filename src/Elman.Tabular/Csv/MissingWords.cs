using System.Globalization;
using System.Text;

namespace Elman.Tabular;

/// <summary>Cells that say that there is no value.</summary>
internal sealed class MissingWords
{
    /// <summary>Usual ones; the others are remarked where they are found.</summary>
    private static readonly HashSet<string> Plain = new(StringComparer.OrdinalIgnoreCase) { "", "nan", "na", "n/a", "null", "none" };

    private static readonly HashSet<string> Told = new(StringComparer.OrdinalIgnoreCase)
    {
        "?", "-", "--", "—", "–", ".", "..", "#n/a", "#n/a n/a", "#na", "#value!", "#div/0!", "#ref!", "#num!", "#null!", "\\n", "nil", "missing", "<na>", "nat", "-nan", "1.#qnan",
        "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "-∞",
    };

    /// <summary>In a column of texts "NA" may be Namibia, and a dash a category.</summary>
    private static readonly HashSet<string> OfTexts = new(StringComparer.OrdinalIgnoreCase) { "", "nan", "null", "\\n", "#n/a", "<na>", "nat" };

    private readonly HashSet<string> _given;
    private readonly double[] _numbers;

    public MissingWords(IReadOnlyList<string> given)
    {
        _given = [.. given];
        _numbers = [.. given.Where(word => double.TryParse(word, CultureInfo.InvariantCulture, out _)).Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
    }

    private const int Longest = 24;

    /// <summary>Whether a cell of a column of numbers or times says that there is no value.</summary>
    /// <param name="cell">UTF-8.</param>
    /// <param name="told">The word, if it is one that is to be told.</param>
    public bool Contains(ReadOnlySpan<byte> cell, out string? told)
    {
        told = null;
        if (cell.IsEmpty) return true;
        if (cell.Length > Longest && _given.Count == 0) return false;
        string word = Encoding.UTF8.GetString(cell);
        if (Plain.Contains(word) || _given.Contains(word)) return true;
        if (!Told.Contains(word)) return false;
        told = word;
        return true;
    }

    /// <summary>Whether a number stands for no value.</summary>
    public bool Contains(double value) => _numbers.Length > 0 && Array.IndexOf(_numbers, value) >= 0;

    /// <summary>Whether a cell of a column of texts says that there is no value.</summary>
    public bool IsNoText(ReadOnlySpan<char> cell) =>
        cell.IsEmpty || (cell.Length <= 4 && OfTexts.Contains(cell.ToString())) || (_given.Count > 0 && _given.Contains(cell.ToString()));
}
