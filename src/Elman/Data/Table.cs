namespace Elman;

/// <summary>
/// What a task reads: columns of numbers, texts and times, all of the same length. <c>Elman.Tabular</c> fills it from CSV, Parquet and
/// databases; a program may fill it from anything.
/// </summary>
public sealed class Table
{
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
        HashSet<string> names = [];
        foreach (TableColumn column in columns)
        {
            if (column.Length != Rows) throw new ArgumentException($"column '{column.Name}' has {column.Length} rows, '{columns[0].Name}' has {Rows}", nameof(columns));
            if (!names.Add(column.Name)) throw new ArgumentException($"two columns are named '{column.Name}'", nameof(columns));
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

    /// <summary>The column of a name, or null.</summary>
    public TableColumn? Find(string name) => Columns.FirstOrDefault(column => column.Name == name);
}

/// <summary>A column of a <see cref="Table"/>.</summary>
/// <param name="Name">The column's name.</param>
public abstract record TableColumn(string Name)
{
    /// <summary>The number of rows.</summary>
    public abstract int Length { get; }
}

/// <summary>A column of numbers.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Values">The numbers; NaN where one is missing.</param>
public sealed record NumberColumn(string Name, double[] Values) : TableColumn(Name)
{
    /// <inheritdoc/>
    public override int Length => Values.Length;
}

/// <summary>A column of texts, each different text kept once.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Codes">For each row the index of its text in <paramref name="Texts"/>; −1 where it is missing.</param>
/// <param name="Texts">The different texts, in the order in which they first occur.</param>
public sealed record TextColumn(string Name, int[] Codes, IReadOnlyList<string> Texts) : TableColumn(Name)
{
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
