namespace Elman;

/// <content>How the spacing is told from the times.</content>
public sealed partial class Frequency
{
    /// <summary>So many rows for each weekday, before a day without rows is taken for one that never has any.</summary>
    private const int WeeksToTell = 2;

    /// <summary>
    /// The spacing of a time column: the median distance of its rows, so that gaps do not matter. Calendar months are recognised where all rows lie on one
    /// day of the month, on the last, or on the last business day; business days where some weekdays never have a row.
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

        TimeSpan span = TimeSpan.FromTicks(Median(distances));
        int monthStep = Median(months);
        if (monthStep > 0 && DayOfAll(times) is int day)
            return day == 0 ? LastBusinessDay(monthStep) : OfMonths(monthStep, day);
        return WeekdaysOf(times) is { } weekdays ? weekdays : Fixed(CommonPart(distances, span));
    }

    private static T Median<T>(T[] values)
    {
        Array.Sort(values);
        return values[(values.Length - 1) / 2];
    }

    /// <summary>The day of the month on which all times lie, at one time of day; 0 for the last business day, null if there is none.</summary>
    private static int? DayOfAll(ReadOnlySpan<DateTime> times)
    {
        int day = 0;
        bool onlyLastDays = true, onlyLastBusinessDays = true;
        foreach (DateTime time in times)
        {
            if (time.TimeOfDay != times[0].TimeOfDay) return null;
            day = Math.Max(day, time.Day);
            onlyLastDays &= time.Day == DateTime.DaysInMonth(time.Year, time.Month);
            onlyLastBusinessDays &= time.Day == LastBusinessDayOf(time);
        }

        if (onlyLastDays)
            day = MonthEnd;
        foreach (DateTime time in times)
        {
            if (time.Day != Math.Min(day, DateTime.DaysInMonth(time.Year, time.Month)))
                return onlyLastBusinessDays ? 0 : null;
        }

        return day;
    }

    /// <summary>The weekdays on which all rows lie, if there are enough rows to say that the others never have one.</summary>
    private static Frequency? WeekdaysOf(ReadOnlySpan<DateTime> times)
    {
        WeekdaySet set = default;
        foreach (DateTime time in times)
        {
            if (time.TimeOfDay != times[0].TimeOfDay) return null;
            set = set.With(time.DayOfWeek);
        }
        if (set.Count is < 2 or DaysOfWeek || times.Length < WeeksToTell * DaysOfWeek) return null;
        long possible = set.IndexOf(times[^1]) - set.IndexOf(times[0]) + 1;
        return times.Length * 2L >= possible ? OfWeekdays(set.Days) : null;
    }

    /// <summary>The median, or what all distances are multiples of: a product that sells every few days has a median of two days, and a spacing of one.</summary>
    private static TimeSpan CommonPart(long[] distances, TimeSpan median)
    {
        const int oftenEnough = 10;
        if (Array.TrueForAll(distances, distance => distance % median.Ticks == 0)) return median;
        long common = 0;
        foreach (long distance in distances) common = Gcd(common, distance);
        return distances.Count(distance => distance == common) * oftenEnough >= distances.Length ? TimeSpan.FromTicks(common) : median;

        static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
    }
}
