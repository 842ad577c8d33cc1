using System.Text.Json;

namespace Elman;

/// <summary>
/// The features of a row as an Elman before 0.2 ordered them: target, covariates, masks (1 where a value is missing), calendar.
/// </summary>
/// <param name="Target">The column to forecast.</param>
/// <param name="Covariates">The names of the further columns.</param>
/// <param name="Masked">The columns, target included, that have a mask.</param>
/// <param name="Step">The spacing of the rows; null if the series have no times.</param>
/// <param name="Calendar">The features of a row's time, known for the future too; null if the series have no times.</param>
internal sealed record EarlierLayout(
    string Target, IReadOnlyList<string> Covariates, IReadOnlyList<string> Masked, Frequency? Step, CalendarFeatures? Calendar)
{
    /// <summary>Target and covariates.</summary>
    public int Columns => 1 + Covariates.Count;

    /// <summary>Features that are known of future rows.</summary>
    public int Known => Calendar?.Count ?? 0;

    /// <summary>I: all features of a row.</summary>
    public int Features => Columns + Masked.Count + Known;

    /// <summary>The columns of a series in the order of the layout.</summary>
    public Column[] ColumnsOf(Series series)
    {
        Dictionary<string, Column> named = series.Covariates.ToDictionary(column => column.Name);
        return [series.Target, .. Covariates.Select(name => named[name])];
    }

    /// <summary>Reads the section of a model file.</summary>
    public static EarlierLayout Read(JsonElement json)
    {
        const string where = "columns";
        bool timed = json.TryGetProperty("step", out JsonElement step);
        EarlierLayout layout = new(
            json.RequiredString(where, "target"), Names("covariates"), Names("masked"),
            timed ? Frequency.Read(step) : null, timed ? CalendarFeatures.Read(json.Required(where, "calendar", JsonValueKind.Array)) : null);
        HashSet<string> columns = [layout.Target, .. layout.Covariates];
        return layout.Masked.FirstOrDefault(name => !columns.Contains(name)) is { } unknown
            ? throw new ElmanException($"{where}: the masked column '{unknown}' is no column; the file is damaged") : layout;

        string[] Names(string name) =>
            [.. json.Required(where, name, JsonValueKind.Array).EnumerateArray().Select(item => item.GetString() ?? throw new FormatException($"'{name}' holds null"))];
    }
}
