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

    public static Forecaster Load(string path)
    {
        ModelFile file = ModelFile.Read(path);
        file.RequireTask(Forecaster.TaskName);
        ForecasterOptions options = file.Section("options", json => ForecasterOptions.Settings.Read(json));
        ForecastLayout layout = file.Section("columns", ForecasterJson.ReadLayout);
        List<TrainedSeries> trained = file.Section("series", json => ForecasterJson.ReadSeries(json, layout));
        TrainingRecord record = file.Section("training", TrainingRecord.Read);
        CheckShapes(file, layout, options);
        ForecastNet net = NewNet(layout, options);
        file.LoadInto(net);
        return new Forecaster(options, layout, trained, net, record);
    }

    /// <summary>
    /// Compares the shapes before a net is built: a file that lies about its sizes shall not cost memory. Every extent grows
    /// linearly with H, so that the nets of H = 1 and 2 tell those of all others.
    /// </summary>
    private static void CheckShapes(ModelFile file, ForecastLayout layout, ForecasterOptions options)
    {
        var small = NewNet(layout, options with { Hidden = 1 }).Parameters().Zip(NewNet(layout, options with { Hidden = 2 }).Parameters());
        foreach (((string name, Tensor one), (_, Tensor two)) in small)
        {
            if (file.ShapeOf(name) is not { } shape) throw new ElmanException($"{file.Source}: parameter '{name}' is missing; the file is damaged");
            long[] expected = [.. Enumerable.Range(0, one.Rank).Select(axis => one.Shape[axis] + (long)(two.Shape[axis] - one.Shape[axis]) * (options.Hidden - 1))];
            if (shape.Rank != one.Rank || expected.Where((extent, axis) => extent != shape[axis]).Any())
                throw new ElmanException($"{file.Source}: parameter '{name}' has shape {shape}, the model expects [{string.Join(", ", expected)}]; the file is damaged");
        }
    }

    private static ForecastNet NewNet(ForecastLayout layout, ForecasterOptions options) => new(layout.Features, layout.Known, options, new RandomStream(0));
}
