using System.Collections.Immutable;

namespace Elman;

/// <summary>What a <see cref="Forecaster"/> is made of and how it is trained.</summary>
public sealed record ForecasterOptions
{
    /// <summary>P: rows that a forecast gives by itself; a longer one can be asked for.</summary>
    public int Horizon { get; init; } = 14;

    /// <summary>Rows of history that the nets look at; null for what suits season and horizon.</summary>
    public int? Context { get; init; }

    /// <summary>The recurrent cell, one of <see cref="Cells.Names"/>.</summary>
    public string Cell { get; init; } = "lstm";

    /// <summary>H: hidden units of each layer and direction.</summary>
    public int Hidden { get; init; } = 32;

    /// <summary>K: recurrent layers.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>The direction in which the context is read. The forecast itself never looks ahead.</summary>
    public Direction Direction { get; init; }

    /// <summary>Part of the values that is dropped in training: between the layers and before the head.</summary>
    public float Dropout { get; init; } = 0.1f;

    /// <summary>Nets that are averaged, each from other first weights; 0 gives the simple forecasts alone.</summary>
    public int Nets { get; init; } = 3;

    /// <summary>What a net gives for each row: <c>quantiles</c>, <c>gaussian</c>, <c>student-t</c>, <c>negative-binomial</c> for counts; <c>auto</c> sees from the data.</summary>
    public string Head { get; init; } = "auto";

    /// <summary>Levels of the quantiles that are forecast, ascending; the median, 0.5, is the point forecast and must be among them.</summary>
    public ImmutableArray<double> Quantiles { get; init; } = [0.1, 0.5, 0.9];

    /// <summary>Whether the quantiles are calibrated on rows that training did not see (conformal prediction); otherwise they are those of the head.</summary>
    public bool Conformal { get; init; } = true;

    /// <summary>
    /// Rows at the end of each series that are never trained on, so that a later <see cref="Forecaster.Backtest(IReadOnlyList{Series}, int)"/> can be honest. Null keeps
    /// some for the backtest in <see cref="Forecaster.Report"/> and then trains on them too.
    /// </summary>
    public int? Holdout { get; init; }

    /// <summary>Rows before the holdout on which the forecasts that are averaged are chosen and calibrated; null for a quarter of the rows.</summary>
    public int? Validation { get; init; }

    /// <summary>How the nets are trained. The time limit is that of the whole training.</summary>
    public TrainingRecipe Training { get; init; } = new()
    {
        LearningRate = 3e-3,
        BatchSize = 64,
        Epochs = 15,
        Patience = null,
        TimeLimit = TimeSpan.FromSeconds(45),
    };

    private static readonly string[] Heads = ["auto", "quantiles", "gaussian", "student-t", "negative-binomial"], OnOff = ["on", "off"];

    /// <summary>All settings: their ranges, keys, options and explanations.</summary>
    public static SettingTable<ForecasterOptions> Settings { get; } = new SettingTable<ForecasterOptions>(new ForecasterOptions())
        .Whole("horizon", "Rows to forecast.", o => o.Horizon, (o, v) => o with { Horizon = v }, 1, 10_000, "rows")
        .WholeOrNone("context", "Rows of history that the nets look at.", o => o.Context, (o, v) => o with { Context = v }, 1, 100_000, "what suits season and horizon")
        .Choice("cell", "The recurrent cell.", o => o.Cell, (o, v) => o with { Cell = v }, () => Cells.Names)
        .Whole("hidden", "Hidden units of each layer and direction.", o => o.Hidden, (o, v) => o with { Hidden = v }, 1, 65_536, "units")
        .Whole("layers", "Recurrent layers.", o => o.Layers, (o, v) => o with { Layers = v }, 1, 64)
        .Choice("direction", "The direction in which the context is read; the forecast itself never looks ahead.", o => o.Direction, (o, v) => o with { Direction = v })
        .Real("dropout", "Part of the values dropped in training, between the layers and before the head.", o => o.Dropout, (o, v) => o with { Dropout = v }, 0, 0.99)
        .Whole("nets", "Nets that are averaged, each from other first weights; 0 gives the simple forecasts alone.", o => o.Nets, (o, v) => o with { Nets = v }, 0, 64)
        .Choice("head", "What a net gives for each row; negative-binomial is for counts, auto sees from the data.", o => o.Head, (o, v) => o with { Head = v }, () => Heads)
        .Reals("quantiles", "Levels of the quantiles that are forecast.", o => o.Quantiles, (o, v) => o with { Quantiles = v },
            $"at most {MostQuantiles} ascending levels between 0 and 1, 0.5 among them", AreLevels)
        .Choice("conformal", "Whether quantiles are calibrated on rows that training did not see.",
            o => o.Conformal ? "on" : "off", (o, v) => o with { Conformal = v == "on" }, () => OnOff)
        .WholeOrNone("holdout", "Rows at the end of each series that are never trained on, for a later backtest; 0 keeps none.",
            o => o.Holdout, (o, v) => o with { Holdout = v }, 0, int.MaxValue, "some for the report's backtest, then trained on too")
        .WholeOrNone("validation", "Rows before those on which what is averaged is chosen and calibrated.",
            o => o.Validation, (o, v) => o with { Validation = v }, 1, int.MaxValue, "a quarter")
        .Include(TrainingRecipe.Settings, o => o.Training, (o, v) => o with { Training = v })
        .Rule(o => o.Validation < o.Horizon ? $"the validation must be at least one horizon, {o.Horizon} rows; it is {o.Validation}" : null)
        .Rule(o => o.Holdout > 0 && o.Holdout < o.Horizon ? $"a holdout of {o.Holdout} rows leaves no room for a forecast of {o.Horizon} rows; give {o.Horizon} rows or more, or 0" : null);

    private const int MostQuantiles = 99;

    private static bool AreLevels(ImmutableArray<double> levels) => levels.Length is > 0 and <= MostQuantiles && levels[0] > 0 && levels[^1] < 1
        && levels.Contains(0.5) && levels.Zip(levels.Skip(1)).All(pair => pair.First < pair.Second);
}
