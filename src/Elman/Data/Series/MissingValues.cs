namespace Elman;

/// <summary>What is missing in a column; to be told to the user before anything is filled.</summary>
/// <param name="Column">The column's name.</param>
/// <param name="Length">Its number of rows.</param>
/// <param name="Count">How many of them have no value.</param>
/// <param name="Leading">How many of those stand before the first value, where there is nothing to carry forward.</param>
public sealed record MissingReport(string Column, int Length, int Count, int Leading)
{
    /// <summary>One line for the user.</summary>
    public override string ToString() =>
        $"column '{Column}': {Count} of {Length} values are missing" + (Leading > 0 ? $", {Leading} of them before the first value" : "");
}

/// <summary>Finds and treats missing values, which are NaN.</summary>
public static class MissingValues
{
    /// <summary>The ending of a mask column's name.</summary>
    public const string MaskSuffix = "_missing";

    /// <summary>Counts the missing values of a column.</summary>
    /// <param name="column">The column.</param>
    public static MissingReport Report(Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        int count = 0, leading = 0;
        for (int row = 0; row < column.Values.Length; row++)
        {
            if (!double.IsNaN(column.Values[row]))
                continue;
            if (count++ == row)
                leading++;
        }

        return new MissingReport(column.Name, column.Values.Length, count, leading);
    }

    /// <summary>The reports of those columns of a series that have missing values.</summary>
    /// <param name="series">The series.</param>
    public static IReadOnlyList<MissingReport> Report(Series series)
    {
        ArgumentNullException.ThrowIfNull(series);
        return [.. series.Columns.Select(Report).Where(report => report.Count > 0)];
    }

    /// <summary>
    /// Carries the last value seen forward into the missing ones, so that no row learns from a later one. Only the rows before the
    /// first value, reported as leading, take that first value.
    /// </summary>
    /// <param name="column">The column; it is left as it is.</param>
    /// <returns>A column without missing values.</returns>
    /// <exception cref="ElmanException">The column has rows, but no value at all.</exception>
    public static Column ForwardFill(Column column)
    {
        MissingReport report = Report(column);
        if (report.Count == 0)
            return column;
        if (report.Leading == report.Length)
            throw new ElmanException($"column '{column.Name}' has no value at all; leave the column out");
        double[] filled = CarryForward(column.Values);
        filled.AsSpan(0, report.Leading).Fill(filled[report.Leading]);
        return new Column(column.Name, filled);
    }

    /// <summary>A copy in which every missing value is the last one seen before it; those before the first value stay missing.</summary>
    internal static double[] CarryForward(ReadOnlySpan<double> values)
    {
        double[] filled = values.ToArray();
        for (int row = 1; row < filled.Length; row++)
            if (double.IsNaN(filled[row])) filled[row] = filled[row - 1];
        return filled;
    }

    /// <summary>Fills every column of a series; see <see cref="ForwardFill(Column)"/>.</summary>
    /// <param name="series">The series; it is left as it is.</param>
    /// <returns>A series without missing values.</returns>
    /// <exception cref="ElmanException">A column has rows, but no value at all.</exception>
    public static Series ForwardFill(Series series)
    {
        ArgumentNullException.ThrowIfNull(series);
        try
        {
            return new Series(series.Group, series.Times, ForwardFill(series.Target), [.. series.Covariates.Select(ForwardFill)]);
        }
        catch (ElmanException refusal) when (series.Group.Length > 0)
        {
            throw new ElmanException($"group '{series.Group}': {refusal.Message}", refusal);
        }
    }

    /// <summary>
    /// Puts zero into the missing values and marks them in a column of their own. Scale first: after a standard scaler, zero is the mean.
    /// </summary>
    /// <param name="column">The column; it is left as it is.</param>
    /// <returns>The column with zeros, and a mask named <c>{name}_missing</c>: 1 where a value was missing, else 0.</returns>
    public static (Column Filled, Column Mask) Mask(Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return (
            new Column(column.Name, Array.ConvertAll(column.Values, value => double.IsNaN(value) ? 0 : value)),
            new Column(column.Name + MaskSuffix, Array.ConvertAll(column.Values, value => double.IsNaN(value) ? 1d : 0d)));
    }

    /// <summary>
    /// Masks the named covariates of a series, whether or not this series misses any of their values: every series of a data set, and every later one,
    /// must show the model the same columns. The masks follow the covariates. The target keeps its NaN, since a zero would be learned as a fact.
    /// </summary>
    /// <param name="series">The series; it is left as it is.</param>
    /// <param name="columns">The names of the covariates to mask.</param>
    /// <returns>The series with one more covariate for each name.</returns>
    /// <exception cref="ArgumentException">A name is not that of a covariate.</exception>
    public static Series Mask(Series series, IReadOnlyCollection<string> columns)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.FirstOrDefault(name => series.Covariates.All(column => column.Name != name)) is { } unknown)
            throw new ArgumentException($"series '{series.Group}' has no covariate '{unknown}'", nameof(columns));
        var covariates = series.Covariates.Select(column => columns.Contains(column.Name) ? Mask(column).Filled : column);
        var masks = series.Covariates.Where(column => columns.Contains(column.Name)).Select(column => Mask(column).Mask);
        return new Series(series.Group, series.Times, series.Target, [.. covariates, .. masks]);
    }
}
