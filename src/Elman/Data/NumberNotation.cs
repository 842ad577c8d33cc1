using System.Globalization;

namespace Elman;

/// <summary>How the numbers of a column are written.</summary>
/// <param name="DecimalMark">The mark before the decimals: a point or a comma.</param>
/// <param name="Thousands">The mark between thousands; empty where there is none.</param>
/// <param name="Prefix">What stands before the digits, such as a currency.</param>
/// <param name="Suffix">What stands after them, such as a percent sign; the unit of the values is that of the file, 9.9 for 9.9 %.</param>
/// <param name="Decimals">How many decimals are written; null if they differ.</param>
public sealed record NumberNotation(char DecimalMark = '.', string Thousands = "", string Prefix = "", string Suffix = "", int? Decimals = null)
{
    /// <summary>The plain notation: a point, nothing else.</summary>
    public static NumberNotation Plain { get; } = new();

    /// <summary>Writes a number; a missing one is an empty text.</summary>
    /// <param name="value">The number.</param>
    public string Format(double value)
    {
        if (double.IsNaN(value)) return "";
        string digits = Decimals is { } count ? Math.Abs(value).ToString("F" + count, CultureInfo.InvariantCulture) : Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        int point = digits.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? digits : digits[..point], rest = point < 0 ? "" : DecimalMark + digits[(point + 1)..];
        if (Thousands.Length > 0 && !whole.Contains('E', StringComparison.Ordinal))
            for (int i = whole.Length - 3; i > 0; i -= 3) whole = whole.Insert(i, Thousands);
        return $"{(value < 0 ? "-" : "")}{Prefix}{whole}{rest}{Suffix}";
    }
}
