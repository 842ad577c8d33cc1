using System.Globalization;

namespace Elman;

/// <summary>Puts the rows of a table together to series, group by group.</summary>
internal sealed class SeriesAssembly
{
    /// <summary>Where so many of the rows are absent, and nothing was ever zero, absent rows may well be zeros.</summary>
    private const double SparseShare = 0.3;

    private readonly Table _table;
    private readonly SeriesRoles _roles;
    private readonly TimeAxis _axis;
    private readonly Frequency? _given;
    private readonly RoleColumns _columns;
    private readonly SeriesSource[] _others, _still;
    private readonly List<string> _remarks;
    private readonly Duplicates _duplicates;
    private readonly int _known;

    public SeriesAssembly(
        Table table, SeriesRoles roles, TimeAxis axis, Frequency? given, RoleColumns columns, SeriesSource[] others, SeriesSource[] still, List<string> remarks)
    {
        (_table, _roles, _axis, _given, _columns, _others, _still, _remarks) = (table, roles, roles.ByRow ? TimeAxis.None : axis, given, columns, others, still, remarks);
        if (_axis.Times is not null) _axis = Counted(_axis);
        _known = columns.Covariates.Length;
        _duplicates = new Duplicates(table, roles.Duplicates, [false, .. others.Select(other => other.Categories is not null)]);
    }

    /// <summary>The spacing that was found.</summary>
    public Frequency? Step { get; private set; }

    /// <summary>The distance of an index from row to row.</summary>
    public long IndexStep { get; private set; } = 1;

    /// <summary>How times are written.</summary>
    public TimeNotation? Notation => _axis.Notation;

    public IReadOnlyList<Series> Run()
    {
        (int[][] groups, IReadOnlyList<string> names) = RowsOfGroups();
        List<(SeriesRows Rows, NumberColumn Target, int First)> read = [];
        List<string> empty = [];
        foreach (NumberColumn target in _columns.Targets)
        {
            for (int g = 0; g < groups.Length; g++)
            {
                if (groups[g].Length == 0) continue;
                string name = _columns.Targets.Length == 1 ? names[g] : names[g].Length == 0 ? target.Name : $"{names[g]} · {target.Name}";
                SeriesRows rows = Merged(Collected(name, groups[g], target));
                if (Array.TrueForAll(rows.Values[0], double.IsNaN)) empty.Add(name);
                else read.Add((rows, target, groups[g][0]));
            }
        }
        if (read.Count == 0)
            throw new ElmanException($"{_table.Name}: column {Names.Quote(_columns.Targets[0].Name)} holds no number in any row; choose another column");
        if (empty.Count > 0) _remarks.Add($"{_table.Name}: {Names.List(empty)} {(empty.Count == 1 ? "has" : "have")} no value of the target and {(empty.Count == 1 ? "was" : "were")} left out");
        _remarks.AddRange(_duplicates.Remarks(_roles.Every is { } every ? RowGrid.Words(every) : ""));
        RemarkMissing(read);
        return Laid(read);
    }

    /// <summary>The rows of the table of each group, in their order.</summary>
    private (int[][] Rows, IReadOnlyList<string> Names) RowsOfGroups()
    {
        (int[] codes, IReadOnlyList<string> names) = _columns.Groups();
        int[] counts = new int[names.Count];
        foreach (int code in codes) counts[code]++;
        int[][] rows = Array.ConvertAll(counts, count => new int[count]);
        Array.Clear(counts);
        for (int row = 0; row < codes.Length; row++) rows[codes[row]][counts[codes[row]]++] = row;
        return (rows, names);
    }

    private SeriesRows Collected(string name, int[] rows, NumberColumn target)
    {
        double[][] values = new double[_others.Length + 1][];
        values[0] = Pick(target.Values);
        for (int i = 0; i < _others.Length; i++) values[i + 1] = Pick(_others[i].Values);
        SeriesRows series = new(name, rows, _axis.Times is null ? null : Pick(_axis.Times), _axis.Index is null ? null : Pick(_axis.Index), values);
        int missing = series.Times is not null ? Array.IndexOf(series.Times, default) : series.Index is not null ? Array.IndexOf(series.Index, long.MinValue) : -1;
        if (missing >= 0)
            throw new ElmanException($"{_table.Name}, {_table.Place(rows[missing])}, {_table.PlaceOf(_axis.Columns[0])}: the time is missing; every row needs one");
        for (int row = 1; row < series.Count; row++)
        {
            if (!series.IsBefore(row, row - 1)) continue;
            _remarks.Add($"{_table.Name}, {_table.Place(rows[row])}{Of(name)}: {Text(series, row)} stands after {Text(series, row - 1)}; the rows were sorted by {Names.Quote(_axis.Name)}");
            return series.Sorted();
        }
        return series;

        T[] Pick<T>(T[] all) => Array.ConvertAll(rows, row => all[row]);
    }

