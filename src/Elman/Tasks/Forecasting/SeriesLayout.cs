using System.Text.Json;

namespace Elman;

/// <summary>
/// What a forecaster expects of every series: its columns, and how they become numbers. A column of numbers becomes one feature, scaled over all
/// series; a column of categories becomes one feature for each of its most frequent categories (one-hot: the first map of a net is their embedding).
/// </summary>
internal sealed class SeriesLayout
{
    /// <summary>Categories of a column that get a feature of their own.</summary>
    private const int MostCategories = 32;

    public SeriesLayout(string target, Frequency? frequency, CalendarFeatures? calendar, ColumnCode[] past, ColumnCode[] known, ColumnCode[] constant) =>
        (Target, Frequency, Calendar, Past, Known, Static) = (target, frequency, calendar, past, known, constant);

    /// <summary>The column to forecast.</summary>
    public string Target { get; }

    /// <summary>The spacing of the rows; null if they are only counted.</summary>
    public Frequency? Frequency { get; }

    /// <summary>The features of a row's time; null if the series have no times.</summary>
    public CalendarFeatures? Calendar { get; }

    /// <summary>Columns whose future is not known.</summary>
    public ColumnCode[] Past { get; }

    /// <summary>Columns that are known ahead.</summary>
    public ColumnCode[] Known { get; }

    /// <summary>Columns that never change.</summary>
    public ColumnCode[] Static { get; }

    /// <summary>Features of a row's calendar.</summary>
    public int CalendarSize => Calendar?.Count ?? 0;

    /// <summary>Features of the columns.</summary>
    public static int SizeOf(ColumnCode[] columns) => columns.Sum(column => column.Size);

    /// <summary>The layout of training data.</summary>
    /// <param name="series">The series.</param>
    /// <param name="until">For each the row after the last that may be learned from.</param>
    /// <param name="frequency">The spacing of the rows; null if they are only counted.</param>
    /// <exception cref="ArgumentException">The series have different columns.</exception>
    public static SeriesLayout Of(IReadOnlyList<Series> series, IReadOnlyList<int> until, Frequency? frequency)
    {
        Series first = series[0];
        foreach (Series other in series)
        {
            if (Names(other).SequenceEqual(Names(first))) continue;
            throw new ArgumentException($"series '{other.Group}' has other columns than series '{first.Group}'; give all the same", nameof(series));
        }
        CalendarFeatures? calendar = null;
        if (frequency is not null && first.Times is not null)
        {
            (Series longest, int rows) = series.Zip(until).MaxBy(pair => pair.Second);
            calendar = CalendarFeatures.For(frequency, rows < 2 ? TimeSpan.Zero : longest.Times![rows - 1] - longest.Times[0]);
        }
        ColumnCode[] Codes(Func<Series, IReadOnlyList<Column>> columns, bool whole) =>
            [.. columns(first).Select((_, i) => ColumnCode.Of([.. series.Zip(until, (one, end) => (columns(one)[i], whole ? int.MaxValue : end))], MostCategories))];
        return new SeriesLayout(first.Target.Name, frequency, calendar,
            Codes(one => one.Covariates, false), Codes(one => one.Known, false), Codes(one => one.Static, true));
    }

    /// <summary>Makes sure that a series has the columns.</summary>
    /// <exception cref="ElmanException">A column is missing, or the times are.</exception>
    public void Check(Series series)
    {
        string of = series.Group.Length == 0 ? "" : $" of group '{series.Group}'";
        if (series.Target.Name != Target)
            throw new ElmanException($"the model forecasts column '{Target}', the data{of} give '{series.Target.Name}'; choose that column");
        if (Frequency is not null && series.Times is null)
            throw new ElmanException($"the model was trained on rows with times, the data{of} have none; give the time column");
        foreach ((ColumnCode[] wanted, IReadOnlyList<Column> columns) in new[] { (Past, series.Covariates), (Known, series.Known), (Static, series.Static) })
            foreach (ColumnCode column in wanted)
                if (columns.All(one => one.Name != column.Name))
                    throw new ElmanException($"the model needs the column '{column.Name}', the data{of} lack it; add it");
    }

    /// <summary>The features of the past of a series, each [L].</summary>
    public float[][] PastOf(Series series) => Coded(Past, series.Covariates, series.Length);

    /// <summary>The features that are known ahead, each [L + P]; rows that the plan does not reach keep its last value.</summary>
    public float[][] KnownOf(Series series, int horizon) => Coded(Known, series.Known, series.Length + horizon);

    /// <summary>The features that never change.</summary>
    public float[] StaticOf(Series series) => [.. Coded(Static, series.Static, 1).Select(feature => feature[0])];

    /// <summary>Writes the layout as a JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("target", Target);
        if (Frequency is not null)
        {
            json.WritePropertyName("step");
            Frequency.WriteTo(json);
        }
        if (Calendar is not null)
        {
            json.WritePropertyName("calendar");
            Calendar.WriteTo(json);
        }
        foreach ((string name, ColumnCode[] columns) in new[] { ("past", Past), ("known", Known), ("static", Static) })
        {
            json.WriteStartArray(name);
            foreach (ColumnCode column in columns) column.Write(json);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static SeriesLayout Read(JsonElement json)
    {
        const string where = "columns";
        ColumnCode[] Columns(string name) => [.. json.Required(where, name, JsonValueKind.Array).EnumerateArray().Select(ColumnCode.Read)];
        return new SeriesLayout(json.RequiredString(where, "target"),
            json.TryGetProperty("step", out JsonElement step) ? Frequency.Read(step) : null,
            json.TryGetProperty("calendar", out JsonElement calendar) ? CalendarFeatures.Read(calendar) : null,
            Columns("past"), Columns("known"), Columns("static"));
    }

    private static float[][] Coded(ColumnCode[] codes, IReadOnlyList<Column> columns, int rows) =>
        [.. codes.SelectMany(code => code.Features(columns.First(column => column.Name == code.Name), rows))];

    private static IEnumerable<string> Names(Series series) =>
        [.. series.Columns.Select(column => column.Name), "", .. series.Known.Select(column => column.Name), "", .. series.Static.Select(column => column.Name)];
}
