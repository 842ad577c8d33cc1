namespace Elman;

/// <summary>
/// One time series: a target to forecast, what goes with it, and the times of its rows. A data set of many groups (stores, sensors) is a
/// list of series with the same columns.
/// </summary>
public sealed class Series
{
    /// <summary>Creates a series. The arrays are kept, not copied.</summary>
    /// <param name="group">The group's name; empty if the data have only one.</param>
    /// <param name="times">The times of the rows [L], strictly ascending; null if the data have none.</param>
    /// <param name="target">The column to forecast [L].</param>
    /// <param name="covariates">Further columns [L] each, which are known up to the last row only.</param>
    /// <exception cref="ArgumentException">The columns differ in length, or two bear one name.</exception>
    /// <exception cref="ElmanException">The times are not strictly ascending.</exception>
    public Series(string group, DateTime[]? times, Column target, params IReadOnlyList<Column> covariates)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(covariates);
        (Group, Times, Target, Covariates) = (group, times, target, covariates);
        if (times is not null && times.Length != Length)
            throw new ArgumentException($"series '{group}': {times.Length} times for {Length} values of '{target.Name}'", nameof(times));
        CheckColumns(covariates, Length, Length, nameof(covariates));
        CheckOrder();
    }

    /// <summary>The group's name; empty if the data have only one.</summary>
    public string Group { get; }

    /// <summary>The times of the rows [L], strictly ascending; null if the data have none.</summary>
    public DateTime[]? Times { get; }

    /// <summary>The column to forecast [L].</summary>
    public Column Target { get; }

    /// <summary>Further columns [L] each, which are known up to the last row only.</summary>
    public IReadOnlyList<Column> Covariates { get; }

    /// <summary>Columns that are known ahead, such as planned promotions: [L] and then the plan of the rows after the last.</summary>
    /// <exception cref="ArgumentException">A column is shorter than the series, or a name occurs twice.</exception>
    public IReadOnlyList<Column> Known
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            CheckColumns(value, Length, int.MaxValue, nameof(Known));
            field = value;
        }
    } = [];

    /// <summary>What never changes of the series, such as a store's size or kind: columns of one value.</summary>
    /// <exception cref="ArgumentException">A column has more or fewer values than one, or a name occurs twice.</exception>
    public IReadOnlyList<Column> Static
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            CheckColumns(value, 1, 1, nameof(Static));
            field = value;
        }
    } = [];

    /// <summary>The index of the first row, where the data count rows by an index; else null.</summary>
    public long? FirstIndex { get; init; }

    /// <summary>The number of rows L.</summary>
    public int Length => Target.Values.Length;

    /// <summary>The target, then the covariates.</summary>
    public IEnumerable<Column> Columns => Covariates.Prepend(Target);

    /// <summary>The rows before <paramref name="time"/>, counted: where a split at that time falls.</summary>
    /// <param name="time">The split.</param>
    /// <exception cref="InvalidOperationException">The series has no times.</exception>
    public int RowsBefore(DateTime time)
    {
        if (Times is null)
            throw new InvalidOperationException($"series '{Group}' has no times");
        int row = Array.BinarySearch(Times, time);
        return row < 0 ? ~row : row;
    }

    private void CheckColumns(IReadOnlyList<Column> columns, int least, int most, string parameter)
    {
        HashSet<string> names = [Target.Name];
        foreach (Column column in columns)
        {
            if (column.Values.Length < least || column.Values.Length > most)
                throw new ArgumentException($"series '{Group}': column '{column.Name}' has {column.Values.Length} values, {(least == Length ? $"'{Target.Name}' has {Length}" : $"it needs {least}")}", parameter);
            if (!names.Add(column.Name))
                throw new ArgumentException($"series '{Group}': two columns are named '{column.Name}'", parameter);
        }
    }

    private void CheckOrder()
    {
        for (int row = 1; row < Times?.Length; row++)
        {
            if (Times[row] > Times[row - 1]) continue;
            string fault = Times[row] == Times[row - 1] ? "appears twice" : $"comes after {Frequency.Format(Times[row - 1])}";
            string group = Group.Length == 0 ? "" : $" of group '{Group}'";
            throw new ElmanException(
                $"expected ascending times, but {Frequency.Format(Times[row])}{group} {fault} (rows {row} and {row + 1}); sort the rows and keep one for each time");
        }
    }
}
