using System.Globalization;
using System.Text.Json;

namespace Elman;

/// <summary>
/// The spacing of a time column: a fixed span of time, a number of calendar months (a quarter is 3, a year 12), or the days of a set of weekdays, such as
/// business days. Times are taken as they are counted: what daylight saving does to a clock is the business of <see cref="TimeNotation"/>.
/// </summary>
public sealed partial class Frequency : IEquatable<Frequency>
{
    /// <summary>A day of the month that stands for "the last one".</summary>
    private const int MonthEnd = 31;

    private const int DaysOfWeek = 7;

    private readonly WeekdaySet _weekdays;

    private Frequency(TimeSpan span, int months = 0, int day = 0, WeekdaySet weekdays = default, bool lastBusinessDay = false) =>
        (Span, Months, Day, _weekdays, IsLastBusinessDay) = (span, months, day, weekdays, lastBusinessDay);

    /// <summary>The time between two rows; for calendar months and weekdays the mean.</summary>
    public TimeSpan Span { get; }

    /// <summary>The calendar months between two rows; 0 if the spacing does not count months.</summary>
    public int Months { get; }

    /// <summary>The day on which months are counted, 1 to 31; in a shorter month its last day. 0 if it is another day, or the spacing does not count months.</summary>
    public int Day { get; }

    /// <summary>Whether months are counted on their last Monday to Friday.</summary>
    public bool IsLastBusinessDay { get; }

    /// <summary>The weekdays that have rows, from Monday; empty if the spacing does not count weekdays.</summary>
    public IReadOnlyList<DayOfWeek> Weekdays => _weekdays.Days;

    /// <summary>Monday to Friday.</summary>
    public static Frequency BusinessDays { get; } = OfWeekdays(DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday);

