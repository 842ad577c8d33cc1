using System.Globalization;

namespace Elman;

/// <summary>What the rows of a table are ordered by: times, an index, or nothing but their order.</summary>
/// <param name="Columns">The columns that tell it; none if rows are counted as they come.</param>
/// <param name="Name">What to call it in what is written.</param>
/// <param name="Times">The time of each row; <see cref="DateTime.MinValue"/> where it is missing.</param>
/// <param name="Index">The index of each row.</param>
/// <param name="Notation">How it is written.</param>
internal sealed record TimeAxis(IReadOnlyList<TableColumn> Columns, string Name, DateTime[]? Times, long[]? Index, TimeNotation? Notation)
{
    public static TimeAxis None { get; } = new([], "", null, null, null);
}

/// <summary>Finds the columns that tell the time, by their names and by what they hold.</summary>
internal sealed class TimeFinder
{
    private static readonly string[] UsualNames =
    [
        "date", "time", "datetime", "timestamp", "ds", "datum", "zeit", "day", "week", "month", "quarter", "year", "period", "t", "index", "step", "row", "obs", "idx", "fecha",
    ];

    /// <summary>The names of the parts of a time that stands in several columns, from the year on.</summary>
    private static readonly string[][] PartNames = [["year", "yr", "yyyy"], ["month", "mon", "mm"], ["day", "dd"], ["hour", "hr", "hh"], ["minute", "min"]];

    private readonly Table _table;
    private readonly SeriesSchema? _remembered;
    private readonly TableColumn[] _free;
    private readonly Action<string> _remark;

    public TimeFinder(Table table, IReadOnlyCollection<TableColumn> used, SeriesSchema? remembered, Action<string> remark)
    {
        (_table, _remembered, _remark) = (table, remembered, remark);
        _free = [.. table.Columns.Where(column => !used.Contains(column))];
    }

    /// <summary>The axis of the named column.</summary>
    /// <exception cref="ElmanException">It holds no times.</exception>
    public TimeAxis Named(TableColumn column) => Of(column) switch
    {
        null => throw new ElmanException(column is TextColumn { NotTimes: { } reason } ? reason : $"{_table.Name}, {_table.PlaceOf(column)}: expected times, such as 2012-01-31; name the column of the times with --time"),
        // A date whose time of day stands beside it.
        { Notation.IsDate: true } dates when TimeOfDayBeside(dates, named: true) is { } joined => joined,
        { } axis => axis,
    };

    /// <summary>The axis of columns that a model remembers.</summary>
    public TimeAxis Remembered(IReadOnlyList<TableColumn> columns)
    {
        if (columns.Count == 0) return TimeAxis.None;
        if (columns.Count == 1) return Of(columns[0]) ?? Named(columns[0]);
        if (columns is [TimeColumn, _] && Of(columns[0]) is { } dates && Joined(dates, columns[1]) is { } joined) return joined;
        return FromParts(columns) ?? throw new ElmanException($"{_table.Name}: columns {Names.List([.. columns.Select(column => column.Name)])} no longer tell a time; bring them to what the model was trained on");
    }

