namespace Elman.Cli;

/// <summary>The columns that a verb wants to read.</summary>
/// <param name="Target">The column to forecast.</param>
/// <param name="Time">The column of the times; null to let the reader find it.</param>
/// <param name="Covariates">Further number columns that the model sees.</param>
/// <param name="Group">The column that names the series of a row; null when the file holds one series.</param>
internal sealed record ColumnChoice(string Target, string? Time = null, IReadOnlyList<string>? Covariates = null, string? Group = null);

/// <summary>What a file holds.</summary>
/// <param name="TimeColumn">The column of the times, as given or as found.</param>
/// <param name="Series">One series, or one for each group in the order in which the groups appear; missing values are NaN.</param>
/// <param name="Remarks">What the user should know, one line each: a column that was guessed, rows that were sorted, values that are missing.</param>
internal sealed record SeriesTable(string TimeColumn, IReadOnlyList<Series> Series, IReadOnlyList<string> Remarks);
