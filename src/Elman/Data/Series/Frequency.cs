using System.Globalization;
using System.Text.Json;

namespace Elman;

/// <summary>
/// The spacing of a time column: a fixed span of time, or a number of calendar months (a quarter is 3, a year 12). Times are taken
/// as a clock shows them: time zones and the hour lost or won in spring and autumn are not known.
/// </summary>
public sealed class Frequency : IEquatable<Frequency>
{
    /// <summary>A day of the month that stands for "the last one".</summary>
    private const int MonthEnd = 31;

    private Frequency(TimeSpan span, int months, int day) => (Span, Months, Day) = (span, months, day);

    /// <summary>The time between two rows; for calendar months their mean length.</summary>
    public TimeSpan Span { get; }

    /// <summary>The calendar months between two rows; 0 if the spacing is a fixed span.</summary>
    public int Months { get; }

    /// <summary>The day on which months are counted, 1 to 31; in a shorter month its last day. 0 if the spacing is a fixed span.</summary>
    public int Day { get; }

    /// <summary>A fixed span.</summary>
    /// <param name="span">The time between two rows, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">The span is not positive.</exception>
    public static Frequency Fixed(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero);
        return new Frequency(span, 0, 0);
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
        return new Frequency(TimeSpan.FromDays(365.2425 / 12 * months), months, day);
    }

    /// <summary>
    /// The spacing of a time column: the median distance of its rows, so that gaps do not matter. Calendar months are recognised
    /// where all rows lie on one day of the month (or all on the last).
    /// </summary>
    /// <param name="times">The times, strictly ascending, at least two.</param>
    /// <exception cref="ElmanException">There are fewer than two times.</exception>
    public static Frequency Infer(ReadOnlySpan<DateTime> times)
    {
        if (times.Length < 2)
            throw new ElmanException($"expected at least two times to tell their spacing, {times.Length} came; give more rows");
        long[] distances = new long[times.Length - 1];
        int[] months = new int[times.Length - 1];
        for (int i = 0; i < distances.Length; i++)
        {
            distances[i] = times[i + 1].Ticks - times[i].Ticks;
            months[i] = MonthNumber(times[i + 1]) - MonthNumber(times[i]);
        }

        var span = TimeSpan.FromTicks(Median(distances));
        int monthStep = Median(months);
        return monthStep > 0 && DayOfAll(times) is int day ? OfMonths(monthStep, day) : Fixed(span);
    }

    /// <summary>The time some steps after another.</summary>
    /// <param name="time">A row's time.</param>
    /// <param name="steps">How many steps later; negative for earlier.</param>
    /// <exception cref="ArgumentOutOfRangeException">The result lies beyond the calendar.</exception>
    /// <exception cref="OverflowException">The result lies beyond all measure.</exception>
    public DateTime Add(DateTime time, int steps)
    {
        if (Months == 0)
            return time.AddTicks(checked(Span.Ticks * steps));
        DateTime first = new DateTime(time.Year, time.Month, 1, 0, 0, 0, time.Kind).AddMonths(checked(Months * steps));
        return first.AddDays(Math.Min(Day, DateTime.DaysInMonth(first.Year, first.Month)) - 1) + time.TimeOfDay;
    }

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
        if (Months == 0)
        {
            json.WriteNumber("ticks"u8, Span.Ticks);
        }
        else
        {
            json.WriteNumber("months"u8, Months);
            json.WriteNumber("day"u8, Day);
        }

        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    /// <param name="json">The object.</param>
    /// <exception cref="ElmanException">The object is not such a spacing.</exception>
    public static Frequency Read(JsonElement json)
    {
        const string where = "time step";
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("months", out _)
            ? OfMonths((int)json.RequiredInteger(where, "months", 1, 12_000), (int)json.RequiredInteger(where, "day", 1, MonthEnd))
            : Fixed(TimeSpan.FromTicks(json.RequiredInteger(where, "ticks", 1, TimeSpan.MaxValue.Ticks)));
    }

    /// <inheritdoc/>
    public bool Equals(Frequency? other) => other is not null && (Span, Months, Day) == (other.Span, other.Months, other.Day);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Frequency);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Span, Months, Day);

    /// <summary>The spacing in words, such as "1 day", "3 months" or "00:15:00".</summary>
    public override string ToString()
    {
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

    private static T Median<T>(T[] values)
    {
        Array.Sort(values);
        return values[(values.Length - 1) / 2];
    }

    /// <summary>The day of the month on which all times lie, at one time of day, or null.</summary>
    private static int? DayOfAll(ReadOnlySpan<DateTime> times)
    {
        int day = 0;
        bool onlyLastDays = true;
        foreach (DateTime time in times)
        {
            day = Math.Max(day, time.Day);
            onlyLastDays &= time.Day == DateTime.DaysInMonth(time.Year, time.Month);
        }

        if (onlyLastDays)
            day = MonthEnd;
        foreach (DateTime time in times)
        {
            if (time.Day != Math.Min(day, DateTime.DaysInMonth(time.Year, time.Month)) || time.TimeOfDay != times[0].TimeOfDay)
                return null;
        }

        return day;
    }
}
