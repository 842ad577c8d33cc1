using System.Globalization;

namespace Elman;

/// <summary>How the times of a column are written, so that forecasts continue it in its own notation.</summary>
/// <param name="Pattern">
/// A pattern of <see cref="DateTime.ToString(string, IFormatProvider)"/>, or one of the words that other notations go by.
/// </param>
public sealed record TimeNotation(string Pattern)
{
    /// <summary>ISO 8601: the date alone at midnight, the time of day where there is one.</summary>
    public static TimeNotation Iso { get; } = new("iso");

    /// <summary>Writes a time.</summary>
    /// <param name="time">The time, as the column counts it.</param>
    public string Format(DateTime time) => Pattern == "iso"
        ? time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)
        : time.ToString(Pattern, CultureInfo.InvariantCulture);
}
