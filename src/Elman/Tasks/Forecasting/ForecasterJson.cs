using System.Globalization;
using System.Text.Json;

namespace Elman;

/// <summary>The sections of a forecaster's model file; numbers are exact.</summary>
internal static class ForecasterJson
{
    private const string Round = "O";

    public static void Write(Utf8JsonWriter json, ForecasterOptions options)
    {
        json.WriteStartObject();
        json.WriteNumber("context", options.Context);
        json.WriteNumber("horizon", options.Horizon);
        json.WriteString("cell", options.Cell);
        json.WriteNumber("hidden", options.Hidden);
        json.WriteNumber("layers", options.Layers);
        json.WriteString("direction", options.Direction.ToString());
        json.WriteNumber("dropout", options.Dropout);
        json.WriteStartArray("quantiles");
        foreach (double level in options.Quantiles) json.WriteNumberValue(level);
        json.WriteEndArray();
        json.WriteString("scaler", options.Scaler.ToString());
        WriteOptional(json, "holdout", options.Holdout);
        WriteOptional(json, "validation", options.Validation);
        json.WriteNumber("epochs", options.Epochs);
        json.WriteNumber("batch_size", options.BatchSize);
        json.WriteNumber("learning_rate", options.LearningRate);
        json.WriteNumber("clip_norm", options.ClipNorm);
        WriteOptional(json, "patience", options.Patience);
        json.WriteNumber("seed", options.Seed);
        if (options.TimeColumn is { } time) json.WriteString("time_column", time);
        if (options.GroupColumn is { } group) json.WriteString("group_column", group);
        json.WriteEndObject();
    }

    public static ForecasterOptions ReadOptions(JsonElement json)
    {
        const string where = "options";
        int Whole(string name, int low, int high) => (int)json.RequiredInteger(where, name, low, high);
        int? Optional(string name, int low) => json.TryGetProperty(name, out _) ? Whole(name, low, int.MaxValue) : null;
        string? Name(string name) => json.TryGetProperty(name, out _) ? json.RequiredString(where, name) : null;
        ForecasterOptions options = new()
        {
            Context = Whole("context", 1, ForecasterOptions.LongestContext),
            Horizon = Whole("horizon", 1, ForecasterOptions.LongestHorizon),
            Cell = json.RequiredString(where, "cell"),
            Hidden = Whole("hidden", 1, ForecasterOptions.MostHidden),
            Layers = Whole("layers", 1, ForecasterOptions.MostLayers),
            Direction = ReadDirection(json, where),
            Dropout = (float)json.RequiredNumber(where, "dropout"),
            Quantiles = [.. json.Required(where, "quantiles", JsonValueKind.Array).EnumerateArray().Select(level => Math.Round(level.GetDouble(), 7))],
            Scaler = Enum.Parse<ScalerKind>(json.RequiredString(where, "scaler")),
            Holdout = Optional("holdout", 0),
            Validation = Optional("validation", 0),
            Epochs = Whole("epochs", 0, int.MaxValue),
            BatchSize = Whole("batch_size", 1, int.MaxValue),
            LearningRate = json.RequiredNumber(where, "learning_rate"),
            ClipNorm = json.RequiredNumber(where, "clip_norm"),
            Patience = Optional("patience", 1),
            Seed = json.Required(where, "seed", JsonValueKind.Number).GetUInt64(),
            TimeColumn = Name("time_column"),
            GroupColumn = Name("group_column"),
        };
        options.Check();
        if (!Cells.Names.Contains(options.Cell)) throw new ElmanException($"there is no cell '{options.Cell}'; known are {string.Join(", ", Cells.Names)}");
        return options;
    }

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

    /// <summary>Model files say <c>direction</c>; the first ones said <c>bidirectional</c>, which still loads.</summary>
    private static Direction ReadDirection(JsonElement json, string where) =>
        json.TryGetProperty("bidirectional", out _) && !json.TryGetProperty("direction", out _)
            ? json.RequiredBoolean(where, "bidirectional") ? Direction.Both : Direction.Forward
            : Enum.Parse<Direction>(json.RequiredString(where, "direction"));

    private static void WriteOptional(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
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