    private SeriesRows Merged(SeriesRows series)
    {
        if (_roles.Every is { } every && series.Times is not null) return Resampled(series, every);
        return _axis.Columns.Count == 0 ? series : _duplicates.Merge(series, Duplicate);
    }

    /// <summary>One row for each span that has rows; spans are counted from the start of the calendar, so that a day begins one.</summary>
    private SeriesRows Resampled(SeriesRows series, TimeSpan every)
    {
        DateTime[] starts = Array.ConvertAll(series.Times!, time => new DateTime(time.Ticks - time.Ticks % every.Ticks));
        List<int> firsts = [0];
        for (int row = 1; row < starts.Length; row++)
            if (starts[row] != starts[row - 1]) firsts.Add(row);
        SeriesRows merged = (series with { Times = starts }).Pick([.. firsts]);
        for (int i = 0; i < firsts.Count; i++)
        {
            int end = i + 1 < firsts.Count ? firsts[i + 1] : series.Count;
            for (int column = 0; column < series.Values.Length; column++)
                merged.Values[column][i] = _duplicates.Of(series.Values[column].AsSpan(firsts[i], end - firsts[i]), column, _roles.Duplicates ?? DuplicateRule.Mean);
        }
        return merged;
    }

    private ElmanException Duplicate(SeriesRows series, int first, int second) => new(
        $"{_table.Name}, {_table.Places(series.Rows[first], series.Rows[second])}{Of(series.Group)}: both have the time {Text(series, first)}; keep one row per time, "
        + $"give a rule for them (--duplicates sum, mean or last){(_roles.Group is null ? ", or name the column that tells the series apart with --group" : "")}");

    /// <summary>Lays the series on a grid, and cuts the rows at the end that have no target.</summary>
    private Series[] Laid(List<(SeriesRows Rows, NumberColumn Target, int First)> read)
    {
        (int[] Places, DateTime First)[] places;
        RowGrid? grid = null;
        if (_axis.Times is not null)
        {
            grid = new RowGrid(_table, _roles.Every is { } every ? Frequency.Fixed(every) : _given, [.. read.Select(one => one.Rows)]);
            places = [.. read.Select(one => grid.Place(one.Rows))];
            // A spacing that was rounded while one series was placed is that of all.
            if (grid.Snapped > 0)
            {
                places = [.. read.Select(one => grid.Place(one.Rows))];
                _remarks.Add($"{_table.Name}: the times jitter about a spacing of {grid.Step}; each row was moved to its place");
            }
            Step = grid.Step;
        }
        else
        {
            places = _axis.Index is null ? [.. read.Select(one => (Enumerable.Range(0, one.Rows.Count).ToArray(), default(DateTime)))] : PlacesOfIndex(read);
        }
        AskAboutAbsentRows(read, places);
        DateTime? end = _roles.Fill == FillRule.Zero && Step is not null ? read.Max(one => one.Rows.Times![LastTarget(one.Rows)]) : null;
        RowCounts counts = new();
        Series[] series = [.. read.Select((one, i) => Build(one.Rows, one.Target, one.First, places[i].Places, places[i].First, end, counts))];
        Tell(counts, series.Length);
        return series;
    }

