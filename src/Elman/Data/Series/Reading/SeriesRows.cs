namespace Elman;

/// <summary>The rows of one series while it is read: times, or places of an index, and the values of every column that is used; the target first.</summary>
/// <param name="Group">The series' name.</param>
/// <param name="Rows">The table's rows, for messages.</param>
/// <param name="Times">Their times; null if there are none.</param>
/// <param name="Index">Their indices; null if there are none.</param>
/// <param name="Values">For each column its values.</param>
internal sealed record SeriesRows(string Group, int[] Rows, DateTime[]? Times, long[]? Index, double[][] Values)
{
    /// <summary>The number of rows.</summary>
    public int Count => Rows.Length;

    /// <summary>Whether two rows have the same time.</summary>
    public bool SameTime(int row, int next) => Times is not null ? Times[row] == Times[next] : Index is not null && Index[row] == Index[next];

    /// <summary>Whether a row stands before the one above it.</summary>
    public bool IsBefore(int row, int above) => Times is not null ? Times[row] < Times[above] : Index is not null && Index[row] < Index[above];

    /// <summary>Some rows, in the given order.</summary>
    public SeriesRows Pick(int[] rows)
    {
        return new SeriesRows(Group, Of(Rows), Times is null ? null : Of(Times), Index is null ? null : Of(Index), Array.ConvertAll(Values, Of));

        T[] Of<T>(T[] all) => Array.ConvertAll(rows, row => all[row]);
    }

    /// <summary>The rows in the order of time; rows of one time stay in their order.</summary>
    public SeriesRows Sorted()
    {
        int[] order = [.. Enumerable.Range(0, Count)];
        return Pick(Times is not null ? [.. order.OrderBy(row => Times[row])] : [.. order.OrderBy(row => Index![row])]);
    }
}
