namespace Elman.Tabular;

/// <summary>Times as they are stored, counts of a unit, made <see cref="DateTime"/>.</summary>
/// <param name="unit">Ticks of 100 ns in a unit; 0 where units are nanoseconds.</param>
/// <param name="file">The file's name, for messages.</param>
/// <param name="column">The column's name, for messages.</param>
internal sealed class ParquetTicks(long unit, string file, string column)
{
    // The first day of year 1 stands for a missing time.
    private readonly long _first = Units(TimeSpan.TicksPerDay - DateTime.UnixEpoch.Ticks, unit);
    private readonly long _last = Units(DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks, unit);
    private readonly long _midnight = Units(TimeSpan.TicksPerDay, unit);

    /// <summary>Times since 1970.</summary>
    public void Times(ReadOnlySpan<int> stored, Span<DateTime> values)
    {
        for (int i = 0; i < stored.Length; i++)
            values[i] = Time(stored[i], DateTime.UnixEpoch, _first, _last);
    }

    /// <inheritdoc cref="Times(ReadOnlySpan{int}, Span{DateTime})"/>
    public void Times(ReadOnlySpan<long> stored, Span<DateTime> values)
    {
        for (int i = 0; i < stored.Length; i++)
            values[i] = Time(stored[i], DateTime.UnixEpoch, _first, _last);
    }

    /// <summary>Times of the twelve bytes that older writers used: neither local nor UTC by their type.</summary>
    public static void Times(ReadOnlySpan<DateTime> stored, Span<DateTime> values)
    {
        for (int i = 0; i < stored.Length; i++)
            values[i] = DateTime.SpecifyKind(stored[i], DateTimeKind.Unspecified);
    }

    /// <summary>Times of day, since midnight.</summary>
    public void OfDay(ReadOnlySpan<int> stored, Span<DateTime> values)
    {
        for (int i = 0; i < stored.Length; i++)
            values[i] = Time(stored[i], TimePattern.Dayless, 0, _midnight);
    }

    /// <inheritdoc cref="OfDay(ReadOnlySpan{int}, Span{DateTime})"/>
    public void OfDay(ReadOnlySpan<long> stored, Span<DateTime> values)
    {
        for (int i = 0; i < stored.Length; i++)
            values[i] = Time(stored[i], TimePattern.Dayless, 0, _midnight);
    }

    private static long Units(long ticks, long unit) => unit > 0 ? ticks / unit : long.CreateSaturating((Int128)ticks * 100);

    private DateTime Time(long stored, DateTime start, long first, long last)
    {
        if (stored < first || stored > last)
        {
            throw new ElmanException(
                $"{file}, column {Names.Quote(column)}: the stored time {stored} is none of the years 1 to 9999, or none of a day; leave it empty");
        }

        return new DateTime(start.Ticks + (unit == 0 ? stored / 100 : stored * unit));
    }
}
