namespace Elman;

/// <summary>A set of weekdays, and the counting of days that belong to it.</summary>
internal readonly record struct WeekdaySet
{
    private const int Week = 7;

    /// <summary>A Monday.</summary>
    private static readonly DateTime Start = new(1, 1, 1);

    /// <summary>Bit 0 is Monday.</summary>
    private readonly byte _bits;

    private WeekdaySet(byte bits) => _bits = bits;

    public WeekdaySet(IEnumerable<DayOfWeek> days)
    {
        foreach (DayOfWeek day in days) _bits |= (byte)(1 << Place(day));
    }

    public int Count => System.Numerics.BitOperations.PopCount(_bits);

    /// <summary>The days, from Monday.</summary>
    public IReadOnlyList<DayOfWeek> Days
    {
        get
        {
            byte bits = _bits;
            return [.. Enumerable.Range(0, Week).Where(place => (bits >> place & 1) == 1).Select(place => (DayOfWeek)((place + 1) % Week))];
        }
    }

    public WeekdaySet With(DayOfWeek day) => new((byte)(_bits | 1 << Place(day)));

    public bool Contains(DayOfWeek day) => (_bits >> Place(day) & 1) == 1;

    /// <summary>How many days of the set lie before a day, or on it, less one; the count begins with the calendar.</summary>
    public long IndexOf(DateTime time)
    {
        int days = (time.Date - Start).Days;
        return (long)(days / Week) * Count + System.Numerics.BitOperations.PopCount((uint)(_bits & ((2 << days % Week) - 1))) - 1;
    }

    /// <summary>The day of an index.</summary>
    public DateTime DayAt(long index)
    {
        (long weeks, long rank) = Math.DivRem(index, Count);
        if (rank < 0) (weeks, rank) = (weeks - 1, rank + Count);
        int place = 0;
        for (long left = rank; ; place++)
        {
            if ((_bits >> place & 1) == 1 && left-- == 0) break;
        }
        return Start.AddDays(weeks * Week + place);
    }

    private static int Place(DayOfWeek day) => ((int)day + 6) % Week;
}
