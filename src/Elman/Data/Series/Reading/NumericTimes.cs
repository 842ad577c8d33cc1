namespace Elman;

/// <summary>Numbers that tell times: years, 202001, 20200131, seconds since 1970, the days of a spreadsheet, or an index that counts rows.</summary>
internal static class NumericTimes
{
    private static readonly string[] DatePatterns = ["yyyyMM", "yyyyMMdd", "yyyyMMddHH", "yyyyMMddHHmm", "yyyyMMddHHmmss"];

    /// <summary>The notation of a column of numbers; null if its numbers are no times.</summary>
    /// <param name="column">The column.</param>
    /// <param name="likely">The notation that a model remembers.</param>
    public static TimeNotation? NotationOf(NumberColumn column, TimeNotation? likely)
    {
        double least = double.PositiveInfinity, most = double.NegativeInfinity;
        bool whole = true;
        foreach (double value in column.Values)
        {
            if (double.IsNaN(value)) continue;
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
            whole &= Math.Floor(value) == value;
        }
        if (least > most) return null;
        if (likely is not null && (likely.Pattern == "index" ? whole : Fits(column, likely))) return likely;
        int decimals = column.Notation.Decimals ?? 0;
        if (whole && least >= 1700 && most <= 2200) return new TimeNotation("yyyy");
        if (whole && DatePatterns.Select(pattern => new TimeNotation(pattern)).FirstOrDefault(notation => Fits(column, notation)) is { } dates) return dates;
        string? unit = (least, most) switch
        {
            ( >= 1e8, < 1e10) => "unix s",
            ( >= 1e11, < 1e13) => "unix ms",
            ( >= 1e14, < 1e16) => "unix us",
            ( >= 1e17, < 1e19) => "unix ns",
            ( >= 20_000, < 80_000) when !whole => "excel",
            _ => null,
        };
        if (unit is not null) return new TimeNotation(decimals > 0 ? $"{unit}.{new string('0', decimals)}" : unit) { Offset = unit == "excel" ? null : TimeSpan.Zero };
        return whole && Math.Max(Math.Abs(least), Math.Abs(most)) < 1L << 53 ? TimeNotation.Index : null;
    }

    /// <summary>The time of a number; false if it is none in the notation.</summary>
    public static bool TryRead(double number, TimeNotation notation, out DateTime time)
    {
        time = default;
        if (notation.IsNumber) return notation.TryRead(number, out time);
        if (double.IsNaN(number) || number is < 0 or >= 1e15 || Math.Floor(number) != number) return false;
        Span<byte> digits = stackalloc byte[20];
        return ((long)number).TryFormat(digits, out int length, default, System.Globalization.CultureInfo.InvariantCulture)
            && length == notation.Pattern.Length && TimeNotation.PatternOf(notation.Pattern).TryParse(digits[..length], out time, out _)
            && time.Year is >= 1700 and <= 2200;
    }

    private static bool Fits(NumberColumn column, TimeNotation notation)
    {
        foreach (double value in column.Values)
            if (!double.IsNaN(value) && !TryRead(value, notation, out _)) return false;
        return true;
    }
}
