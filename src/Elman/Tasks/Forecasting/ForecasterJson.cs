using System.Globalization;
using System.Text.Json;

namespace Elman;

/// <summary>The sections of a forecaster's model file; numbers are exact.</summary>
internal static class ForecasterJson
{
    private const string Round = "O";
    private const double Rounding = 1e-6;

    /// <summary>The section of the methods.</summary>
    internal sealed record MethodsSection(
        SimpleMethod[] Methods, int[] Seasons, string Head, bool IsCount, bool NotNegative, double NetShare, KnownEffects? Effects,
        Dictionary<int, int> Maps, NetShape? Context);

    /// <summary>What the nets see.</summary>
    internal sealed record NetShape(int Context, int Patch, int Season, int[] Shown, bool Logarithms);

    public static void WriteMethods(Utf8JsonWriter json, Forecaster model)
    {
        ForecastEngine engine = model.Engine;
        json.WriteStartObject();
        json.WriteStartArray("methods");
        foreach (SimpleMethod method in engine.Methods) json.WriteStringValue(method.Key);
        json.WriteEndArray();
        WriteWhole(json, "seasons", model.Seasons);
        json.WriteString("head", engine.Head.Name);
        json.WriteBoolean("count", engine.IsCount);
        json.WriteBoolean("not_negative", model.NotNegative);
        json.WriteNumber("net_share", engine.NetShare);
        if (model.Effects is { } effects)
        {
            json.WritePropertyName("effects");
            effects.Write(json);
        }
        json.WriteStartObject("maps");
        foreach ((int method, int length) in SharedWeights.Lengths(model)) json.WriteNumber(method.ToString(CultureInfo.InvariantCulture), length);
        json.WriteEndObject();
        if (engine.Inputs is { } inputs)
        {
            json.WriteStartObject("nets");
            json.WriteNumber("context", inputs.Context);
            json.WriteNumber("patch", inputs.Patch);
            json.WriteNumber("season", inputs.Season);
            json.WriteBoolean("logarithms", inputs.Logarithms);
            WriteWhole(json, "shown", inputs.Methods);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    public static MethodsSection ReadMethods(JsonElement json)
    {
        const string where = "methods";
        const int most = 1_000_000;
        SimpleMethod[] methods = [.. json.Required(where, "methods", JsonValueKind.Array).EnumerateArray().Select(item => MethodPool.Parse(item.GetString() ?? ""))];
        if (methods is not [LastValue, ..]) throw new ElmanException($"{where}: the first is not the last value; the file is damaged");
        NetShape? shape = null;
        if (json.TryGetProperty("nets", out JsonElement nets))
        {
            int context = (int)nets.RequiredInteger(where, "context", 1, most), patch = (int)nets.RequiredInteger(where, "patch", 1, context);
            if (context % patch != 0) throw new ElmanException($"{where}: a context of {context} rows is no multiple of patches of {patch}; the file is damaged");
            int[] shown = ReadWhole(nets, where, "shown", methods.Length - 1);
            shape = new NetShape(context, patch, (int)nets.RequiredInteger(where, "season", 1, most), shown, nets.RequiredBoolean(where, "logarithms"));
        }
        Dictionary<int, int> shared = json.Required(where, "maps", JsonValueKind.Object).EnumerateObject()
            .ToDictionary(one => int.Parse(one.Name, NumberStyles.None, CultureInfo.InvariantCulture), one => one.Value.GetInt32());
        if (shared.Any(one => one.Key >= methods.Length || !methods[one.Key].HasMap || one.Value is < 1 or > 100_000_000))
            throw new ElmanException($"{where}: the maps belong to no method; the file is damaged");
        int[] seasons = ReadWhole(json, where, "seasons", most);
        return new MethodsSection(methods, seasons, json.RequiredString(where, "head"), json.RequiredBoolean(where, "count"),
            json.RequiredBoolean(where, "not_negative"), json.RequiredNumber(where, "net_share") is >= 0 and <= 1 and var share ? share : throw JsonFields.Damaged($"{where}: the share of the nets is not from 0 to 1"),
            json.TryGetProperty("effects", out JsonElement effects) ? KnownEffects.Read(effects, seasons) : null, shared, shape);
    }

    public static void WriteSeries(Utf8JsonWriter json, Forecaster model)
    {
        json.WriteStartArray();
        foreach (TrainedSeries series in model.TrainedSeries)
        {
            json.WriteStartObject();
            json.WriteString("group", series.Group);
            json.WriteNumber("rows", series.Rows);
            if (series.Until is { } until) json.WriteString("until", until.ToString(Round, CultureInfo.InvariantCulture));
            SeriesModel own = series.Model;
            NumberLists.Write(json, "shares", own.Shares);
            json.WriteStartArray("coefficients");
            for (int m = 0; m < own.Coefficients.Length; m++) NumberLists.Write(json, null, model.Engine.Methods[m].HasMap ? [] : own.Coefficients[m]);
            json.WriteEndArray();
            WriteWhole(json, "maps", own.Coefficients.Where((_, m) => model.Engine.Methods[m].HasMap).Select(map => map.Length));
            // NaN is not a number in JSON: null stands for it.
            NumberLists.Write(json, "scales", [own.Error, own.EffectScale, own.Unit, own.Scale, own.Dispersion, own.Level, own.MeanError]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static List<TrainedSeries> ReadSeries(JsonElement json, SimpleMethod[] methods, int[] shown, SharedWeights weights)
    {
        const string where = "series";
        List<TrainedSeries> trained = [];
        HashSet<string> groups = [];
        int[] mapped = [.. Enumerable.Range(0, methods.Length).Where(m => methods[m].HasMap)];
        SharedWeights.Reader maps = new(weights, methods);
        HashSet<int> seen = [.. shown];
        foreach (JsonElement item in json.EnumerateArray())
        {
            double[] shares = NumberLists.Read(item.Required(where, "shares", JsonValueKind.Array)), scales = NumberLists.Read(item.Required(where, "scales", JsonValueKind.Array));
            double[][] coefficients = [.. item.Required(where, "coefficients", JsonValueKind.Array).EnumerateArray().Select(NumberLists.Read)];
            int[] lengths = ReadWhole(item, where, "maps", int.MaxValue);
            if (lengths.Length != mapped.Length || shares.Length != methods.Length || coefficients.Length != methods.Length || scales.Length != 7)
                throw new ElmanException($"{where}: {shares.Length} shares and {coefficients.Length} lists of coefficients for {methods.Length} methods; the file is damaged");
            for (int k = 0; k < mapped.Length; k++) coefficients[mapped[k]] = maps.Next(mapped[k], lengths[k]);
            DateTime? until = item.TryGetProperty("until", out _)
                ? DateTime.ParseExact(item.RequiredString(where, "until"), Round, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind) : null;
            TrainedSeries series = new(item.RequiredString(where, "group"), (int)item.RequiredInteger(where, "rows", 0, int.MaxValue), until)
            {
                Model = new SeriesModel
                {
                    Shares = shares,
                    Coefficients = coefficients,
                    Error = scales[0],
                    EffectScale = scales[1],
                    Unit = scales[2],
                    Scale = scales[3],
                    Dispersion = scales[4],
                    Level = scales[5],
                    MeanError = scales[6],
                },
            };
            Check(series, methods, seen);
            if (!groups.Add(series.Group)) throw new ElmanException($"{where}: group {Names.Quote(series.Group)} appears twice; the file is damaged");
            trained.Add(series);
        }
        return trained.Count > 0 ? trained : throw new ElmanException($"{where}: there is none; the file is damaged");
    }

    /// <summary>No value may be one that training cannot give: it would come out as an index outside an array, or as a forecast without sense, when somebody predicts.</summary>
    private static void Check(TrainedSeries series, SimpleMethod[] methods, HashSet<int> shown)
    {
        SeriesModel model = series.Model;
        Require(model.Shares.All(share => share is >= 0 and <= 1 + Rounding) && Math.Abs(model.Shares.Sum() - 1) < Rounding, "the shares are not from 0 to 1, 1 in all");
        for (int m = 0; m < methods.Length; m++)
        {
            int count = model.Coefficients[m].Length;
            bool unused = count == 0 && model.Shares[m] == 0 && !shown.Contains(m);
            Require(unused || methods[m].Takes(count), $"'{methods[m].Name}' has {count} coefficients");
            Require(model.Coefficients[m].All(double.IsFinite), $"a coefficient of '{methods[m].Name}' is not finite");
        }
        Require(!(model.Error < 0) && !double.IsInfinity(model.Error), "the error is below zero");
        Require(double.IsFinite(model.MeanError) && model.EffectScale is >= 0 and < double.PositiveInfinity && model.Unit is >= 0 and < double.PositiveInfinity
            && model.Dispersion is >= 0 and < double.PositiveInfinity && model.Scale is > 0 and < double.PositiveInfinity && model.Level is > 0 and < double.PositiveInfinity, "a scale is below zero or not finite");

        void Require(bool holds, string otherwise)
        {
            if (!holds) throw new ElmanException($"series: {(series.Group.Length == 0 ? "" : $"of group {Names.Quote(series.Group)} ")}{otherwise}; the file is damaged");
        }
    }

    private static void WriteWhole(Utf8JsonWriter json, string name, IEnumerable<int> values)
    {
        json.WriteStartArray(name);
        foreach (int value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static int[] ReadWhole(JsonElement json, string where, string name, int most)
    {
        int[] values = [.. json.Required(where, name, JsonValueKind.Array).EnumerateArray().Select(item => item.GetInt32())];
        return values.All(value => value >= 0 && value <= most) ? values : throw new ElmanException($"{where}: '{name}' holds a number above {most}; the file is damaged");
    }
}
