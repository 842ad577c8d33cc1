namespace Elman;

/// <summary>
/// What a forecaster expects of a series, and the order of the I features of a row: target, covariates, masks (1 where a value is
/// missing), calendar.
/// </summary>
/// <param name="Target">The column to forecast.</param>
/// <param name="Covariates">The names of the further columns.</param>
/// <param name="Masked">The columns, target included, that missed values in training and therefore have a mask.</param>
/// <param name="Step">The spacing of the rows; null if the series have no times.</param>
/// <param name="Calendar">The features of a row's time, known for the future too; null if the series have no times.</param>
internal sealed record ForecastLayout(
    string Target, IReadOnlyList<string> Covariates, IReadOnlyList<string> Masked, Frequency? Step, CalendarFeatures? Calendar)
{
    /// <summary>Target and covariates.</summary>
    public int Columns => 1 + Covariates.Count;

    /// <summary>Features that are known of future rows.</summary>
    public int Known => Calendar?.Count ?? 0;

    /// <summary>I: all features of a row.</summary>
    public int Features => Columns + Masked.Count + Known;

    /// <summary>The names of all features.</summary>
    public IReadOnlyList<string> Names => [Target, .. Covariates, .. Masked.Select(name => name + MissingValues.MaskSuffix), .. Calendar?.Names ?? []];

    /// <summary>The layout of the training data.</summary>
    /// <param name="series">The series, with at least one row.</param>
    /// <param name="splits">What is known of masks and cycles comes from the rows for training only.</param>
    /// <param name="step">The spacing of the rows; null if the series have no times.</param>
    public static ForecastLayout Of(IReadOnlyList<Series> series, IReadOnlyList<Split> splits, Frequency? step)
    {
        Series first = series[0];
        string[] covariates = [.. first.Covariates.Select(column => column.Name)];
        if (series.FirstOrDefault(one => !one.Columns.Select(column => column.Name).SequenceEqual(first.Columns.Select(column => column.Name))) is { } other)
            throw new ArgumentException($"series '{other.Group}' has other columns than series '{first.Group}'; give all the same", nameof(series));
        string[] masked = [.. first.Columns.Select((column, i) => (column.Name, i))
            .Where(column => series.Zip(splits).Any(pair => pair.First.Columns.ElementAt(column.i).Values.AsSpan(0, pair.Second.Training).Contains(float.NaN)))
            .Select(column => column.Name)];
        if (step is null) return new ForecastLayout(first.Target.Name, covariates, masked, null, null);
        (Series longest, Split split) = series.Zip(splits).MaxBy(pair => pair.Second.Training);
        return new ForecastLayout(first.Target.Name, covariates, masked, step, CalendarFeatures.For(step, longest.Times![split.Training - 1] - longest.Times[0]));
    }

    /// <summary>The columns of a series in the order of the layout.</summary>
    /// <exception cref="ElmanException">A column is missing, or the times are.</exception>
    public Column[] ColumnsOf(Series series)
    {
        if (series.Target.Name != Target)
            throw new ElmanException($"the model forecasts column '{Target}', the data{Of(series)} give '{series.Target.Name}'; choose that column");
        if (Step is not null && series.Times is null)
            throw new ElmanException($"the model was trained on rows with times, the data{Of(series)} have none; give the time column");
        return [series.Target, .. Covariates.Select(name => series.Covariates.FirstOrDefault(column => column.Name == name)
            ?? throw new ElmanException($"the model needs the column '{name}', the data{Of(series)} lack it; add it"))];
    }

    private static string Of(Series series) => series.Group.Length == 0 ? "" : $" of group '{series.Group}'";
}
