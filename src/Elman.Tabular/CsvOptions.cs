namespace Elman.Tabular;

/// <summary>What a reader of CSV cannot see from the file alone.</summary>
public sealed record CsvOptions
{
    /// <summary>Further cells that say that there is no value, such as −999; compared as texts, and as numbers where they are numbers.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];
}
