using System.Text.Json;

namespace Elman;

/// <summary>
/// Where a time stands in the year, the week, the day, … as sine and cosine, so that 23:59 lies beside 0:00. Known for the future
/// too, which makes them inputs that a forecaster can always have.
/// </summary>
public sealed class CalendarFeatures
{
    private static readonly Cycle[] All =
    [
        new("year", TimeSpan.FromDays(365), time => (time.DayOfYear - 1 + time.TimeOfDay / TimeSpan.FromDays(1)) / (DateTime.IsLeapYear(time.Year) ? 366 : 365)),
        // Twelve equal months: the first of each keeps its place whatever the length of the months before.
        new("month", TimeSpan.FromDays(365), time => (time.Month - 1) / 12.0),
        new("week", TimeSpan.FromDays(7), time => (((int)time.DayOfWeek + 6) % 7 + time.TimeOfDay / TimeSpan.FromDays(1)) / 7),
        new("day", TimeSpan.FromDays(1), time => time.TimeOfDay / TimeSpan.FromDays(1)),
        new("hour", TimeSpan.FromHours(1), time => (double)(time.Ticks % TimeSpan.TicksPerHour) / TimeSpan.TicksPerHour),
        new("minute", TimeSpan.FromMinutes(1), time => (double)(time.Ticks % TimeSpan.TicksPerMinute) / TimeSpan.TicksPerMinute),
    ];

    private readonly Cycle[] _cycles;

    private CalendarFeatures(Cycle[] cycles)
    {
        _cycles = cycles;
        Names = [.. cycles.SelectMany(cycle => new[] { $"{cycle.Name}_sin", $"{cycle.Name}_cos" })];
    }

    /// <summary>The features' names, such as "week_sin", "week_cos".</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The number of features F.</summary>
    public int Count => Names.Count;

    /// <summary>
    /// The features that suit a spacing: every cycle that spans at least two rows. Monthly data get the months of the year; daily
    /// data year and week; hourly data the day as well; minutes also the hour; seconds also the minute. Yearly data get none.
    /// </summary>
    /// <param name="step">The spacing of the time column.</param>
    /// <param name="history">The time that the training rows span, if known: a cycle that they do not complete teaches nothing and is left out.</param>
    public static CalendarFeatures For(Frequency step, TimeSpan? history = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        string unsuited = step.Months > 0 ? "year" : "month";
        return new CalendarFeatures([.. All.Where(cycle =>
            cycle.Name != unsuited && step.Span * 2 <= cycle.Length * 1.01 && !(history < cycle.Length))]);
    }

    /// <summary>Computes the features of one time.</summary>
    /// <param name="time">The time.</param>
    /// <param name="features">Receives the features [F], each in [−1, 1].</param>
    /// <exception cref="ArgumentException">There is no room for F features.</exception>
    public void Compute(DateTime time, Span<float> features)
    {
        if (features.Length < Count)
            throw new ArgumentException($"expected room for {Count} features, it is {features.Length}", nameof(features));
        for (int i = 0; i < _cycles.Length; i++)
        {
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * _cycles[i].Phase(time));
            (features[2 * i], features[2 * i + 1]) = ((float)sine, (float)cosine);
        }
    }

    /// <summary>Computes the features of a time column.</summary>
    /// <param name="times">The times [L].</param>
    /// <returns>The features [L, F], row-major.</returns>
    public float[] Compute(ReadOnlySpan<DateTime> times)
    {
        float[] features = new float[times.Length * Count];
        for (int row = 0; row < times.Length; row++)
            Compute(times[row], features.AsSpan(row * Count));
        return features;
    }

    /// <summary>Writes the cycles' names as a JSON array.</summary>
    /// <param name="json">Where a value may stand.</param>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartArray();
        foreach (Cycle cycle in _cycles)
            json.WriteStringValue(cycle.Name);
        json.WriteEndArray();
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    /// <param name="json">The array.</param>
    /// <exception cref="ElmanException">The array names an unknown cycle.</exception>
    public static CalendarFeatures Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Array)
            throw new ElmanException("calendar features: expected an array of names; the file is damaged or of a newer version");
        return new CalendarFeatures([.. json.EnumerateArray().Select(Find)]);
    }

    private static Cycle Find(JsonElement name) =>
        All.FirstOrDefault(cycle => name.ValueKind == JsonValueKind.String && name.ValueEquals(cycle.Name))
        ?? throw new ElmanException($"calendar features: unknown cycle {name.GetRawText()}; the file is damaged or of a newer version");

    /// <param name="Name">What the features are called.</param>
    /// <param name="Length">How long one turn takes.</param>
    /// <param name="Phase">The part of the turn that a time has completed, in [0, 1).</param>
    private sealed record Cycle(string Name, TimeSpan Length, Func<DateTime, double> Phase);
}
