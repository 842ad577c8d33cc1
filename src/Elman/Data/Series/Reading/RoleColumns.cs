using System.Globalization;

namespace Elman;

/// <summary>The columns of a table that play the parts, found and checked.</summary>
internal sealed class RoleColumns
{
    private readonly Table _table;
    private readonly SeriesSchema? _remembered;
    private readonly Dictionary<string, IReadOnlyList<string>> _categories = [];

    public RoleColumns(Table table, SeriesRoles roles, SeriesSchema? remembered)
    {
        (_table, _remembered, Roles) = (table, remembered, roles);
        RefuseTwoUses();
        Covariates = [.. roles.Covariates.Select(Find)];
        Known = [.. roles.Known.Select(Find)];
        Static = [.. roles.Static.Select(Find)];
        Group = roles.Group is null ? null : Find(roles.Group);
        Targets = [.. roles.Targets.Select(Target)];
    }

    public SeriesRoles Roles { get; }

    public NumberColumn[] Targets { get; private set; }

    public TableColumn[] Covariates { get; }

    public TableColumn[] Known { get; }

    public TableColumn[] Static { get; }

    public TableColumn? Group { get; }

    /// <summary>The texts of each column of texts that was used.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Categories => _categories;

    /// <summary>All of them.</summary>
    public HashSet<TableColumn> Used => [.. Targets, .. Covariates, .. Known, .. Static, .. Group is null ? [] : (TableColumn[])[Group]];

    /// <summary>Takes all columns of numbers that have no other part as targets.</summary>
    public void TakeAllTargets(TimeAxis axis)
    {
        HashSet<TableColumn> used = [.. Used, .. axis.Columns];
        Targets = [.. _table.Columns.OfType<NumberColumn>().Where(column => !used.Contains(column))];
        if (Targets.Length == 0) throw new ElmanException($"{_table.Name} has no column of numbers to forecast; its columns are: {Names.List([.. _table.Columns.Select(column => column.Name)])}");
    }

    /// <summary>A column by its exact name.</summary>
    /// <exception cref="ElmanException">There is none; the message names the nearest and lists all.</exception>
    public TableColumn Find(string name)
    {
        if (_table.Find(name) is { } column) return column;
        string[] names = [.. _table.Columns.Select(one => one.Name)];
        string guess = Names.Nearest(name, names) is { } nearest ? $"did you mean {Names.Quote(nearest)}? " : "";
        bool manySeries = _table.Columns.Count(one => one is NumberColumn) > 2;
        string wide = Roles.Targets.Contains(name) && !Roles.Wide && manySeries && guess.Length == 0 ? "; if each column or row is a series of its own, give --wide" : "";
        throw new ElmanException($"{_table.Name} has no column {Names.Quote(name)}; {guess}its columns are: {Names.List(names)}{wide}");
    }

    /// <summary>The values of a column that is no target: numbers, or the places of texts among the categories.</summary>
    /// <param name="column">The column.</param>
    /// <param name="remark">Hears of texts that the model does not know.</param>
    public (double[] Values, IReadOnlyList<string>? Categories) Values(TableColumn column, Action<string> remark)
    {
        IReadOnlyList<string>? known = _remembered?.Categories.GetValueOrDefault(column.Name);
        switch (column)
        {
            case NumberColumn numbers when known is null:
                return (numbers.Values, null);
            case NumberColumn numbers:
                return Coded(TextsOf(numbers), known, remark);
            case TextColumn texts when known is not null:
                return Coded(texts, known, remark);
            case TextColumn texts when _remembered is not null || LooksLikeNumbers(texts):
                throw new ElmanException(texts.NotNumbers ?? $"{_table.Name}, {_table.PlaceOf(texts)}: expected numbers");
            case TextColumn texts:
                _categories[column.Name] = texts.Texts;
                return (Array.ConvertAll(texts.Codes, code => code < 0 ? double.NaN : code), texts.Texts);
            default:
                throw new ElmanException($"{_table.Name}: {_table.PlaceOf(column)} holds times; expected numbers or texts");
        }
    }

    /// <summary>The series of each row, and the names of the series in the order in which they appear.</summary>
    /// <exception cref="ElmanException">A row has no name.</exception>
    public (int[] Codes, IReadOnlyList<string> Names) Groups()
    {
        if (Group is null) return (new int[_table.Rows], [""]);
        TextColumn texts = Group as TextColumn ?? TextsOf(Group);
        int missing = Array.IndexOf(texts.Codes, -1);
        return missing < 0 ? (texts.Codes, texts.Texts)
            : throw new ElmanException($"{_table.Name}, {_table.Place(missing)}, {_table.PlaceOf(Group)}: the group is missing; every row needs the name of its series");
    }

    private NumberColumn Target(string name)
    {
        TableColumn column = Find(name);
        return column as NumberColumn
            ?? throw new ElmanException((column as TextColumn)?.NotNumbers ?? $"{_table.Name}: {_table.PlaceOf(column)} holds {(column is TimeColumn ? "times" : "texts")}; expected numbers to forecast");
    }

    private (double[] Values, IReadOnlyList<string> Categories) Coded(TextColumn texts, IReadOnlyList<string> known, Action<string> remark)
    {
        _categories[texts.Name] = known;
        Dictionary<string, int> places = [];
        for (int i = 0; i < known.Count; i++) places.TryAdd(known[i], i);
        double[] codes = [.. texts.Texts.Select(text => places.TryGetValue(text, out int place) ? place : double.NaN)];
        string[] unknown = [.. texts.Texts.Where(text => !places.ContainsKey(text))];
        if (unknown.Length > 0) remark($"column {Names.Quote(texts.Name)}: the model has not seen {Names.List(unknown)}; taken for missing");
        return (Array.ConvertAll(texts.Codes, code => code < 0 ? double.NaN : codes[code]), known);
    }

    /// <summary>Numbers or times as the names of groups or categories.</summary>
    private static TextColumn TextsOf(TableColumn column)
    {
        int[] codes = new int[column.Length];
        List<string> texts = [];
        Dictionary<string, int> places = [];
        for (int row = 0; row < codes.Length; row++)
        {
            if (column.TextAt(row) is not { } text) codes[row] = -1;
            else if (places.TryGetValue(text, out int place)) codes[row] = place;
            else
            {
                codes[row] = places[text] = texts.Count;
                texts.Add(text);
            }
        }
        return new TextColumn(column.Name, codes, texts);
    }

    /// <summary>A column of numbers with a cell that is none, rather than one of categories.</summary>
    private static bool LooksLikeNumbers(TextColumn texts) =>
        texts.Texts.Count > 2 && texts.Texts.Count(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) * 2 > texts.Texts.Count;

    private void RefuseTwoUses()
    {
        (string Use, string? Column)[] uses =
        [
            .. Roles.Targets.Select(name => ("--target", (string?)name)), ("--time", Roles.Time), ("--group", Roles.Group), .. Roles.Covariates.Select(name => ("--covariates", (string?)name)),
            .. Roles.Known.Select(name => ("--known", (string?)name)), .. Roles.Static.Select(name => ("--static", (string?)name)),
        ];
        Dictionary<string, string> seen = [];
        foreach ((string use, string? column) in uses)
        {
            if (column is null || seen.TryAdd(column, use)) continue;
            throw new ElmanException(seen[column] == use
                ? $"{use} names {Names.Quote(column)} twice; name each column once"
                : $"{seen[column]} and {use} both name {Names.Quote(column)}; a column has one use");
        }
    }
}
