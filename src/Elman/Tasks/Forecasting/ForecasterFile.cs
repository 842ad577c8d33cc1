using System.Text;
using System.Text.Json;

namespace Elman;

/// <summary>A forecaster as a <see cref="ModelFile"/>.</summary>
internal static class ForecasterFile
{
    public static void Save(Forecaster model, string path) => ModelFile.Write(path, Forecaster.TaskName,
    [
        ("options", json => ForecasterOptions.Settings.Write(json, model.Options)),
        ("columns", model.Layout.Write),
        ("methods", json => ForecasterJson.WriteMethods(json, model)),
        ("series", json => ForecasterJson.WriteSeries(json, model)),
        ("calibration", model.Calibration.Write),
        ("report", json => ForecastReportJson.Write(json, model.Report)),
        ("training", model.Record.WriteUntimed),
        .. model.Schema is { } schema ? [("data", schema.WriteTo)] : Array.Empty<(string, Action<Utf8JsonWriter>)>(),
    ], new SharedWeights(model));

    /// <summary>A digest of all that forecasts depend on: columns, methods, what was learned of each series, calibration, weights.</summary>
    public static string Fingerprint(Forecaster model)
    {
        if (model.Earlier is not null) return System.Convert.ToHexStringLower(model.Nets[0].Fingerprint());
        using Sha256 hash = new();
        foreach (Action<Utf8JsonWriter> part in (Action<Utf8JsonWriter>[])[model.Layout.Write, json => ForecasterJson.WriteMethods(json, model),
            json => ForecasterJson.WriteSeries(json, model), model.Calibration.Write])
            hash.Write(Encoding.UTF8.GetBytes(JsonText.Of(part)));
        hash.Write(new SharedWeights(model).Fingerprint());
        return System.Convert.ToHexStringLower(hash.Finish());
    }

    public static Forecaster Load(ModelFile file)
    {
        file.RequireTask(Forecaster.TaskName);
        if (!file.Sections.Contains("methods")) return EarlierFile.Load(file);
        ForecasterOptions options = file.Section("options", json => ForecasterOptions.Settings.Read(json));
        SeriesLayout layout = file.Section("columns", SeriesLayout.Read);
        ForecasterJson.MethodsSection methods = file.Section("methods", ForecasterJson.ReadMethods);
        if (methods.Effects is { } effects && effects.Count != SeriesLayout.SizeOf(layout.Known))
            throw new ElmanException($"{file.Source}: methods: {effects.Count} effects of {SeriesLayout.SizeOf(layout.Known)} known features; the file is damaged");
        Calibration calibration = file.Section("calibration", Calibration.Read);
        ForecastReport report = file.Section("report", ForecastReportJson.Read);
        TrainingRecord record = file.Section("training", TrainingRecord.Read);
        (ForecastEngine engine, SharedWeights weights) = file.Build(() =>
        {
            ForecastEngine made = Engine(file, options, layout, methods);
            return (made, new SharedWeights(made, methods.Maps));
        });
        file.LoadInto(weights);
        List<TrainedSeries> trained = file.Section("series", json => ForecasterJson.ReadSeries(json, engine.Methods, engine.Inputs?.Methods ?? [], weights));
        return new Forecaster(options, layout, methods.Effects, methods.Seasons, engine, calibration, trained, methods.NotNegative, record, report,
            file.OptionalSection("data", SeriesSchema.Read));
    }

    /// <summary>Compares the number of weights before a net is built: a file that lies about its sizes shall not cost memory.</summary>
    private static ForecastEngine Engine(ModelFile file, ForecasterOptions options, SeriesLayout layout, ForecasterJson.MethodsSection section)
    {
        ForecastHead head = ForecastHead.Of(section.Head);
        NetInputs? inputs = section.Context is { } shape
            ? new NetInputs(layout, shape.Context, shape.Patch, shape.Season, options.Horizon, shape.Shown, shape.Logarithms) : null;
        if (inputs is not null)
        {
            long hidden = (long)options.Hidden * (options.Direction == Direction.Both ? 2 : 1), least = options.Nets * ((hidden + inputs.Features) * inputs.Horizon * head.Outputs + hidden * inputs.Features);
            if (least > file.ParameterCount) throw new ElmanException($"{file.Source}: the nets would have at least {least} weights, the file has {file.ParameterCount}; the file is damaged");
        }
        return new ForecastEngine
        {
            Methods = section.Methods,
            Head = head,
            Inputs = inputs,
            IsCount = section.IsCount,
            NetShare = section.NetShare,
            Nets = inputs is null ? null : new NetEnsemble(inputs, head.Outputs, options, new RandomStream(0)),
        };
    }
}
