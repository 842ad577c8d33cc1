namespace Elman.Cli;

/// <summary>The columns that a verb wants to read.</summary>
/// <param name="Target">The column to forecast.</param>
/// <param name="Time">The column of the times; null to let the reader find it.</param>
/// <param name="Covariates">Further number columns that the model sees.</param>
/// <param name="Group">The column that names the series of a row; null when the file holds one series.</param>
internal sealed record ColumnChoice(string Target, string? Time = null, IReadOnlyList<string>? Covariates = null, string? Group = null);

/// <summary>The rows of one series, ascending in time without duplicates.</summary>
/// <param name="Group">The value of the group column, or null without one.</param>
/// <param name="Times">The time of each of the L rows.</param>
/// <param name="Target">L values; NaN is a missing one.</param>
/// <param name="Covariates">One array of L values for each covariate; NaN is a missing one.</param>
internal sealed record SeriesRows(string? Group, DateTime[] Times, double[] Target, double[][] Covariates);

/// <summary>What a file holds: one series, or one for each group in the order in which the groups appear.</summary>
/// <param name="Source">The file's name in messages.</param>
/// <param name="TimeColumn">The column of the times, as given or as found.</param>
/// <param name="Series">The series.</param>
/// <param name="Remarks">What the user should know, one line each: a column that was guessed, rows that were sorted, values that are missing.</param>
internal sealed record SeriesTable(string Source, string TimeColumn, IReadOnlyList<SeriesRows> Series, IReadOnlyList<string> Remarks)
{
    /// <summary>The rows of all series together.</summary>
    public int RowCount => Series.Sum(series => series.Times.Length);
}