    /// <summary>An index counts rows: what it leaves out is missing.</summary>
    private (int[] Places, DateTime First)[] PlacesOfIndex(List<(SeriesRows Rows, NumberColumn Target, int First)> read)
    {
        long[] longest = read.MaxBy(one => one.Rows.Count).Rows.Index!;
        long[] distances = [.. longest.Skip(1).Select((index, i) => index - longest[i]).Order()];
        IndexStep = distances.Length == 0 ? 1 : distances[(distances.Length - 1) / 2];
        return [.. read.Select(one => (Array.ConvertAll(one.Rows.Index!, index =>
        {
            (long place, long rest) = Math.DivRem(index - one.Rows.Index![0], IndexStep);
            return rest == 0 && place <= one.Rows.Count * 100L + 10_000 ? (int)place
                : throw new ElmanException($"{_table.Name}: column {Names.Quote(_axis.Name)} counts rows {IndexStep} apart, but {one.Rows.Index[0]}{Of(one.Rows.Group)} and {index} are {index - one.Rows.Index[0]} apart; "
                    + "correct the index, or give --by-row to take the rows as they come");
        }), default(DateTime)))];
    }

    private void AskAboutAbsentRows(List<(SeriesRows Rows, NumberColumn Target, int First)> read, (int[] Places, DateTime First)[] places)
    {
        if (_roles.Fill is not null || _roles.ByRow || _given is not null || _roles.Every is not null) return;
        long rows = 0, sparse = 0, absent = 0, all = 0;
        for (int i = 0; i < read.Count; i++)
        {
            (int count, long grid) = (places[i].Places.Length, places[i].Places[^1] + 1L);
            (rows, all) = (rows + count, all + grid);
            if (grid - count < SparseShare * grid || grid < 10) continue;
            (sparse, absent) = (sparse + count, absent + grid - count);
        }
        if (sparse * 2 < rows || read.Exists(one => Array.Exists(one.Rows.Values[0], value => value <= 0))) return;
        throw new ElmanException(string.Create(CultureInfo.InvariantCulture, $"{_table.Name}: {100.0 * absent / all:0} % of the rows are absent, {Step?.ToString() ?? "one index"} apart, and no ")
            + $"value of {Names.Quote(_columns.Targets[0].Name)} is zero; are absent rows zero (--fill zero) or missing (--fill missing)?");
    }

    private static int LastTarget(SeriesRows rows) => Array.FindLastIndex(rows.Values[0], value => !double.IsNaN(value));

    private Series Build(SeriesRows rows, NumberColumn target, int firstRow, int[] places, DateTime first, DateTime? end, RowCounts counts)
    {
        int last = LastTarget(rows), length = places[last] + 1, own = length;
        if (end is { } time && Step is not null) length = (int)Math.Max(length, Math.Min(Step.Steps(first, time) + 1, int.MaxValue / 2));
        int whole = Math.Max(length, _others.Length > _known ? places[^1] + 1 : 0);
        double absent = _roles.Fill == FillRule.Zero ? 0 : double.NaN;
        counts.Blank += Math.Max(0, rows.Count - 1 - last);
        counts.BlankSeries += rows.Count - 1 > last ? 1 : 0;
        counts.Plan += whole - length;
        int present = Array.FindLastIndex(places, place => place < own) + 1;
        counts.Absent += length - present;
        counts.AbsentSeries += length > present ? 1 : 0;

        DateTime[]? times = _axis.Times is null ? null : Step is null ? [first] : [first, .. length > 1 ? Step.Next(first, length - 1) : []];
        Column[] columns = [.. _others.Select((other, i) => new Column(other.Name, Spread(rows.Values[i + 1], i < _known ? length : whole, double.NaN), other.Categories))];
        return new Series(rows.Group, times, new Column(_columns.Targets.Length == 1 ? target.Name : "value", Spread(rows.Values[0], length, absent)), columns[.._known])
        {
            Known = columns[_known..],
            Static = [.. _still.Select(source => StaticOf(source, rows))],
            FirstIndex = rows.Index?[0],
        };

        double[] Spread(double[] values, int count, double fill)
        {
            double[] spread = new double[count];
            Array.Fill(spread, fill);
            for (int i = 0; i < values.Length && places[i] < count; i++) spread[places[i]] = values[i];
            return spread;
        }
    }

