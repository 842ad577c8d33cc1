using System.Globalization;
using System.Text.Json;

namespace Elman;

/// <summary>Reads the model files of an Elman before 0.2.</summary>
internal static class EarlierFile
{
    /// <summary>What the section of the options held.</summary>
    private sealed record Section(ForecasterOptions Options, ScalerKind Scaler, string? Time, string? Group);

    public static Forecaster Load(ModelFile file)
    {
        Section section = file.Section("options", ReadOptions);
        EarlierLayout layout = file.Section("columns", EarlierLayout.Read);
        List<(TrainedSeries Series, Scaler[] Scalers)> trained = file.Section("series", json => ReadSeries(json, layout));
        TrainingRecord record = file.Section("training", TrainingRecord.Read);
        file.RequireShapes(hidden => NewNet(layout, section.Options with { Hidden = hidden }), section.Options.Hidden);
        ForecastNet net = NewNet(layout, section.Options);
        file.LoadInto(net);

        int[] seasons = Seasons.Of(layout.Step, []);
        Scaler[] first = trained[0].Scalers;
        ColumnCode[] past = [.. layout.Covariates.Select((name, i) => new ColumnCode(name, first[i + 1], []))];
        // The last value stands where the rooms of today want simple methods: the earlier model forecasts in their place.
        ForecastEngine engine = new() { Methods = [new LastValue()], Head = new QuantileHead(), NetShare = 0 };
        return new Forecaster(section.Options, new SeriesLayout(layout.Target, layout.Step, layout.Calendar, past, [], []), null, seasons, engine,
            Calibration.Normal(section.Options.Horizon), [.. trained.Select(one => one.Series)], notNegative: false, record, Report(layout, section.Options, seasons), Schema(layout, section))
        {
            Earlier = new EarlierModel(layout, section.Options, section.Scaler, trained.ToDictionary(one => one.Series.Group, one => one.Scalers), net),
        };
    }

    private static ForecastNet NewNet(EarlierLayout layout, ForecasterOptions options) => new(layout.Features, layout.Known, options, new RandomStream(0));

    private static ForecastReport Report(EarlierLayout layout, ForecasterOptions options, int[] seasons) => new()
    {
        Target = layout.Target,
        Horizon = options.Horizon,
        Season = seasons.FirstOrDefault(1),
        Methods = [new MethodShare($"{options.Cell} of an earlier Elman", 1)],
    };

    private static SeriesSchema Schema(EarlierLayout layout, Section section) => new()
    {
        Roles = new SeriesRoles { Targets = [layout.Target], Time = section.Time, Group = section.Group, Covariates = layout.Covariates },
        TimeColumns = section.Time is { } time ? [time] : [],
        Frequency = layout.Step,
    };

    private static Section ReadOptions(JsonElement json)
    {
        const string where = "options";
        int Whole(string name, int low) => (int)json.RequiredInteger(where, name, low, int.MaxValue);
        string? Name(string name) => json.TryGetProperty(name, out _) ? json.RequiredString(where, name) : null;
        int horizon = Whole("horizon", 1);
        ForecasterOptions options = new()
        {
            Horizon = horizon,
            Context = Whole("context", 1),
            Cell = json.RequiredString(where, "cell"),
            Hidden = Whole("hidden", 1),
            Layers = Whole("layers", 1),
            Direction = ReadDirection(json, where),
            Dropout = (float)json.RequiredNumber(where, "dropout"),
            Nets = 1,
            Quantiles = [.. json.Required(where, "quantiles", JsonValueKind.Array).EnumerateArray().Select(level => level.GetDouble())],
            Conformal = false,
            Holdout = json.TryGetProperty("holdout", out JsonElement holdout) && holdout.GetInt32() >= horizon ? holdout.GetInt32() : null,
            Training = new TrainingRecipe
            {
                Epochs = Whole("epochs", 0),
                BatchSize = Whole("batch_size", 1),
                LearningRate = json.RequiredNumber(where, "learning_rate"),
                ClipNorm = json.RequiredNumber(where, "clip_norm"),
                Patience = json.TryGetProperty("patience", out _) ? Whole("patience", 1) : null,
                Seed = json.Required(where, "seed", JsonValueKind.Number).GetUInt64(),
            },
        };
        ForecasterOptions.Settings.Check(options);
        return new Section(options, Enum.Parse<ScalerKind>(json.RequiredString(where, "scaler")), Name("time_column"), Name("group_column"));
    }

    /// <summary>Model files said <c>direction</c>; the first ones said <c>bidirectional</c>.</summary>
    private static Direction ReadDirection(JsonElement json, string where) =>
        json.TryGetProperty("bidirectional", out _) && !json.TryGetProperty("direction", out _)
            ? json.RequiredBoolean(where, "bidirectional") ? Direction.Both : Direction.Forward
            : Enum.Parse<Direction>(json.RequiredString(where, "direction"));

    private static List<(TrainedSeries Series, Scaler[] Scalers)> ReadSeries(JsonElement json, EarlierLayout layout)
    {
        const string where = "series";
        List<(TrainedSeries Series, Scaler[] Scalers)> trained = [];
        HashSet<string> groups = [];
        foreach (JsonElement item in json.EnumerateArray())
        {
            Scaler[] scalers = [.. item.Required(where, "scalers", JsonValueKind.Array).EnumerateArray().Select(Scaler.Read)];
            DateTime? until = layout.Step is null ? null
                : DateTime.ParseExact(item.RequiredString(where, "until"), "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
            string group = item.RequiredString(where, "group");
            if (scalers.Length != layout.Columns) throw new ElmanException($"{where}: {scalers.Length} scalers for {layout.Columns} columns; the file is damaged");
            if (!groups.Add(group)) throw new ElmanException($"{where}: group '{group}' appears twice; the file is damaged");
            SeriesModel model = new() { Coefficients = [[]], Shares = [1], Error = double.NaN, EffectScale = 1, Unit = 1 };
            trained.Add((new TrainedSeries(group, (int)item.RequiredInteger(where, "rows", 0, int.MaxValue), until) { Model = model }, scalers));
        }
        return trained.Count > 0 ? trained : throw new ElmanException($"{where}: there is none; the file is damaged");
    }
}
