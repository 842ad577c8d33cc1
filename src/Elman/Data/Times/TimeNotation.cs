using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Elman;

/// <summary>How the times of a column are written, so that forecasts continue it in its own notation.</summary>
/// <param name="Pattern">
/// The letters of <see cref="DateTime.ToString(string, IFormatProvider)"/>, and <c>k</c> for hours 1 to 24, <c>q</c> for the quarter, <c>YYYY-Www</c> for
/// ISO weeks, <c>zzzz</c> for offsets without a colon; letters without a meaning stand for themselves. Or a word: "iso" for ISO 8601 with the date alone
/// at midnight; "unix s", "unix ms", "unix us", "unix ns" for the time since 1970; "excel" for the days of a spreadsheet; "index" for whole numbers
/// that count rows. "unix s.000" and "excel.00000" say how many decimals are written.
/// </param>
public sealed record TimeNotation(string Pattern)
{
    private static readonly ConcurrentDictionary<string, TimePattern> Compiled = new();

    /// <summary>What spreadsheets count from.</summary>
    private static readonly DateTime ExcelStart = new(1899, 12, 30);

    /// <summary>ISO 8601: the date alone at midnight, the time of day where there is one.</summary>
    public static TimeNotation Iso { get; } = new("iso");

    /// <summary>Whole numbers that count rows: 1, 2, 3.</summary>
    public static TimeNotation Index { get; } = new("index");

    /// <summary>The distance from UTC of all times of the column; null if they do not tell it.</summary>
    public TimeSpan? Offset { get; init; }

    /// <summary>The time zone whose clock the column shows, by its name in the IANA database, such as "Europe/Berlin"; null if it is not known.</summary>
    public string? Zone { get; init; }

    /// <summary>
    /// Whether the values of the column are instants in UTC, which are written by the clock of <see cref="Zone"/>, else at <see cref="Offset"/>. False: the
    /// values are what the clock showed.
    /// </summary>
    public bool Instants { get; init; }

    /// <summary>Whether the column shows times of day without a date; they lie on the second day of the year 1.</summary>
    public bool IsTimeOfDay => Exact is { HasDate: false };

    /// <summary>Whether the column shows days without a time of day.</summary>
    public bool IsDate => Exact is { HasDate: true, HasHour: false };

    /// <summary>Whether the times are written as numbers that are no dates: seconds, milliseconds, days, rows.</summary>
    public bool IsNumber => Pattern.StartsWith("unix ", StringComparison.Ordinal) || Pattern.StartsWith("excel", StringComparison.Ordinal) || Pattern == "index";

    private TimePattern? Exact => Pattern == "iso" || IsNumber ? null : PatternOf(Pattern);

    internal static TimePattern PatternOf(string pattern) => Compiled.GetOrAdd(pattern, text => new TimePattern(text));

