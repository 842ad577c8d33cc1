using System.Text.Json;

namespace Elman;

/// <summary>What a model file keeps of the report: scores and shares, without the single forecasts.</summary>
internal static class ForecastReportJson
{
    public static void Write(Utf8JsonWriter json, ForecastReport report)
    {
        json.WriteStartObject();
        json.WriteString("target", report.Target);
        json.WriteNumber("horizon", report.Horizon);
        json.WriteNumber("season", report.Season);
        json.WriteStartArray("methods");
        foreach (MethodShare method in report.Methods)
        {
            json.WriteStartObject();
            json.WriteString("name", method.Name);
            json.WriteNumber("share", method.Share);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("remarks");
        foreach (string remark in report.Remarks) json.WriteStringValue(remark);
        json.WriteEndArray();
        if (report.Backtest is { } backtest)
        {
            json.WritePropertyName("backtest");
            BacktestJson.Write(json, backtest, report.Series);
        }
        json.WriteEndObject();
    }

    public static ForecastReport Read(JsonElement json)
    {
        const string where = "report";
        return new ForecastReport
        {
            Target = json.RequiredString(where, "target"),
            Horizon = (int)json.RequiredInteger(where, "horizon", 1, int.MaxValue),
            Season = (int)json.RequiredInteger(where, "season", 1, int.MaxValue),
            Methods = [.. json.Required(where, "methods", JsonValueKind.Array).EnumerateArray()
                .Select(item => new MethodShare(item.RequiredString(where, "name"), item.RequiredNumber(where, "share")))],
            Remarks = [.. json.Required(where, "remarks", JsonValueKind.Array).EnumerateArray().Select(item => item.GetString() ?? "")],
            Backtest = json.TryGetProperty("backtest", out JsonElement backtest) ? BacktestJson.Read(backtest) : null,
            Series = json.TryGetProperty("backtest", out JsonElement scores) ? BacktestJson.ReadSeries(scores) : [],
        };
    }
}
