namespace Elman;

/// <summary>What an <see cref="AnomalyDetector"/> is made of, how it is trained, and how it judges.</summary>
public sealed record DetectorOptions
{
    /// <summary>0 … 99: the higher, the narrower the margins. A row is an anomaly when its tail probability is below 10^(−2 − 6 (99 − s) / 99).</summary>
    public double Sensitivity { get; init; } = 50;

    /// <summary>Rows at a stream's beginning in which nothing is an anomaly.</summary>
    public int WarmUp { get; init; } = 20;

    /// <summary>Rows after an alarm in which there is no other.</summary>
    public int CoolDown { get; init; } = 50;

    /// <summary>Errors of the last rows that the tails are measured on.</summary>
    public int Memory { get; init; } = 1000;

    /// <summary>Whether a stream learns how far forecasts are off from the rows that come.</summary>
    public bool Learn { get; init; } = true;

    /// <summary>Anomalies in a row, at most, that are kept from what is learned: more of them are the new normal.</summary>
    public int MostExcluded { get; init; } = 20;

    /// <summary>Rows whose mean evidence is compared with all before.</summary>
    public int ShortWindow { get; init; } = 10;

    /// <summary>Rows that it is compared with, at most.</summary>
    public int LongWindow { get; init; } = 2000;

    /// <summary>The recurrent cell.</summary>
    public string Cell { get; init; } = "gru";

    /// <summary>Hidden units of each layer.</summary>
    public int Hidden { get; init; } = 24;

    /// <summary>Recurrent layers.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Rows of a training example.</summary>
    public int Window { get; init; } = 64;

    /// <summary>Part at the end of the data that chooses the best epoch and tells how far forecasts are off.</summary>
    public double ValidationShare { get; init; } = 0.2;

    /// <summary>How the forecaster is trained.</summary>
    public TrainingRecipe Training { get; init; } = new() { LearningRate = 3e-3, BatchSize = 16, Epochs = 60, Patience = 10, TimeLimit = TimeSpan.FromMinutes(5) };

    /// <summary>All settings: their ranges, keys, options and explanations.</summary>
    public static SettingTable<DetectorOptions> Settings { get; } = new SettingTable<DetectorOptions>(new DetectorOptions())
        .Real("sensitivity", "The higher, the narrower the margins: 99 calls one of a hundred usual rows an anomaly, 50 one of a hundred thousand.", o => o.Sensitivity, (o, v) => o with { Sensitivity = v }, 0, 99)
        .Whole("warm-up rows", "Rows at a stream's beginning in which nothing is an anomaly.", o => o.WarmUp, (o, v) => o with { WarmUp = v }, 0, 1_000_000, "rows")
        .Whole("cool-down", "Rows after an alarm in which there is no other.", o => o.CoolDown, (o, v) => o with { CoolDown = v }, 0, 1_000_000, "rows")
        .Whole("memory rows", "Errors of the last rows that the tails are measured on.", o => o.Memory, (o, v) => o with { Memory = v }, 40, 1_000_000, "rows")
        .Flag("learn", "Whether a stream learns how far forecasts are off from the rows that come.", o => o.Learn, (o, v) => o with { Learn = v })
        .Whole("most excluded", "Anomalies in a row, at most, that are kept from what is learned: more of them are the new normal.", o => o.MostExcluded, (o, v) => o with { MostExcluded = v }, 0, 1_000_000, "rows")
        .Whole("short window", "Rows whose mean evidence is compared with all before.", o => o.ShortWindow, (o, v) => o with { ShortWindow = v }, 1, 100_000, "rows")
        .Whole("long window", "Rows that it is compared with, at most.", o => o.LongWindow, (o, v) => o with { LongWindow = v }, 10, 1_000_000, "rows")
        .Choice("cell", "The recurrent cell.", o => o.Cell, (o, v) => o with { Cell = v }, () => Cells.Names)
        .Whole("hidden", "Hidden units of each layer.", o => o.Hidden, (o, v) => o with { Hidden = v }, 1, 65_536, "units")
        .Whole("layers", "Recurrent layers.", o => o.Layers, (o, v) => o with { Layers = v }, 1, 64)
        .Whole("window", "Rows of a training example.", o => o.Window, (o, v) => o with { Window = v }, 2, 1 << 20, "rows")
        .Real("validation share", "Part at the end of the data that chooses the best epoch and tells how far forecasts are off.", o => o.ValidationShare, (o, v) => o with { ValidationShare = v }, 0.05, 0.5)
        .Include(TrainingRecipe.Settings, o => o.Training, (o, v) => o with { Training = v });

    /// <summary>The tail probability below which a row is an anomaly.</summary>
    /// <param name="sensitivity">0 … 99.</param>
    public static double ThresholdOf(double sensitivity) => Math.Pow(10, -2 - (6 * (99 - sensitivity) / 99));
}