    /// <summary>Writes a time.</summary>
    /// <param name="time">The time, as the column counts it.</param>
    public string Format(DateTime time)
    {
        if (IsNumber) return Count(time);
        (DateTime clock, TimeSpan offset) = Local(time);
        return Exact?.Format(clock, offset)
            ?? clock.ToString(clock.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : clock.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-ddTHH:mm:ss" : "yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a time that is written in the column's notation, or in ISO 8601 as the clock shows it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="time">The time, as the column counts it.</param>
    /// <returns>Whether the text is such a time.</returns>
    public bool TryParse(string text, out DateTime time)
    {
        ArgumentNullException.ThrowIfNull(text);
        time = default;
        if (IsNumber && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)) return TryRead(number, out time);
        if (Exact is { } exact && exact.TryParse(Encoding.UTF8.GetBytes(text), out time, out TimeSpan offset))
        {
            if (Instants) time = exact.HasOffset ? time - offset : ToUtc(time, after: null);
            return true;
        }
        if (!DateTime.TryParseExact(text, ["yyyy-M-d", "yyyy-M-dTH:m", "yyyy-M-d H:m", "yyyy-M-dTH:m:s.FFFFFFF", "yyyy-M-d H:m:s.FFFFFFF"], CultureInfo.InvariantCulture, DateTimeStyles.None, out time))
            return false;
        if (Instants) time = ToUtc(time, after: null);
        return true;
    }

    /// <summary>Writes the notation as a JSON object.</summary>
    /// <param name="json">Where a value may stand.</param>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("pattern"u8, Pattern);
        if (Offset is { } offset) json.WriteNumber("offsetMinutes"u8, (int)offset.TotalMinutes);
        if (Zone is not null) json.WriteString("zone"u8, Zone);
        if (Instants) json.WriteBoolean("instants"u8, true);
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    /// <param name="json">The object.</param>
    /// <exception cref="ElmanException">The object is no such notation.</exception>
    public static TimeNotation Read(JsonElement json)
    {
        StrictFields fields = new(json, "time notation");
        TimeNotation notation = new(fields.Text("pattern"))
        {
            Offset = fields.Has("offsetMinutes") ? TimeSpan.FromMinutes(fields.Whole("offsetMinutes", -14 * 60, 14 * 60)) : null,
            Zone = fields.Has("zone") ? fields.Text("zone") : null,
            Instants = fields.Flag("instants", false),
        };
        fields.Finish();
        return notation;
    }

    /// <summary>The zone of a name.</summary>
    /// <exception cref="ElmanException">This system knows no such zone.</exception>
    internal static TimeZoneInfo ZoneOf(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone) ? zone
        : throw new ElmanException($"there is no time zone {Names.Quote(name)} on this system; name one as in Europe/Berlin");

    /// <summary>The instant of a time on the zone's clock. The hour that autumn repeats is taken as the earlier of the two, unless that is not after <paramref name="after"/>.</summary>
    internal DateTime ToUtc(DateTime clock, DateTime? after)
    {
        if (Zone is null) return clock - (Offset ?? TimeSpan.Zero);
        TimeZoneInfo zone = ZoneOf(Zone);
        if (zone.IsInvalidTime(clock)) return clock - zone.GetUtcOffset(clock.AddHours(-2));
        if (!zone.IsAmbiguousTime(clock)) return clock - zone.GetUtcOffset(clock);
        TimeSpan[] offsets = zone.GetAmbiguousTimeOffsets(clock);
        DateTime early = clock - offsets.Max();
        return early > (after ?? DateTime.MinValue) ? early : clock - offsets.Min();
    }

    /// <summary>What the clock shows at a time of the column.</summary>
    internal DateTime ClockOf(DateTime time) => Local(time).Clock;

    /// <summary>The time of a number in a notation of numbers.</summary>
    internal bool TryRead(double number, out DateTime time)
    {
        time = default;
        if (!double.IsFinite(number)) return false;
        double ticks = Pattern.StartsWith("excel", StringComparison.Ordinal) ? Rounded(number * TimeSpan.TicksPerDay) : number * TicksPerUnit;
        DateTime start = Pattern.StartsWith("unix ", StringComparison.Ordinal) ? DateTime.UnixEpoch : Pattern == "index" ? IndexStart : ExcelStart;
        if (Math.Abs(ticks) > DateTime.MaxValue.Ticks) return false;
        // Doubles of this size are exact to a microsecond only.
        long exact = Math.Abs(number) > 1L << 53 ? (long)Math.Round(ticks / 10) * 10 : (long)Math.Round(ticks);
        long sum = start.Ticks + exact;
        if (sum <= 0 || sum > DateTime.MaxValue.Ticks) return false;
        time = new DateTime(sum);
        return true;
    }

    private static readonly DateTime IndexStart = new(2000, 1, 1);

    private int Decimals => Pattern.IndexOf('.', StringComparison.Ordinal) is var point and >= 0 ? Pattern.Length - point - 1 : 0;

    private double TicksPerUnit => Pattern.Split('.')[0] switch
    {
        "unix s" => TimeSpan.TicksPerSecond,
        "unix ms" => TimeSpan.TicksPerMillisecond,
        "unix us" => TimeSpan.TicksPerMicrosecond,
        "unix ns" => 0.01,
        _ => TimeSpan.TicksPerDay,
    };

    /// <summary>The decimals of a spreadsheet's day tell the second, with few of them the minute.</summary>
    private double Rounded(double ticks)
    {
        double unit = Decimals >= 8 ? TimeSpan.TicksPerMillisecond : Decimals >= 5 ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMinute;
        return Math.Round(ticks / unit) * unit;
    }

    private string Count(DateTime time)
    {
        DateTime start = Pattern.StartsWith("unix ", StringComparison.Ordinal) ? DateTime.UnixEpoch : Pattern == "index" ? IndexStart : ExcelStart;
        decimal count = (decimal)(time.Ticks - start.Ticks) / (decimal)TicksPerUnit;
        return Math.Round(count, Decimals).ToString("F" + Decimals, CultureInfo.InvariantCulture);
    }

    private (DateTime Clock, TimeSpan Offset) Local(DateTime time)
    {
        if (Zone is null) return (Instants ? time + (Offset ?? TimeSpan.Zero) : time, Offset ?? TimeSpan.Zero);
        TimeZoneInfo zone = ZoneOf(Zone);
        TimeSpan offset = zone.GetUtcOffset(Instants ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : DateTime.SpecifyKind(time, DateTimeKind.Unspecified));
        return (Instants ? time + offset : time, offset);
    }
}
