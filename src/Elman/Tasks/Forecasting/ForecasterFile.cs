namespace Elman;

/// <summary>A forecaster as a <see cref="ModelFile"/>.</summary>
internal static class ForecasterFile
{
    public static void Save(Forecaster model, ForecastLayout layout, string path) => ModelFile.Write(path, Forecaster.TaskName,
    [
        ("options", json => ForecasterOptions.Settings.Write(json, model.Options)),
        ("columns", json => ForecasterJson.Write(json, layout)),
        ("series", json => ForecasterJson.Write(json, model.TrainedSeries)),
        ("training", model.Record.Write),
    ], model.Net);

    public static Forecaster Load(ModelFile file)
    {
        file.RequireTask(Forecaster.TaskName);
        ForecasterOptions options = file.Section("options", json => ForecasterOptions.Settings.Read(json));
        ForecastLayout layout = file.Section("columns", ForecasterJson.ReadLayout);
        List<TrainedSeries> trained = file.Section("series", json => ForecasterJson.ReadSeries(json, layout));
        TrainingRecord record = file.Section("training", TrainingRecord.Read);
        file.RequireShapes(hidden => NewNet(layout, options with { Hidden = hidden }), options.Hidden);
        ForecastNet net = NewNet(layout, options);
        file.LoadInto(net);
        return new Forecaster(options, layout, trained, net, record);
    }

    private static ForecastNet NewNet(ForecastLayout layout, ForecasterOptions options) => new(layout.Features, layout.Known, options, new RandomStream(0));
}
