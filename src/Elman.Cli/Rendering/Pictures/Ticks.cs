using System.Globalization;

namespace Elman.Cli;

/// <summary>Round places along an axis.</summary>
internal static class Ticks
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), Hour = TimeSpan.FromHours(1), Day = TimeSpan.FromDays(1);

    private static readonly TimeSpan[] Steps =
    [
        Minute, 2 * Minute, 5 * Minute, 10 * Minute, 15 * Minute, 30 * Minute, Hour, 2 * Hour, 3 * Hour, 6 * Hour, 12 * Hour,
        Day, 2 * Day, 4 * Day, 7 * Day, 14 * Day,
    ];

    private static readonly double[] Factors = [1, 2, 5, 10];

    private static readonly int[] MonthSteps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600];

    /// <summary>Multiples of 1, 2 or 5 times a power of ten between the ends, at most <paramref name="count"/>.</summary>
    public static double[] Values(double least, double most, int count)
    {
        double rough = (most - least) / Math.Max(1, count);
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = Factors.Select(factor => factor * power).First(candidate => candidate >= rough * 0.999);
        double first = Math.Ceiling(least / step);
        return Enumerable.Range(0, count + 2).Select(i => (first + i) * step).Where(value => value <= most + (step * 1e-9)).ToArray();
    }

    /// <summary>The shortest text that tells the values apart.</summary>
    public static string[] Labels(double[] values)
    {
        double step = values.Length > 1 ? values[1] - values[0] : 1;
        int decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 10);
        bool large = values.Any(value => Math.Abs(value) >= 1e9);
        return Array.ConvertAll(values, value => value == 0 ? "0" : value.ToString(large ? "0.###e0" : $"F{decimals}", CultureInfo.InvariantCulture));
    }

    /// <summary>Round times between the ends (full minutes, hours, days, weeks, months or years), at most <paramref name="count"/>.</summary>
    public static DateTime[] Times(DateTime first, DateTime last, int count)
    {
        var rough = (last - first) / Math.Max(1, count);
        foreach (var step in Steps)
        {
            if (step < rough)
                continue;
            // Ticks count from year 1, whose first day is a Monday: steps of a week begin on Mondays.
            long begin = (first.Ticks + step.Ticks - 1) / step.Ticks * step.Ticks;
            return Run(new DateTime(begin), time => time + step, last);
        }

        int months = MonthSteps.FirstOrDefault(candidate => candidate * 30.4 * Day >= rough, MonthSteps[^1]);
        int index = (first.Year * 12) + first.Month - 1;
        if (first != new DateTime(first.Year, first.Month, 1))
            index++;
        index = (index + months - 1) / months * months;
        return index / 12 > 9999 ? [] : Run(new DateTime(index / 12, (index % 12) + 1, 1), time => time.AddMonths(months), last);
    }

    /// <summary>A time as short as the distance between the ticks allows.</summary>
    public static string Label(DateTime time, DateTime[] ticks)
    {
        var step = ticks.Length > 1 ? ticks[1] - ticks[0] : Day;
        string format = step < Day ? (time.TimeOfDay == TimeSpan.Zero ? "d MMM" : "HH:mm") : step < 28 * Day ? "d MMM" : step < 365 * Day ? "MMM yyyy" : "yyyy";
        return time.ToString(format, CultureInfo.InvariantCulture);
    }

    private static DateTime[] Run(DateTime begin, Func<DateTime, DateTime> next, DateTime last)
    {
        var times = new List<DateTime>();
        for (var time = begin; time <= last; time = next(time))
            times.Add(time);
        return [.. times];
    }
}
