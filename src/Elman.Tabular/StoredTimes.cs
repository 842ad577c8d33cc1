namespace Elman.Tabular;

/// <summary>Notations of times that are stored as times, not as text.</summary>
internal static class StoredTimes
{
    /// <summary>ISO 8601 with a Z: the column counts in UTC.</summary>
    public static TimeNotation Utc { get; } = new("yyyy-MM-ddTHH:mm:ssZ") { Offset = TimeSpan.Zero };

    /// <summary>Times of day.</summary>
    public static TimeNotation OfDay { get; } = new("HH:mm:ss");
}
