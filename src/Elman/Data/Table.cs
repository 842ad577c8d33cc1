using System.Globalization;

namespace Elman;

/// <summary>
/// What a task reads: columns of numbers, texts and times, all of the same length. <c>Elman.Tabular</c> fills it from CSV, Parquet and
/// databases; a program may fill it from anything.
/// </summary>
public sealed class Table
{
    private readonly Dictionary<string, TableColumn> _byName = [];

    /// <summary>Creates a table. The columns are kept, not copied.</summary>
    /// <param name="name">What messages call the table, such as the path of its file.</param>
    /// <param name="columns">The columns, of one length.</param>
    /// <param name="remarks">What was inferred while the table was read, one line each.</param>
    /// <exception cref="ArgumentException">Two columns bear one name, or differ in length.</exception>
    public Table(string name, IReadOnlyList<TableColumn> columns, IReadOnlyList<string>? remarks = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(columns);
        (Name, Columns, Remarks) = (name, columns, remarks ?? []);
        foreach (TableColumn column in columns)
        {
            if (column.Length != Rows) throw new ArgumentException($"column '{column.Name}' has {column.Length} rows, '{columns[0].Name}' has {Rows}", nameof(columns));
            if (!_byName.TryAdd(column.Name, column)) throw new ArgumentException($"two columns are named '{column.Name}'", nameof(columns));
        }
    }

    /// <summary>What messages call the table.</summary>
    public string Name { get; }

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>What was inferred while the table was read, one line each.</summary>
    public IReadOnlyList<string> Remarks { get; }

    /// <summary>The number of rows.</summary>
    public int Rows => Columns.Count == 0 ? 0 : Columns[0].Length;

    /// <summary>
    /// Where the rows stand in a text: each entry is a row and its line, and the rows up to the next entry stand in the lines that follow. Empty if the table
    /// does not come from a text.
    /// </summary>
    public IReadOnlyList<(int Row, long Line)> Lines { get; init; } = [];

    /// <summary>The column of a name, or null.</summary>
    public TableColumn? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Where a row stands, for messages: "line 12" of a text, else "row 11".</summary>
    /// <param name="row">The row, counted from 0.</param>
    public string Place(int row) => LineOf(row) is { } line ? $"line {line}" : $"row {row + 1}";

    /// <summary>Where two rows stand: "lines 12 and 13".</summary>
    internal string Places(int first, int second) => LineOf(first) is { } line ? $"lines {line} and {LineOf(second)}" : $"rows {first + 1} and {second + 1}";

    /// <summary>The place of a column, for messages: "column 'units' (3 of 5)".</summary>
    internal string PlaceOf(TableColumn column)
    {
        for (int i = 0; i < Columns.Count; i++)
            if (ReferenceEquals(Columns[i], column)) return $"column {Names.Quote(column.Name)} ({i + 1} of {Columns.Count})";
        return $"column {Names.Quote(column.Name)}";
    }

    /// <summary>The line of a row in its file; null where that is not known.</summary>
    internal long? LineOf(int row)
    {
        int low = 0, high = Lines.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Lines[middle].Row <= row) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? null : Lines[low - 1].Line + row - Lines[low - 1].Row;
    }
}

/// <summary>A column of a <see cref="Table"/>.</summary>
/// <param name="Name">The column's name.</param>
public abstract record TableColumn(string Name)
{
    /// <summary>The number of rows.</summary>
    public abstract int Length { get; }

    /// <summary>What was inferred while the column was read, one line each; whoever uses the column tells it.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>A cell as text, such as the name of a group; null where it is missing.</summary>
    internal string? TextAt(int row) => this switch
    {
        NumberColumn numbers => double.IsNaN(numbers.Values[row]) ? null : numbers.Values[row].ToString("R", CultureInfo.InvariantCulture),
        TimeColumn times => times.Values[row] == default ? null : times.Notation.Format(times.Values[row]),
        TextColumn texts => texts[row],
        _ => null,
    };
}

/// <summary>A column of numbers.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Values">The numbers; NaN where one is missing.</param>
public sealed record NumberColumn(string Name, double[] Values) : TableColumn(Name)
{
    /// <summary>How the numbers are written.</summary>
    public NumberNotation Notation { get; init; } = NumberNotation.Plain;

    /// <inheritdoc/>
    public override int Length => Values.Length;
}

/// <summary>A column of texts, each different text kept once.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Codes">For each row the index of its text in <paramref name="Texts"/>; −1 where it is missing.</param>
/// <param name="Texts">The different texts, in the order in which they first occur.</param>
public sealed record TextColumn(string Name, int[] Codes, IReadOnlyList<string> Texts) : TableColumn(Name)
{
    /// <summary>Where and why the column is not one of numbers: "line 3: expected a number, got 'abc'; correct it". Null if nobody looked.</summary>
    public string? NotNumbers { get; init; }

    /// <summary>Where and why the column is not one of times, in the same form.</summary>
    public string? NotTimes { get; init; }

    /// <inheritdoc/>
    public override int Length => Codes.Length;

    /// <summary>The text of a row; null where it is missing.</summary>
    public string? this[int row] => Codes[row] < 0 ? null : Texts[Codes[row]];
}

/// <summary>A column of times.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Values">The times as <paramref name="Notation"/> counts them; <see cref="DateTime.MinValue"/> where one is missing.</param>
/// <param name="Notation">How the times are written, and in which zone they are.</param>
public sealed record TimeColumn(string Name, DateTime[] Values, TimeNotation Notation) : TableColumn(Name)
{
    /// <inheritdoc/>
    public override int Length => Values.Length;
}
