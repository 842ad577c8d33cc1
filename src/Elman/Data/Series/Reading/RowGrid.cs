namespace Elman;

/// <summary>Lays the rows of series on the grid of one spacing.</summary>
internal sealed class RowGrid
{
    /// <summary>How far from its place a row may lie, in spacings, if a clock that jitters wrote it.</summary>
    private const double Jitter = 0.25;

    /// <summary>A grid of more than so many places for each row is that of wrong times.</summary>
    private const int Emptiest = 100, Roomy = 10_000;

    /// <summary>Spans that people choose.</summary>
    private static readonly TimeSpan[] Usual =
    [
        .. new[] { 1, 2, 5, 10, 15, 20, 30 }.Select(seconds => TimeSpan.FromSeconds(seconds)), .. new[] { 1, 2, 5, 10, 15, 20, 30 }.Select(minutes => TimeSpan.FromMinutes(minutes)),
        .. new[] { 1, 2, 3, 4, 6, 8, 12 }.Select(hours => TimeSpan.FromHours(hours)), TimeSpan.FromDays(1), TimeSpan.FromDays(7),
    ];

    private readonly Table _table;
    private readonly bool _given;

    /// <param name="table">The table, for messages.</param>
    /// <param name="given">The spacing that a model remembers.</param>
    /// <param name="series">The series, sorted, with one row per time.</param>
    public RowGrid(Table table, Frequency? given, IReadOnlyList<SeriesRows> series)
    {
        (_table, _given) = (table, given is not null);
        Step = given ?? StepOf(series);
    }

    /// <summary>The spacing; null if no series has two rows to tell it.</summary>
    public Frequency? Step { get; private set; }

    /// <summary>Series whose rows were moved to their places.</summary>
    public int Snapped { get; private set; }

    /// <summary>The places of the rows of a series, the first at 0, and its times, which may have been moved.</summary>
    /// <exception cref="ElmanException">The rows are spaced otherwise, or irregularly.</exception>
    public (int[] Places, DateTime First) Place(SeriesRows series)
    {
        DateTime[] times = series.Times!;
        if (Step is null || times.Length == 1) return ([0], times[0]);
        int[] places = new int[times.Length];
        long limit = (long)times.Length * Emptiest + Roomy;
        for (int i = 1; i < times.Length; i++)
        {
            long place = Step.Steps(times[0], times[i]);
            if (place > limit) throw MostlyAbsent(series);
            if (!Step.IsOnGrid(times[0], times[i], place)) return Snap(series);
            places[i] = (int)place;
        }
        if (places[^1] + 1L > times.Length * 3L && Otherwise(series) is { } refusal) throw refusal;
        return (places, times[0]);
    }

    /// <summary>A span as an option takes it: 5min, 1h, 1d.</summary>
    public static string Words(TimeSpan span)
    {
        foreach ((TimeSpan unit, string name) in ((TimeSpan, string)[])[(TimeSpan.FromDays(1), "d"), (TimeSpan.FromHours(1), "h"), (TimeSpan.FromMinutes(1), "min")])
            if (span.Ticks % unit.Ticks == 0) return $"{span.Ticks / unit.Ticks}{name}";
        return $"{Math.Max(1, Math.Round(span.TotalSeconds))}s";
    }

    private static Frequency? StepOf(IReadOnlyList<SeriesRows> series)
    {
        DateTime[] longest = series.MaxBy(one => one.Count)!.Times!;
        if (longest.Length < 2) return null;
        Frequency step = Frequency.Infer(longest);
        if (step.Weekdays.Count == 0) return step;
        // A day without rows in the longest series may have some in another.
        HashSet<DayOfWeek> days = [.. step.Weekdays];
        foreach (SeriesRows one in series)
            foreach (DateTime time in one.Times!) days.Add(time.DayOfWeek);
        return days.Count == 7 ? Frequency.Fixed(TimeSpan.FromDays(1)) : Frequency.OfWeekdays(days);
    }

