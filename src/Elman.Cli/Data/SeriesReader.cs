namespace Elman.Cli;

/// <summary>Reads the chosen columns of a CSV file into series.</summary>
internal sealed class SeriesReader
{
    private static readonly string[] UsualTimeNames = ["date", "time", "datetime", "timestamp", "ds", "day", "month", "year"];

    private readonly CsvSource _source;
    private readonly int _time;
    private readonly int? _group;
    private readonly int[] _numbers;
    private readonly List<string> _remarks = [];
    private readonly List<long> _lines = [];
    private readonly List<double>[] _values;
    private readonly Dictionary<string, List<int>> _rowsOfGroup = [];
    private readonly List<string> _groups = [];

    private SeriesReader(CsvSource source, ColumnChoice choice)
    {
        _source = source;
        RefuseTwoUses(choice);
        _numbers = [source.IndexOf(choice.Target), .. (choice.Covariates ?? []).Select(source.IndexOf)];
        _group = choice.Group is null ? null : source.IndexOf(choice.Group);
        _time = choice.Time is null ? FindTime() : source.IndexOf(choice.Time);
        _values = Array.ConvertAll(_numbers, _ => new List<double>());
    }

    /// <summary>Reads the series, the target first.</summary>
    /// <exception cref="ElmanException">A column is missing, a cell is not what its column needs, or two rows of a series have the same time.</exception>
    public static SeriesTable Read(CsvSource source, ColumnChoice choice) => new SeriesReader(source, choice).Read();

    private SeriesTable Read()
    {
        var times = ReadRows();
        if (times.Count == 0)
            throw new ElmanException($"{_source.Name} has a header but no rows; expected one row per time");
        RemarkMissing();
        var series = _groups.ConvertAll(group => Collect(group, times));
        return new SeriesTable(_source.Columns[_time], series, _remarks);
    }

    private List<DateTime> ReadRows()
    {
        var times = new TimeColumn(_source, _time);
        _source.Rewind();
        while (_source.Read())
        {
            times.AddCurrent();
            for (int k = 0; k < _numbers.Length; k++)
                _values[k].Add(_source.Number(_numbers[k]));
            RowsOf(_group is { } column ? GroupName(column) : "").Add(_lines.Count);
            _lines.Add(_source.Line);
        }

        return times.Finish();
    }

    private string GroupName(int column)
    {
        string name = _source.Text(column);
        return name.Length > 0 ? name : throw _source.At(column, "the group is missing; every row needs the name of its series");
    }

    private List<int> RowsOf(string group)
    {
        if (!_rowsOfGroup.TryGetValue(group, out var rows))
        {
            _rowsOfGroup[group] = rows = [];
            _groups.Add(group);
        }

        return rows;
    }

    private Series Collect(string group, List<DateTime> times)
    {
        var rows = _rowsOfGroup[group].ToArray();
        for (int i = 1; i < rows.Length; i++)
        {
            if (times[rows[i]] >= times[rows[i - 1]])
                continue;
            _remarks.Add($"{_source.Name}, line {_lines[rows[i]]}{Of(group)}: {Frequency.Format(times[rows[i]])} stands after "
                + $"{Frequency.Format(times[rows[i - 1]])}; the rows were sorted by '{_source.Columns[_time]}'");
            rows = rows.OrderBy(row => times[row]).ToArray();
            break;
        }

        for (int i = 1; i < rows.Length; i++)
        {
            if (times[rows[i]] == times[rows[i - 1]])
                throw Duplicate(group, times[rows[i]], rows[i - 1], rows[i]);
        }

        var columns = _numbers.Select((column, k) => new Column(_source.Columns[column], Array.ConvertAll(rows, row => _values[k][row]))).ToArray();
        return new Series(group, Array.ConvertAll(rows, row => times[row]), columns[0], columns[1..]);
    }

    private ElmanException Duplicate(string group, DateTime time, int first, int second) =>
        new($"{_source.Name}, lines {_lines[first]} and {_lines[second]}{Of(group)}: both have the time {Frequency.Format(time)}; keep one row per time"
            + (_group is null ? ", or name the column that tells the series apart with --group" : " and series"));

    private void RemarkMissing()
    {
        for (int k = 0; k < _numbers.Length; k++)
        {
            int missing = _values[k].Count(double.IsNaN);
            string column = _source.Columns[_numbers[k]];
            if (missing == _values[k].Count)
                throw new ElmanException($"{_source.Name}: column '{column}' holds no number in any row; choose another column");
            if (missing > 0)
            {
                _remarks.Add($"{_source.Name}: column '{column}' has {Names.Count(missing, "missing value")}, "
                    + $"the first in line {_lines[_values[k].FindIndex(double.IsNaN)]}; each takes the value before it");
            }
        }
    }

    /// <summary>The column of a usual name, else the first whose first cell is a date.</summary>
    private int FindTime()
    {
        _source.Rewind();
        if (!_source.Read())
            throw new ElmanException($"{_source.Name} has a header but no rows; expected one row per time");
        var free = Enumerable.Range(0, _source.Columns.Count).Where(i => !_numbers.Contains(i) && i != _group).ToArray();
        int? found = free.Cast<int?>().FirstOrDefault(i => UsualTimeNames.Contains(_source.Columns[i!.Value].ToLowerInvariant()))
            ?? free.Cast<int?>().FirstOrDefault(i => TimeColumn.IsDate(_source.Text(i!.Value)));
        if (found is not { } column)
            throw new ElmanException($"no column of {_source.Name} holds dates; name the column of the times with --time (columns: {Names.List(_source.Columns.ToArray())})");
        _remarks.Add($"taking the times from column '{_source.Columns[column]}'; --time names another");
        return column;
    }

    private static void RefuseTwoUses(ColumnChoice choice)
    {
        (string Use, string? Column)[] uses =
            [("--target", choice.Target), ("--time", choice.Time), ("--group", choice.Group), .. (choice.Covariates ?? []).Select(c => ("--covariates", (string?)c))];
        for (int i = 0; i < uses.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (uses[i].Column is { } column && column == uses[j].Column)
                    throw new ElmanException(uses[i].Use == uses[j].Use
                        ? $"{uses[i].Use} names {Names.Quote(column)} twice; name each column once"
                        : $"{uses[j].Use} and {uses[i].Use} both name {Names.Quote(column)}; a column has one use");
            }
        }
    }

    private string Of(string group) => _group is null ? "" : $", {_source.Columns[_group.Value]} {Names.Quote(group)}";
}
