using System.Text;
using System.Text.Json;

namespace Elman;

/// <summary>What a stream is besides its model.</summary>
internal sealed record DetectionState
{
    public required double Sensitivity { get; init; }

    public required (byte[] Net, double[] Last, double[] Before, long Rows) Forecast { get; init; }

    public required double[][] Errors { get; init; }

    public required double[][] Levels { get; init; }

    public required double[] Widths { get; init; }

    public required double[] Evidence { get; init; }

    public required long QuietUntil { get; init; }

    public required long ChangeUntil { get; init; }

    public required int Excluded { get; init; }
}

/// <summary>The state of a stream as bytes: JSON whose numbers are exact. The state of the net holds the fingerprint of its weights.</summary>
internal static class DetectionStreamBytes
{
    private const string Where = "detection stream";

    public static byte[] Write(DetectionState state) => Encoding.UTF8.GetBytes(JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("sensitivity", state.Sensitivity);
        json.WriteBase64String("net", state.Forecast.Net);
        NumberLists.Write(json, "last", state.Forecast.Last);
        NumberLists.Write(json, "before", state.Forecast.Before);
        json.WriteNumber("rows", state.Forecast.Rows);
        json.WriteStartArray("errors");
        foreach (double[] one in state.Errors) NumberLists.Write(json, null, one);
        json.WriteEndArray();
        json.WriteStartArray("levels");
        foreach (double[] one in state.Levels) NumberLists.Write(json, null, one);
        json.WriteEndArray();
        NumberLists.Write(json, "widths", state.Widths);
        NumberLists.Write(json, "evidence", state.Evidence);
        json.WriteNumber("quiet_until", state.QuietUntil);
        json.WriteNumber("change_until", state.ChangeUntil);
        json.WriteNumber("excluded", state.Excluded);
        json.WriteEndObject();
    }));

    /// <exception cref="ElmanException">The bytes are damaged.</exception>
    public static DetectionState Read(ReadOnlySpan<byte> bytes, int signals)
    {
        try
        {
            Utf8JsonReader reader = new(bytes);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement json = document.RootElement;
            DetectionState state = new()
            {
                Sensitivity = json.RequiredNumber(Where, "sensitivity"),
                Forecast = (json.Required(Where, "net", JsonValueKind.String).GetBytesFromBase64(), List("last"), List("before"), Whole("rows")),
                Errors = [.. json.Required(Where, "errors", JsonValueKind.Array).EnumerateArray().Select(NumberLists.Read)],
                Levels = [.. json.Required(Where, "levels", JsonValueKind.Array).EnumerateArray().Select(NumberLists.Read)],
                Widths = List("widths"),
                Evidence = List("evidence"),
                QuietUntil = Whole("quiet_until"),
                ChangeUntil = Whole("change_until"),
                Excluded = (int)Math.Min(Whole("excluded"), int.MaxValue),
            };
            double[][] each = [state.Forecast.Last, state.Forecast.Before, state.Widths];
            if (each.Any(list => list.Length != signals) || state.Errors.Length != signals || state.Levels.Length != signals)
                throw new ElmanException($"the state of the stream is not one of {signals} signals; it belongs to another model, or is damaged");
            if (!(state.Sensitivity >= 0 && state.Sensitivity <= 99) || state.Widths.Any(width => !(width > 0)) || state.Errors.Concat(state.Levels).Append(state.Evidence).Concat(each).Any(list => list.Any(double.IsNaN)))
                throw new ElmanException("the state of the stream holds numbers that have no meaning; it is damaged");
            return state;

            double[] List(string name) => NumberLists.Read(json.Required(Where, name, JsonValueKind.Array));
            long Whole(string name) => json.RequiredInteger(Where, name, 0, long.MaxValue);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or ArgumentException or KeyNotFoundException)
        {
            throw new ElmanException($"the state of the stream is damaged: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
    }
}
