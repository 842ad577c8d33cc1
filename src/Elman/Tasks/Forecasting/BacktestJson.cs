using System.Globalization;
using System.Text.Json;

namespace Elman;

/// <summary>The scores of a backtest in JSON, without the single forecasts; numbers are exact, null is none.</summary>
internal static class BacktestJson
{
    private const string Where = "backtest", Round = "O";

    public static void Write(Utf8JsonWriter json, BacktestResult result, IReadOnlyList<SeriesScore> series)
    {
        json.WriteStartObject();
        json.WriteNumber("forecasts", result.Forecasts);
        json.WriteNumber("series", result.Series);
        if (result.FirstTime is { } first) json.WriteString("first_time", first.ToString(Round, CultureInfo.InvariantCulture));
        if (result.LastTime is { } last) json.WriteString("last_time", last.ToString(Round, CultureInfo.InvariantCulture));
        json.WriteNumber("nominal_coverage", result.NominalCoverage);
        json.WriteStartArray("scores");
        foreach (ForecastScore score in result.Scores)
        {
            json.WriteStartObject();
            json.WriteString("name", score.Name);
            WriteErrors(json, score.Overall);
            Number(json, "coverage", score.Coverage);
            json.WriteStartArray("steps");
            for (int step = 0; step < score.Steps.Count; step++)
            {
                json.WriteStartObject();
                WriteErrors(json, score.Steps[step]);
                Number(json, "coverage", score.StepCoverage.Count > 0 ? score.StepCoverage[step] : null);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteSeries(json, series);
        json.WriteEndObject();
    }

    public static BacktestResult Read(JsonElement json)
    {
        ForecastScore[] scores = [.. json.Required(Where, "scores", JsonValueKind.Array).EnumerateArray().Select(ReadScore)];
        if (scores.Length == 0 || scores.Any(score => score.Steps.Count != scores[0].Steps.Count || score.Steps.Count == 0))
            throw new ElmanException($"{Where}: the scores do not belong together; the file is damaged");
        return new BacktestResult(scores[0], scores[1..], (int)json.RequiredInteger(Where, "forecasts", 0, int.MaxValue), (int)json.RequiredInteger(Where, "series", 0, int.MaxValue),
            Time("first_time"), Time("last_time"), json.RequiredNumber(Where, "nominal_coverage"));

        DateTime? Time(string name) => json.TryGetProperty(name, out JsonElement text)
            ? DateTime.ParseExact(text.GetString() ?? "", Round, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind) : null;
    }

    private static void WriteSeries(Utf8JsonWriter json, IReadOnlyList<SeriesScore> series)
    {
        json.WriteStartArray("per_series");
        foreach (SeriesScore score in series)
        {
            json.WriteStartObject();
            json.WriteString("group", score.Group);
            json.WriteNumber("forecasts", score.Forecasts);
            WriteErrors(json, score.Errors);
            Number(json, "coverage", score.Coverage);
            json.WriteString("baseline", score.Baseline);
            Number(json, "ratio", score.Ratio);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>The scores of each series.</summary>
    public static SeriesScore[] ReadSeries(JsonElement json) => [.. json.Required(Where, "per_series", JsonValueKind.Array).EnumerateArray().Select(item => new SeriesScore(
        item.RequiredString(Where, "group"), (int)item.RequiredInteger(Where, "forecasts", 0, int.MaxValue), ReadErrors(item), NumberOf(item, "coverage") ?? double.NaN,
        item.RequiredString(Where, "baseline"), NumberOf(item, "ratio") ?? double.NaN))];

    private static ForecastScore ReadScore(JsonElement json)
    {
        JsonElement[] steps = [.. json.Required(Where, "steps", JsonValueKind.Array).EnumerateArray()];
        double?[] coverage = [.. steps.Select(step => NumberOf(step, "coverage"))];
        bool hasInterval = NumberOf(json, "coverage") is not null;
        return new ForecastScore(json.RequiredString(Where, "name"), ReadErrors(json), [.. steps.Select(ReadErrors)], NumberOf(json, "coverage"),
            hasInterval ? [.. coverage.Select(one => one ?? double.NaN)] : []);
    }

    private static void WriteErrors(Utf8JsonWriter json, ForecastErrors errors)
    {
        Number(json, "mae", errors.MeanAbsoluteError);
        Number(json, "rmse", errors.RootMeanSquaredError);
        Number(json, "mase", errors.MeanAbsoluteScaledError);
        Number(json, "pinball", errors.PinballLoss);
        Number(json, "wape", errors.WeightedAbsolutePercentageError);
    }

    private static ForecastErrors ReadErrors(JsonElement json)
    {
        return new ForecastErrors(Of("mae"), Of("rmse"), Of("mase"), Of("pinball"), Of("wape"));

        double Of(string name) => NumberOf(json, name) ?? double.NaN;
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number)) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    private static double? NumberOf(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