    /// <summary>Finds the axis; rows are counted if no column tells a time.</summary>
    public TimeAxis Find()
    {
        TableColumn[] dated = [.. _free.Where(column => column is TimeColumn { Notation.IsTimeOfDay: false })];
        if (dated.Length == 0 && Parts() is { } parts && FromParts(parts) is { } joinedParts)
        {
            _remark($"taking the times from columns {Names.List([.. parts.Select(part => part.Name)])}; --time names another");
            return joinedParts;
        }
        TableColumn[] named = [.. UsualNames.SelectMany(name => _free.Where(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase)))];
        TableColumn? found = named.FirstOrDefault(dated.Contains) ?? dated.FirstOrDefault();
        TimeAxis? axis = found is null ? null : Of(found);
        // A usual name decides where no column holds dates: its numbers may tell them.
        if (axis is null)
        {
            foreach (NumberColumn column in named.OfType<NumberColumn>())
                if ((axis = Of(column)) is not null) break;
        }
        if (axis is null && _free.OfType<TextColumn>().FirstOrDefault(column => named.Contains(column) && column.NotTimes is not null && !IsOfNames(column)) is { } broken)
            throw new ElmanException(broken.NotTimes!);
        if (axis is null)
        {
            _remark($"no column of {_table.Name} tells a time: the rows are counted as they come; --time names a column");
            return TimeAxis.None;
        }
        if (axis.Notation!.IsDate && TimeOfDayBeside(axis, named: false) is { } joined)
        {
            _remark($"taking the times from columns {Names.Quote(joined.Columns[0].Name)} and {Names.Quote(joined.Columns[1].Name)}; --time names another");
            return joined;
        }
        string meaning = axis.Columns[0] is NumberColumn ? $", read as {Meaning(axis.Notation)}" : "";
        _remark($"taking the times from column {Names.Quote(axis.Name)}{meaning}; --time names another");
        return axis;
    }

    private static string Meaning(TimeNotation notation) => notation.Pattern.Split('.')[0] switch
    {
        "index" => "an index that counts the rows",
        "unix s" => "seconds since 1970",
        "unix ms" => "milliseconds since 1970",
        "unix us" => "microseconds since 1970",
        "unix ns" => "nanoseconds since 1970",
        "excel" => "days of a spreadsheet",
        _ => notation.Pattern,
    };

    /// <summary>The names of weekdays or months alone, beside which times may be missing.</summary>
    private static bool IsOfNames(TextColumn column) => column.Texts.All(text => NamesOfDays.Any(name => name.StartsWith(text.TrimEnd('.'), StringComparison.OrdinalIgnoreCase)));

    private static readonly string[] NamesOfDays = [.. CultureInfo.InvariantCulture.DateTimeFormat.DayNames, .. CultureInfo.InvariantCulture.DateTimeFormat.MonthNames.Take(12)];

    private TimeAxis? Of(TableColumn column)
    {
        if (column is TimeColumn { Notation.IsTimeOfDay: false } times) return new TimeAxis([column], column.Name, times.Values, null, times.Notation);
        if (column is not NumberColumn numbers || NumericTimes.NotationOf(numbers, _remembered?.Notation) is not { } notation) return null;
        if (notation.Pattern == "index")
            return new TimeAxis([column], column.Name, null, Array.ConvertAll(numbers.Values, value => double.IsNaN(value) ? long.MinValue : (long)value), notation);
        return new TimeAxis([column], column.Name, Array.ConvertAll(numbers.Values, value => NumericTimes.TryRead(value, notation, out DateTime time) ? time : default), null, notation);
    }

    /// <summary>Columns named year, month, day and so on, without a gap; null if there are not at least two.</summary>
    private TableColumn[]? Parts()
    {
        TableColumn?[] parts = Array.ConvertAll(PartNames, names => _free.FirstOrDefault(column => column is NumberColumn && names.Contains(column.Name.ToLowerInvariant())));
        TableColumn[] found = [.. parts.TakeWhile(part => part is not null).OfType<TableColumn>()];
        return found.Length >= 2 ? found : null;
    }

    private static TimeAxis? FromParts(IReadOnlyList<TableColumn> parts)
    {
        if (!parts.All(part => part is NumberColumn)) return null;
        double[][] values = [.. parts.Select(part => ((NumberColumn)part).Values)];
        DateTime[] times = new DateTime[values[0].Length];
        for (int row = 0; row < times.Length; row++)
        {
            int Part(int part, int missing) => part < values.Length ? double.IsNaN(values[part][row]) ? -1 : (int)values[part][row] : missing;
            (int year, int month, int day, int hour, int minute) = (Part(0, 1), Part(1, 1), Part(2, 1), Part(3, 0), Part(4, 0));
            if (year is < 1000 or > 3000 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour is < 0 or > 24 || minute is < 0 or > 59) return null;
            times[row] = new DateTime(year, month, day).AddMinutes(hour * 60 + minute);
        }
        string pattern = parts.Count switch { 2 => "yyyy-MM", 3 => "yyyy-MM-dd", _ => "yyyy-MM-dd HH:mm" };
        return new TimeAxis(parts, "time", times, null, new TimeNotation(pattern));
    }

    /// <summary>A column of times of day, or one called hour, that a column of dates needs, for dates occur again and again.</summary>
    private TimeAxis? TimeOfDayBeside(TimeAxis dates, bool named)
    {
        TableColumn? clock = _free.FirstOrDefault(column => column is TimeColumn { Notation.IsTimeOfDay: true });
        clock ??= named ? null : _free.FirstOrDefault(column => column is NumberColumn && PartNames[3].Contains(column.Name.ToLowerInvariant()));
        return clock is null ? null : Joined(dates, clock);
    }

    private static TimeAxis? Joined(TimeAxis dates, TableColumn clock)
    {
        DateTime[] times = new DateTime[dates.Times!.Length];
        bool seconds = false;
        for (int row = 0; row < times.Length; row++)
        {
            TimeSpan? time = clock switch
            {
                TimeColumn { Notation.IsTimeOfDay: true } column => column.Values[row] == default ? null : column.Values[row] - TimePattern.Dayless,
                NumberColumn column => column.Values[row] is >= 0 and <= 24 and var hour && Math.Floor(hour) == hour ? TimeSpan.FromHours(hour) : null,
                _ => null,
            };
            if (time is null && clock is NumberColumn) return null;
            seconds |= time?.Seconds > 0;
            times[row] = time is { } clockTime && dates.Times[row] != default ? dates.Times[row] + clockTime : default;
        }
        return new TimeAxis([dates.Columns[0], clock], $"{dates.Columns[0].Name} {clock.Name}", times, null, new TimeNotation(seconds ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm"));
    }
}
