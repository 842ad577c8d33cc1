using System.Globalization;

namespace Elman;

/// <summary>
/// What a forecaster trains on: series with the same columns, on the grid of one spacing. Rows that the times leave out are missing values, or zeros where the
/// roles say so. Rows at the end without a target are no part of a series: what is known of them is its plan.
/// </summary>
public sealed record SeriesSet
{
    /// <summary>The series: one, or one for each group, in the order in which the groups appear.</summary>
    public required IReadOnlyList<Series> Series { get; init; }

    /// <summary>The spacing of the rows; null if they are counted.</summary>
    public Frequency? Frequency { get; init; }

    /// <summary>How times are written; null if there are none.</summary>
    public TimeNotation? Notation { get; init; }

    /// <summary>What the column of the times is called, joined if there are several; null if the rows are counted without one.</summary>
    public string? TimeColumn { get; init; }

    /// <summary>What the column is called that names the series; null if there is one series.</summary>
    public string? GroupColumn { get; init; }

    /// <summary>What is forecast.</summary>
    public required string TargetColumn { get; init; }

    /// <summary>How the numbers of the target are written.</summary>
    public NumberNotation Numbers { get; init; } = NumberNotation.Plain;

    /// <summary>The index of the first row of the first series, where an index counts them; else 1.</summary>
    public long FirstIndex => Series[0].FirstIndex ?? 1;

    /// <summary>What was inferred and done, one line each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>What a model remembers, so that later data are read alike.</summary>
    public required SeriesSchema Schema { get; init; }

    /// <summary>Reads the series of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="roles">Which column plays which part.</param>
    /// <exception cref="ElmanException">A column is missing or not what its part needs, or the table leaves open what the roles must say: the message names the option.</exception>
    public static SeriesSet Read(Table table, SeriesRoles roles) => Read(table, roles, null);

    /// <summary>Reads the series of a table as those that a model was trained on.</summary>
    /// <param name="table">The table.</param>
    /// <param name="roles">Which column plays which part.</param>
    /// <param name="remembered">What the model remembers: the spacing and the categories are taken from there; null for a first reading.</param>
    /// <exception cref="ElmanException">A column is missing or not what its part needs, or the table leaves open what the roles must say: the message names the option.</exception>
    public static SeriesSet Read(Table table, SeriesRoles roles, SeriesSchema? remembered)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(roles);
        return new SeriesSetReader(table, roles, remembered).Read();
    }

    /// <summary>The times of the rows after the last one of a series; null if the rows are counted.</summary>
    /// <param name="series">A series of the set.</param>
    /// <param name="count">How many rows.</param>
    /// <exception cref="ElmanException">They lie beyond the calendar.</exception>
    public DateTime[]? Next(Series series, int count)
    {
        ArgumentNullException.ThrowIfNull(series);
        return series.Times is { Length: > 0 } times && Frequency is not null ? Frequency.Next(times[^1], count) : null;
    }

    /// <summary>
    /// The time of a row as the column would write it: in its notation; as its index where an index counts the rows; as the number of the step ahead, from 1,
    /// where there are no times.
    /// </summary>
    /// <param name="series">A series of the set.</param>
    /// <param name="row">The row; from the length of the series on, a row of the future.</param>
    /// <exception cref="ElmanException">The row lies beyond the calendar.</exception>
    public string TimeText(Series series, int row)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.Times is not { Length: > 0 } times)
            return (series.FirstIndex is { } first ? first + row * Schema.IndexStep : row < series.Length ? row + 1L : row - series.Length + 1L).ToString(CultureInfo.InvariantCulture);
        DateTime time = row < times.Length ? times[row] : Frequency is { } step ? step.Next(times[^1], row - times.Length + 1)[^1] : times[^1];
        return (Notation ?? TimeNotation.Iso).Format(time);
    }
}