    /// <summary>A fixed span.</summary>
    /// <param name="span">The time between two rows, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">The span is not positive.</exception>
    public static Frequency Fixed(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero);
        return new Frequency(span);
    }

    /// <summary>A number of calendar months.</summary>
    /// <param name="months">The months between two rows, positive.</param>
    /// <param name="day">The day of the month, 1 to 31; in a shorter month its last day.</param>
    /// <exception cref="ArgumentOutOfRangeException">The months are not positive, or there is no such day.</exception>
    public static Frequency OfMonths(int months, int day)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(months);
        ArgumentOutOfRangeException.ThrowIfLessThan(day, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(day, MonthEnd);
        return new Frequency(SpanOf(months), months, day);
    }

    /// <summary>A number of calendar months, each on its last Monday to Friday.</summary>
    /// <param name="months">The months between two rows, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">The months are not positive.</exception>
    public static Frequency LastBusinessDay(int months)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(months);
        return new Frequency(SpanOf(months), months, lastBusinessDay: true);
    }

    /// <summary>Every day that is one of some weekdays.</summary>
    /// <param name="days">The weekdays that have rows, at least two and not all.</param>
    /// <exception cref="ArgumentException">There are fewer than two different ones, or all seven, which is a fixed span.</exception>
    public static Frequency OfWeekdays(params IEnumerable<DayOfWeek> days)
    {
        WeekdaySet set = new(days);
        if (set.Count is < 2 or DaysOfWeek) throw new ArgumentException("expected two to six weekdays; take a fixed span for one or for all", nameof(days));
        return new Frequency(TimeSpan.FromDays((double)DaysOfWeek / set.Count), weekdays: set);
    }

    /// <summary>The time some steps after another.</summary>
    /// <param name="time">A row's time.</param>
    /// <param name="steps">How many steps later; negative for earlier.</param>
    /// <exception cref="ArgumentOutOfRangeException">The result lies beyond the calendar.</exception>
    /// <exception cref="OverflowException">The result lies beyond all measure.</exception>
    public DateTime Add(DateTime time, int steps)
    {
        if (_weekdays.Count > 0)
            return _weekdays.DayAt(checked(_weekdays.IndexOf(time) + steps)).Add(time.TimeOfDay);
        if (Months == 0)
            return time.AddTicks(checked(Span.Ticks * steps));
        DateTime first = new DateTime(time.Year, time.Month, 1, 0, 0, 0, time.Kind).AddMonths(checked(Months * steps));
        return first.AddDays(DayIn(first) - 1) + time.TimeOfDay;
    }

    /// <summary>The steps from one time to another: the greatest number of steps after the first that is not later than the second.</summary>
    /// <param name="from">A row's time.</param>
    /// <param name="to">Another, which lies on a row if <see cref="Add"/> gives it back.</param>
    public long Steps(DateTime from, DateTime to)
    {
        if (_weekdays.Count > 0)
            return _weekdays.IndexOf(to) - _weekdays.IndexOf(from) - (to.TimeOfDay < from.TimeOfDay ? 1 : 0);
        if (Months == 0)
            return (long)Math.Floor((decimal)(to.Ticks - from.Ticks) / Span.Ticks);
        int months = MonthNumber(to) - MonthNumber(from), steps = (int)Math.Floor((double)months / Months);
        bool before = to.Day < DayIn(to) || (to.Day == DayIn(to) && to.TimeOfDay < from.TimeOfDay);
        return steps * Months == months && before ? steps - 1 : steps;
    }

    /// <summary>Whether a time is that of a row, some steps from another.</summary>
    internal bool IsOnGrid(DateTime from, DateTime to, long steps) => steps is >= int.MinValue and <= int.MaxValue && Add(from, (int)steps) == to;

    /// <summary>Continues a time column into the future.</summary>
    /// <param name="last">The last row's time.</param>
    /// <param name="count">How many times to add.</param>
    /// <returns>The next <paramref name="count"/> times.</returns>
    /// <exception cref="ElmanException">One of them lies beyond the calendar.</exception>
    public DateTime[] Next(DateTime last, int count)
    {
        var times = new DateTime[count];
        try
        {
            for (int i = 0; i < count; i++)
                times[i] = Add(last, i + 1);
        }
        catch (Exception failure) when (failure is ArgumentOutOfRangeException or OverflowException)
        {
            throw new ElmanException($"{count} rows of {this} after {Format(last)} lie beyond the calendar, which ends with the year 9999; correct the times", failure);
        }

        return times;
    }

    /// <summary>Writes the spacing as a JSON object.</summary>
    /// <param name="json">Where a value may stand.</param>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        if (_weekdays.Count > 0)
        {
            json.WriteStartArray("weekdays"u8);
            foreach (DayOfWeek day in Weekdays) json.WriteNumberValue((int)day);
            json.WriteEndArray();
        }
        else if (Months == 0)
        {
            json.WriteNumber("ticks"u8, Span.Ticks);
        }
        else
        {
            json.WriteNumber("months"u8, Months);
            if (IsLastBusinessDay) json.WriteBoolean("lastBusinessDay"u8, true);
            else json.WriteNumber("day"u8, Day);
        }

        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    /// <param name="json">The object.</param>
    /// <exception cref="ElmanException">The object is not such a spacing.</exception>
    public static Frequency Read(JsonElement json)
    {
        const string where = "time step";
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("weekdays", out JsonElement days))
        {
            int[] weekdays = days.ValueKind == JsonValueKind.Array ? [.. days.EnumerateArray().Select(day => day.TryGetInt32(out int number) ? number : -1)] : [];
            return weekdays.All(day => day is >= 0 and < DaysOfWeek) && weekdays.Distinct().Count() is >= 2 and < DaysOfWeek
                ? OfWeekdays(weekdays.Select(day => (DayOfWeek)day))
                : throw new ElmanException($"{where}: 'weekdays' must be two to six numbers from 0, Sunday, to 6; the file is damaged or of a newer version");
        }
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("lastBusinessDay", out _))
            return LastBusinessDay((int)json.RequiredInteger(where, "months", 1, 12_000));
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("months", out _)
            ? OfMonths((int)json.RequiredInteger(where, "months", 1, 12_000), (int)json.RequiredInteger(where, "day", 1, MonthEnd))
            : Fixed(TimeSpan.FromTicks(json.RequiredInteger(where, "ticks", 1, TimeSpan.MaxValue.Ticks)));
    }

    /// <inheritdoc/>
    public bool Equals(Frequency? other) => other is not null
        && (Span, Months, Day, _weekdays, IsLastBusinessDay) == (other.Span, other.Months, other.Day, other._weekdays, other.IsLastBusinessDay);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Frequency);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Span, Months, Day, _weekdays, IsLastBusinessDay);

    /// <summary>The spacing in words, such as "1 day", "1 business day", "3 months" or "15 minutes".</summary>
    public override string ToString()
    {
        if (_weekdays.Count > 0)
            return Equals(BusinessDays) ? "1 business day" : "1 working day";
        if (Months > 0)
            return Months % 12 == 0 ? Count(Months / 12, "year") : Count(Months, "month");
        foreach ((long ticks, string unit) in Units)
        {
            if (Span.Ticks % ticks == 0)
                return Count(Span.Ticks / ticks, unit);
        }

        return Span.ToString("c", CultureInfo.InvariantCulture);

        static string Count(long number, string unit) => $"{number} {unit}{(number == 1 ? "" : "s")}";
    }

    /// <summary>A time as people write it: without a time of day at midnight, without fractions where there are none.</summary>
    internal static string Format(DateTime time) => time.ToString(
        time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.FFFFFFF",
        CultureInfo.InvariantCulture);

    private static readonly (long Ticks, string Unit)[] Units =
    [
        (TimeSpan.TicksPerDay * 7, "week"), (TimeSpan.TicksPerDay, "day"), (TimeSpan.TicksPerHour, "hour"),
        (TimeSpan.TicksPerMinute, "minute"), (TimeSpan.TicksPerSecond, "second"), (TimeSpan.TicksPerMillisecond, "millisecond"),
    ];

    private static int MonthNumber(DateTime time) => time.Year * 12 + time.Month;

    private static TimeSpan SpanOf(int months) => TimeSpan.FromDays(365.2425 / 12 * months);

    /// <summary>The day of a time's month that has a row.</summary>
    private int DayIn(DateTime time) => IsLastBusinessDay ? LastBusinessDayOf(time) : Math.Min(Day, DateTime.DaysInMonth(time.Year, time.Month));

    private static int LastBusinessDayOf(DateTime time)
    {
        int last = DateTime.DaysInMonth(time.Year, time.Month);
        return new DateTime(time.Year, time.Month, last).DayOfWeek switch { DayOfWeek.Saturday => last - 1, DayOfWeek.Sunday => last - 2, _ => last };
    }
}
