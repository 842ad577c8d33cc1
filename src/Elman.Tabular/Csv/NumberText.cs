using System.Globalization;

namespace Elman.Tabular;

/// <summary>What one cell says about the notation of numbers.</summary>
internal enum NumberMarks
{
    /// <summary>The cell is no number.</summary>
    None,

    /// <summary>Digits without a mark.</summary>
    Whole,
    DecimalPoint,
    DecimalComma,

    /// <summary>One point before three digits: 1.234 may be either.</summary>
    OpenPoint,
    OpenComma,
    ThousandsPoint,
    ThousandsComma,
    ThousandsOther,
}

/// <summary>Splits and reads numbers as people write them: signs, currencies, percent signs, parentheses, marks between thousands.</summary>
internal static class NumberText
{
    private const int LongestText = 64;

    private static readonly double[] Powers = [.. Enumerable.Range(0, 23).Select(power => double.Parse($"1e{power}", CultureInfo.InvariantCulture))];

    /// <summary>Reads digits with at most one point, as nearly all files write numbers.</summary>
    /// <returns>Whether the cell is so plain that the value is exact.</returns>
    public static bool TryPlain(ReadOnlySpan<byte> cell, out double value, out int decimals, out NumberMarks marks)
    {
        const int mostDigits = 15;
        (value, decimals, marks) = (0, 0, NumberMarks.Whole);
        int i = !cell.IsEmpty && cell[0] == '-' ? 1 : 0, point = -1, start = i;
        long digits = 0;
        for (; i < cell.Length; i++)
        {
            int digit = cell[i] - '0';
            if ((uint)digit <= 9) digits = digits * 10 + digit;
            else if (cell[i] == '.' && point < 0) point = i;
            else return false;
            if (i - start > mostDigits) return false;
        }
        int lead = (point < 0 ? cell.Length : point) - start;
        if (lead == 0) return false;
        decimals = point < 0 ? 0 : cell.Length - point - 1;
        value = digits / Powers[decimals];
        if (start > 0) value = -value;
        if (point >= 0) marks = decimals == 3 && lead <= 3 && cell[start] != '0' ? NumberMarks.OpenPoint : NumberMarks.DecimalPoint;
        return true;
    }

    /// <summary>Takes off the sign, the parentheses, the currency and the percent sign.</summary>
    /// <returns>Whether a body of digits and marks is left.</returns>
    public static bool TryStrip(ReadOnlySpan<byte> cell, out NumberBody body)
    {
        body = default;
        if (cell.Length is 0 or > LongestText) return false;
        if (cell[0] == '(' && cell[^1] == ')')
        {
            body.Parentheses = true;
            cell = cell[1..^1];
        }
        for (bool more = true; more && !cell.IsEmpty;)
        {
            more = false;
            if (cell[0] is (byte)'-' or (byte)'+' && !body.Signed)
            {
                (body.Negative, body.Signed, more) = (cell[0] == '-', true, true);
                cell = cell[1..];
            }
            else if (cell.StartsWith("\u2212"u8) && !body.Signed)
            {
                (body.Negative, body.Signed, more) = (true, true, true);
                cell = cell[3..];
            }
            else if (body.Prefix.IsEmpty && Currency(cell, atEnd: false) is var length and > 0)
            {
                body.Prefix = cell[..length];
                cell = cell[length..];
                more = true;
            }
            cell = TrimSpaces(cell);
        }
        if (!cell.IsEmpty && cell[^1] == '%')
        {
            body.Suffix = cell[^1..];
            cell = TrimSpaces(cell[..^1]);
        }
        else if (Currency(cell, atEnd: true) is var length and > 0)
        {
            body.Suffix = cell[^length..];
            cell = TrimSpaces(cell[..^length]);
        }
        body.Negative |= body.Parentheses;
        body.Digits = cell;
        return !cell.IsEmpty && (IsDigit(cell[0]) || (cell[0] is (byte)'.' or (byte)',' && cell.Length > 1 && IsDigit(cell[1]))) && !(body.Parentheses && body.Signed);
    }