    /// <summary>Moves rows that jitter about the places of a grid to them.</summary>
    private (int[] Places, DateTime First) Snap(SeriesRows series)
    {
        if (Otherwise(series) is { } otherwise) throw otherwise;
        (int[] Places, DateTime First)? placed = Step!.Months > 0 ? ByMonth(series) : Step.Weekdays.Count > 0 ? null : BySpan(series);
        if (placed is null) throw Irregular(series);
        Snapped++;
        return placed.Value;
    }

    /// <summary>One row in each month, on changing days.</summary>
    private (int[] Places, DateTime First)? ByMonth(SeriesRows series)
    {
        DateTime[] times = series.Times!;
        int[] places = new int[times.Length];
        for (int i = 1; i < times.Length; i++)
        {
            int months = (times[i].Year - times[0].Year) * 12 + times[i].Month - times[0].Month;
            if (months % Step!.Months != 0 || months / Step.Months <= places[i - 1]) return null;
            places[i] = months / Step.Months;
        }
        return (places, Step!.Add(times[0], 0));
    }

    private (int[] Places, DateTime First)? BySpan(SeriesRows series)
    {
        DateTime[] times = series.Times!;
        if (!_given)
        {
            TimeSpan near = Usual.MinBy(span => Math.Abs(Math.Log(span / Step!.Span)));
            if (Math.Abs(near / Step!.Span - 1) > Jitter / 2) return null;
            Step = Frequency.Fixed(near);
        }
        TimeSpan step = Step!.Span;
        // Where the rows lie within a span, in the median; about the start of the calendar if that is near enough.
        double[] offsets = [.. times.Select(time => Math.IEEERemainder((time.Ticks - times[0].Ticks) % step.Ticks, step.Ticks)).Order()];
        DateTime first = times[0].AddTicks((long)offsets[offsets.Length / 2]);
        DateTime round = new((long)Math.Round((double)(decimal)first.Ticks / step.Ticks) * step.Ticks);
        if ((first - round).Duration() <= step * Jitter) first = round;
        int[] places = new int[times.Length];
        for (int i = 0; i < times.Length; i++)
        {
            long place = (long)Math.Round((times[i] - first) / step);
            if ((times[i] - first - step * place).Duration() > step * Jitter || (i > 0 && place <= places[i - 1]) || place > int.MaxValue / 2) return null;
            places[i] = (int)place;
        }
        int start = places[0];
        for (int i = 0; i < places.Length; i++) places[i] -= start;
        return (places, first + step * start);
    }

    /// <summary>The refusal of rows that are evenly spaced otherwise; null if they are not, or too few to tell.</summary>
    private ElmanException? Otherwise(SeriesRows series)
    {
        const double tolerance = 0.1, mostly = 0.9;
        const int enough = 5;
        if (series.Count < enough) return null;
        Frequency own = Frequency.Infer(series.Times!);
        if (own.Span / Step!.Span is > 1 - tolerance and < 1 + tolerance) return null;
        int even = Enumerable.Range(1, series.Count - 1).Count(i => series.Times![i] - series.Times[i - 1] == own.Span);
        return own.Months > 0 || even >= mostly * (series.Count - 1)
            ? new ElmanException($"expected rows {Step} apart, those{Of(series)} are {own} apart; bring them to that spacing")
            : null;
    }

    private ElmanException MostlyAbsent(SeriesRows series)
    {
        DateTime[] times = series.Times!;
        int gap = Enumerable.Range(1, times.Length - 1).MaxBy(i => times[i] - times[i - 1]);
        return new ElmanException($"the rows{Of(series)} are {Step} apart, but most of them are left out, "
            + $"the longest run between {Frequency.Format(times[gap - 1])} and {Frequency.Format(times[gap])}; correct the times, or use the rows of one side");
    }

    private ElmanException Irregular(SeriesRows series)
    {
        TimeSpan median = Step!.Span, near = Usual.MinBy(span => Math.Abs(Math.Log(span / median)));
        return new ElmanException($"{_table.Name}: the rows{Of(series)} are irregularly spaced, {Words(median)} apart in the median; "
            + $"give --every {Words(near)} to take the mean of each such span, or --by-row to take the rows as they come");
    }

    private static string Of(SeriesRows series) => series.Group.Length == 0 ? "" : $" of group {Names.Quote(series.Group)}";
}
