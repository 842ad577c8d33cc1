using System.Text;
using System.Text.Json;

namespace Elman;

/// <summary>What a stream is besides its model.</summary>
internal sealed record StreamState(string Group, long Rows, double[][] States, Series Recent, IntervalTracker Tracker);

/// <summary>The state of a stream as bytes: JSON whose numbers are exact.</summary>
internal static class ForecastStreamBytes
{
    private const string Where = "stream";

    public static byte[] Write(Forecaster model, StreamState state) => Encoding.UTF8.GetBytes(JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("model", model.Fingerprint);
        json.WriteString("group", state.Group);
        json.WriteNumber("rows", state.Rows);
        json.WriteStartArray("states");
        foreach (double[] one in state.States) NumberLists.Write(json, null, one);
        json.WriteEndArray();
        if (state.Recent.Times is { } times)
        {
            json.WriteStartArray("times");
            foreach (DateTime time in times) json.WriteNumberValue(time.Ticks);
            json.WriteEndArray();
        }
        NumberLists.Write(json, "target", state.Recent.Target.Values);
        WriteColumns(json, "past", state.Recent.Covariates);
        WriteColumns(json, "known", state.Recent.Known);
        WriteColumns(json, "static", state.Recent.Static);
        json.WritePropertyName("tracker");
        state.Tracker.Write(json);
        json.WriteEndObject();
    }));

    public static StreamState Read(Forecaster model, ReadOnlySpan<byte> bytes)
    {
        try
        {
            Utf8JsonReader reader = new(bytes);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement json = document.RootElement;
            if (json.RequiredString(Where, "model") != model.Fingerprint)
                throw new ElmanException("the state belongs to a stream of another model; open a new stream");
            string group = json.RequiredString(Where, "group");
            DateTime[]? times = json.TryGetProperty("times", out JsonElement ticks) ? [.. ticks.EnumerateArray().Select(tick => new DateTime(tick.GetInt64()))] : null;
            Series recent = new(group, times, new Column(model.Target, NumberLists.Read(json.Required(Where, "target", JsonValueKind.Array))), ReadColumns(json, "past"))
            {
                Known = ReadColumns(json, "known"),
                Static = ReadColumns(json, "static"),
            };
            double[][] states = [.. json.Required(Where, "states", JsonValueKind.Array).EnumerateArray().Select(NumberLists.Read)];
            return new StreamState(group, json.RequiredInteger(Where, "rows", 1, long.MaxValue), states, recent,
                IntervalTracker.Read(json.Required(Where, "tracker", JsonValueKind.Object), model.Options.Horizon));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or ArgumentException or KeyNotFoundException)
        {
            throw new ElmanException($"the state of the stream is damaged: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
    }

    private static void WriteColumns(Utf8JsonWriter json, string name, IReadOnlyList<Column> columns)
    {
        json.WriteStartArray(name);
        foreach (Column column in columns)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            NumberLists.Write(json, "values", column.Values);
            if (column.Categories is { } categories)
            {
                json.WriteStartArray("categories");
                foreach (string category in categories) json.WriteStringValue(category);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static Column[] ReadColumns(JsonElement json, string name) => [.. json.Required(Where, name, JsonValueKind.Array).EnumerateArray().Select(item => new Column(
        item.RequiredString(Where, "name"), NumberLists.Read(item.Required(Where, "values", JsonValueKind.Array)),
        item.TryGetProperty("categories", out JsonElement categories) ? [.. categories.EnumerateArray().Select(one => one.GetString() ?? "")] : null))];
}
