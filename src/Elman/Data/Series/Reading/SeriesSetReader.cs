namespace Elman;

/// <summary>Reads a table into series: finds the columns, orders the rows, merges those of one time, and lays them on a grid.</summary>
internal sealed class SeriesSetReader
{
    private readonly Table _table;
    private readonly SeriesRoles _roles, _given;
    private readonly SeriesSchema? _remembered;
    private readonly RoleColumns _columns;
    private readonly List<string> _remarks = [];
    private readonly TimeAxis _axis;

    public SeriesSetReader(Table table, SeriesRoles roles, SeriesSchema? remembered)
    {
        (_given, _remembered) = (roles, remembered);
        (_table, _roles) = roles.Wide && WideTable.HasTimesAsColumns(table) ? WideTable.Melt(table, roles) : (table, roles);
        if (_table.Rows == 0) throw new ElmanException($"{_table.Name} has a header but no rows; expected one row per time");
        _columns = new RoleColumns(_table, _roles, remembered);
        _axis = FindAxis();
        if (_columns.Targets.Length > 0) return;
        _columns.TakeAllTargets(_axis);
        if (!_roles.Wide) _given = roles with { Targets = [OnlyTarget()] };
    }

    /// <summary>The one column that can be meant where none is named.</summary>
    private string OnlyTarget()
    {
        string[] names = [.. _columns.Targets.Select(column => column.Name)];
        if (names.Length > 1)
            throw new ElmanException($"no column to forecast is named; {_table.Name} has {Names.List(names)}: name one with --target, or give --wide if each column is a series");
        _remarks.Add($"forecasting column {Names.Quote(names[0])}, the only other one of numbers; --target names another");
        return names[0];
    }

    public SeriesSet Read()
    {
        TableColumn[] others = [.. _columns.Covariates, .. _columns.Known];
        (double[] Values, IReadOnlyList<string>? Categories)[] read = [.. others.Select(column => _columns.Values(column, _remarks.Add))];
        (double[] Values, IReadOnlyList<string>? Categories)[] still = [.. _columns.Static.Select(column => _columns.Values(column, _remarks.Add))];
        SeriesAssembly assembly = new(_table, _roles, _axis, _remembered?.Frequency, _columns, [.. others.Zip(read, (column, values) => new SeriesSource(column.Name, values.Values, values.Categories))],
            [.. _columns.Static.Zip(still, (column, values) => new SeriesSource(column.Name, values.Values, values.Categories))], _remarks);
        IReadOnlyList<Series> series = assembly.Run();
        foreach (TableColumn column in (TableColumn[])[.. _columns.Used, .. _axis.Columns]) _remarks.AddRange(column.Remarks);
        bool many = _columns.Targets.Length > 1;
        TimeNotation? notation = assembly.Notation;
        return new SeriesSet
        {
            Series = series,
            Frequency = assembly.Step,
            Notation = notation,
            TimeColumn = _axis.Columns.Count == 0 || _roles.ByRow ? null : _axis.Name,
            GroupColumn = _roles.Group ?? (many ? "series" : null),
            TargetColumn = many ? "value" : _columns.Targets[0].Name,
            Numbers = _columns.Targets[0].Notation,
            Remarks = [.. _table.Remarks.Concat(_remarks).Distinct()],
            Schema = new SeriesSchema
            {
                Roles = _given with { Targets = _given.Wide && _given.Targets.Count == 0 ? [] : _given.Targets },
                TimeColumns = [.. _axis.Columns.Select(column => column.Name)],
                Notation = notation,
                Frequency = assembly.Step,
                FirstIndex = series[0].FirstIndex ?? 1,
                IndexStep = assembly.IndexStep,
                Categories = _columns.Categories,
            },
        };
    }

    private TimeAxis FindAxis()
    {
        TimeFinder finder = new(_table, _columns.Used, _remembered, _remarks.Add);
        if (_remembered is not null && (_remembered.Roles.Wide || _remembered.TimeColumns.All(name => _table.Find(name) is not null)))
            return finder.Remembered([.. _remembered.TimeColumns.Select(_columns.Find)]);
        return _roles.Time is { } name ? finder.Named(_columns.Find(name)) : finder.Find();
    }
}

/// <summary>A column that is read into every series.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">The value of each row of the table.</param>
/// <param name="Categories">What the values stand for; null for numbers.</param>
internal sealed record SeriesSource(string Name, double[] Values, IReadOnlyList<string>? Categories);
