namespace Elman.Tabular;

/// <summary>What a reader of CSV cannot see from the file alone.</summary>
public sealed record CsvOptions
{
    /// <summary>Further cells that say that there is no value, such as "-999"; compared as texts, and as numbers where they are numbers.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>How dates are written, as in "dd/MM/yyyy" (see <see cref="TimeNotation"/>); it is used for every column that it fits. Null: by a look at all cells.</summary>
    public string? DateFormat { get; init; }

    /// <summary>The notation that decides between two that fit alike, such as that of the data that a model was trained on.</summary>
    public TimeNotation? Likely { get; init; }
}
