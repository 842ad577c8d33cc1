using System.Globalization;
using System.Text.Json;

namespace Elman;

/// <summary>The sections of a forecaster's model file; numbers are exact.</summary>
internal static class ForecasterJson
{
    private const string Round = "O";

    public static void Write(Utf8JsonWriter json, ForecastLayout layout)
    {
        json.WriteStartObject();
        json.WriteString("target", layout.Target);
        WriteNames(json, "covariates", layout.Covariates);
        WriteNames(json, "masked", layout.Masked);
        if (layout.Step is not null)
        {
            json.WritePropertyName("step");
            layout.Step.WriteTo(json);
            json.WritePropertyName("calendar");
            layout.Calendar!.WriteTo(json);
        }
        json.WriteEndObject();
    }

    public static ForecastLayout ReadLayout(JsonElement json)
    {
        const string where = "columns";
        bool timed = json.TryGetProperty("step", out JsonElement step);
        ForecastLayout layout = new(
            json.RequiredString(where, "target"), ReadNames(json, where, "covariates"), ReadNames(json, where, "masked"),
            timed ? Frequency.Read(step) : null, timed ? CalendarFeatures.Read(json.Required(where, "calendar", JsonValueKind.Array)) : null);
        return layout.Masked.FirstOrDefault(name => name != layout.Target && !layout.Covariates.Contains(name)) is { } unknown
            ? throw new ElmanException($"{where}: the masked column '{unknown}' is no column; the file is damaged") : layout;
    }

    public static void Write(Utf8JsonWriter json, IEnumerable<TrainedSeries> trained)
    {
        json.WriteStartArray();
        foreach (TrainedSeries series in trained)
        {
            json.WriteStartObject();
            json.WriteString("group", series.Group);
            json.WriteNumber("rows", series.Rows);
            if (series.Until is { } until) json.WriteString("until", until.ToString(Round, CultureInfo.InvariantCulture));
            json.WriteStartArray("scalers");
            foreach (Scaler scaler in series.Scalers) scaler.WriteTo(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static List<TrainedSeries> ReadSeries(JsonElement json, ForecastLayout layout)
    {
        const string where = "series";
        List<TrainedSeries> trained = [];
        HashSet<string> groups = [];
        foreach (JsonElement item in json.EnumerateArray())
        {
            Scaler[] scalers = [.. item.Required(where, "scalers", JsonValueKind.Array).EnumerateArray().Select(Scaler.Read)];
            DateTime? until = layout.Step is null ? null
                : DateTime.ParseExact(item.RequiredString(where, "until"), Round, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
            TrainedSeries series = new(item.RequiredString(where, "group"), (int)item.RequiredInteger(where, "rows", 0, int.MaxValue), until, scalers);
            if (scalers.Length != layout.Columns) throw new ElmanException($"{where}: {scalers.Length} scalers for {layout.Columns} columns; the file is damaged");
            if (!groups.Add(series.Group)) throw new ElmanException($"{where}: group '{series.Group}' appears twice; the file is damaged");
            trained.Add(series);
        }
        return trained.Count > 0 ? trained : throw new ElmanException($"{where}: there is none; the file is damaged");
    }

    private static void WriteNames(Utf8JsonWriter json, string name, IEnumerable<string> names)
    {
        json.WriteStartArray(name);
        foreach (string item in names) json.WriteStringValue(item);
        json.WriteEndArray();
    }

    private static string[] ReadNames(JsonElement json, string where, string name) =>
        [.. json.Required(where, name, JsonValueKind.Array).EnumerateArray().Select(item => item.GetString() ?? throw new FormatException($"'{name}' holds null"))];
}
