namespace Elman.Tabular;

/// <summary>Notations of times that are stored as times, not as text.</summary>
internal static class StoredTimes
{
    /// <summary>The day on which times of day without a date lie: not the first, which stands for a missing time.</summary>
    public static readonly DateTime Dayless = new(1, 1, 2);

    /// <summary>ISO 8601 with a Z: the column counts in UTC.</summary>
    public static TimeNotation Utc { get; } = new("yyyy-MM-ddTHH:mm:ss'Z'");

    /// <summary>Times of day.</summary>
    public static TimeNotation OfDay { get; } = new("HH:mm:ss");
}