    /// <summary>What the marks between the digits of a body are.</summary>
    public static NumberMarks MarksOf(ReadOnlySpan<byte> digits, out int decimals, out string thousands)
    {
        (decimals, thousands) = (0, "");
        int exponent = digits.IndexOfAny((byte)'e', (byte)'E');
        if (exponent >= 0)
        {
            ReadOnlySpan<byte> power = digits[(exponent + 1)..].TrimStart("+-"u8);
            if (power.IsEmpty || power.Length > 3 || power.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return NumberMarks.None;
            digits = digits[..exponent];
        }
        int groups = 0, lead = 0, length = 0, count = 0;
        byte first = 0, last = 0;
        bool whole = true;
        for (int i = 0; i < digits.Length;)
        {
            if (IsDigit(digits[i]))
            {
                length++;
                i++;
                continue;
            }
            int width = MarkWidth(digits[i..]);
            if (width == 0) return NumberMarks.None;
            byte mark = width > 1 ? (byte)' ' : digits[i];
            if (groups == 0) (lead, first) = (length, mark);
            else whole &= length is 2 or 3 && last == first;
            (last, length) = (mark, 0);
            groups++;
            count++;
            i += width;
        }
        if (count == 0) return NumberMarks.Whole;
        bool three = length == 3 && lead is >= 1 and <= 3 && digits[0] != '0';
        if (last != first || last is (byte)'.' or (byte)',' && count == 1)
        {
            // The last mark is the decimal one, or the only one.
            if (last is not ((byte)'.' or (byte)',') || (count > 1 && (lead is 0 or > 3))) return NumberMarks.None;
            if (count > 1) thousands = Text(first);
            if (count == 1 && three) return last == '.' ? NumberMarks.OpenPoint : NumberMarks.OpenComma;
            decimals = length;
            if (count > 1 && !GroupsBefore(digits, first, last)) return NumberMarks.None;
            return last == '.' ? NumberMarks.DecimalPoint : NumberMarks.DecimalComma;
        }
        thousands = Text(first);
        if (!three || !whole) return NumberMarks.None;
        return first switch { (byte)'.' => NumberMarks.ThousandsPoint, (byte)',' => NumberMarks.ThousandsComma, _ => NumberMarks.ThousandsOther };

        static string Text(byte mark) => ((char)mark).ToString();
    }

    /// <summary>Reads a body of digits whose decimal mark is known.</summary>
    public static double Parse(in NumberBody body, char decimalMark)
    {
        Span<byte> plain = stackalloc byte[LongestText];
        int count = 0;
        foreach (byte b in body.Digits)
        {
            if (IsDigit(b) || b is (byte)'e' or (byte)'E' or (byte)'+' or (byte)'-') plain[count++] = b;
            else if (b == decimalMark) plain[count++] = (byte)'.';
        }
        return double.TryParse(plain[..count], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? body.Negative ? -value : value : double.NaN;
    }

    /// <summary>Whether all groups before the decimal mark are thousands.</summary>
    private static bool GroupsBefore(ReadOnlySpan<byte> digits, byte thousands, byte decimals)
    {
        int end = digits.LastIndexOf(decimals), length = 0;
        bool marked = false;
        for (int i = 0; i < end;)
        {
            if (IsDigit(digits[i]))
            {
                length++;
                i++;
                continue;
            }
            int width = MarkWidth(digits[i..]);
            if ((width > 1 ? (byte)' ' : digits[i]) != thousands || (marked ? length is not (2 or 3) : length is 0 or > 3)) return false;
            (marked, length) = (true, 0);
            i += width;
        }
        return length == 3;
    }

    /// <summary>The bytes of a mark between digits: a point, a comma, an apostrophe, a space, of which Unicode has several.</summary>
    private static int MarkWidth(ReadOnlySpan<byte> text)
    {
        if (text[0] is (byte)'.' or (byte)',' or (byte)' ' or (byte)'\'') return 1;
        if (text.StartsWith("\u00A0"u8)) return 2;
        return text.StartsWith("\u202F"u8) || text.StartsWith("\u2009"u8) || text.StartsWith("\u2019"u8) ? 3 : 0;
    }

    private static int Currency(ReadOnlySpan<byte> text, bool atEnd)
    {
        foreach (ReadOnlySpan<byte> sign in Signs)
            if (atEnd ? text.EndsWith(sign) : text.StartsWith(sign)) return sign.Length;
        return 0;
    }

    private static readonly byte[][] Signs =
        [.. new[] { "US$", "$", "€", "£", "¥", "₹", "₽", "₩", "₺", "kr", "zł", "Fr.", "EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "PLN", "R$" }.Select(System.Text.Encoding.UTF8.GetBytes)];

    private static ReadOnlySpan<byte> TrimSpaces(ReadOnlySpan<byte> text)
    {
        text = text.Trim((byte)' ');
        while (text.StartsWith("\u00A0"u8) || text.StartsWith("\u202F"u8)) text = text[(text[0] == 0xC2 ? 2 : 3)..];
        while (text.EndsWith("\u00A0"u8)) text = text[..^2];
        while (text.EndsWith("\u202F"u8)) text = text[..^3];
        return text;
    }

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';
}

/// <summary>A number without what stands around it.</summary>
internal ref struct NumberBody
{
    public bool Negative, Signed, Parentheses;

    public ReadOnlySpan<byte> Prefix, Suffix, Digits;
}