    private Column StaticOf(SeriesSource source, SeriesRows rows)
    {
        double value = double.NaN;
        foreach (int row in rows.Rows)
        {
            double here = source.Values[row];
            if (double.IsNaN(here) || here == value) continue;
            if (!double.IsNaN(value))
                throw new ElmanException($"{_table.Name}, {_table.Place(row)}{Of(rows.Group)}: column {Names.Quote(source.Name)} changes from {Shown(value)} to {Shown(here)}; "
                    + "a static column has one value in each group: give it with --covariates or --known");
            value = here;
        }
        return new Column(source.Name, [value], source.Categories);

        string Shown(double one) => source.Categories is { } texts ? Names.Quote(texts[(int)one]) : one.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Clock times of a named zone become instants: the hour that comes twice is told apart by its order. Instants a day or more apart, at one time of the clock, become
    /// clock times: days that are 23 or 25 hours long are days.
    /// </summary>
    private TimeAxis Counted(TimeAxis axis)
    {
        TimeNotation notation = axis.Notation!;
        DateTime[] times = [.. axis.Times!];
        if (_roles.Zone is { } zone)
        {
            TimeNotation.ZoneOf(zone);
            TimeNotation clock = notation with { Zone = zone };
            (int[] codes, IReadOnlyList<string> names) = _columns.Groups();
            DateTime?[] before = new DateTime?[names.Count];
            for (int row = 0; row < times.Length && !notation.Instants; row++)
                if (times[row] != default) before[codes[row]] = times[row] = notation.Offset is { } offset ? times[row] - offset : clock.ToUtc(times[row], before[codes[row]]);
            notation = clock with { Instants = true };
        }
        if (notation.Instants)
        {
            DateTime[] clock = Array.ConvertAll(times, time => time == default ? default : notation.ClockOf(time));
            if (Array.TrueForAll(clock, time => time == default || time.TimeOfDay == clock[0].TimeOfDay)) (times, notation) = (clock, notation with { Instants = false });
        }
        return axis with { Times = times, Notation = notation };
    }

    private void RemarkMissing(List<(SeriesRows Rows, NumberColumn Target, int First)> read)
    {
        foreach (IGrouping<NumberColumn, SeriesRows> target in read.GroupBy(one => one.Target, one => one.Rows))
        {
            // Blank rows at the end are those to be forecast.
            int[] missing = [.. target.SelectMany(rows => Enumerable.Range(0, LastTarget(rows)).Where(row => double.IsNaN(rows.Values[0][row])).Select(row => rows.Rows[row]))];
            Remark(target.Key.Name, missing.Length, missing.Length == 0 ? 0 : missing.Min());
        }
        foreach (NumberColumn column in (NumberColumn[])[.. _columns.Covariates.OfType<NumberColumn>(), .. _columns.Known.OfType<NumberColumn>()])
        {
            int missing = column.Values.Count(double.IsNaN);
            if (missing == column.Values.Length)
                throw new ElmanException($"{_table.Name}: column {Names.Quote(column.Name)} holds no number in any row; choose another column");
            Remark(column.Name, missing, Array.FindIndex(column.Values, double.IsNaN));
        }

        void Remark(string column, int count, int first)
        {
            if (count > 0) _remarks.Add($"{_table.Name}: column {Names.Quote(column)} has {Names.Count(count, "missing value")}, the first in {_table.Place(first)}");
        }
    }

    private void Tell(RowCounts counts, int series)
    {
        string Among(int some) => series > 1 ? $" of {some} of {series} series" : "";
        if (counts.Absent > 0)
            _remarks.Add($"the times leave out {Names.Count(counts.Absent, "row")}{Among(counts.AbsentSeries)}; they are {(_roles.Fill == FillRule.Zero ? "zero" : "missing values")}");
        if (counts.Blank > 0)
            _remarks.Add($"the target is blank in the last {Names.Count(counts.Blank, "row")}{Among(counts.BlankSeries)}: the forecast starts there{(counts.Plan > 0 ? ", and what is known of them is the plan" : "")}");
    }

    private string Text(SeriesRows series, int row) => series.Index is { } index ? index[row].ToString(CultureInfo.InvariantCulture)
        : Notation is { Instants: true } ? Notation.Format(series.Times![row]) : Frequency.Format(series.Times![row]);

    private string Of(string group) => group.Length == 0 ? "" : $", {Names.Shown(_roles.Group ?? "series")} {Names.Quote(group)}";

    /// <summary>What was counted over all series.</summary>
    private sealed class RowCounts
    {
        public int Absent, AbsentSeries, Blank, BlankSeries, Plan;
    }
}
