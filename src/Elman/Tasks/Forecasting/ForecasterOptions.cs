using System.Collections.Immutable;

namespace Elman;

/// <summary>What a <see cref="Forecaster"/> is made of and how it is trained.</summary>
public sealed record ForecasterOptions
{
    /// <summary>Rows of history that a forecast looks at.</summary>
    public int Context { get; init; } = 56;

    /// <summary>Rows that a forecast gives, P.</summary>
    public int Horizon { get; init; } = 14;

    /// <summary>The recurrent cell, one of <see cref="Cells.Names"/>.</summary>
    public string Cell { get; init; } = "lstm";

    /// <summary>H: hidden units of each layer and direction.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>K: recurrent layers.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>The direction in which the context is read. The forecast itself never looks ahead.</summary>
    public Direction Direction { get; init; }

    /// <summary>Part of the values that is dropped in training: between the layers and before the head.</summary>
    public float Dropout { get; init; } = 0.2f;

    /// <summary>Levels of the quantiles that are forecast, ascending; the median, 0.5, is the point forecast and must be among them.</summary>
    public ImmutableArray<double> Quantiles { get; init; } = [0.1, 0.5, 0.9];

    /// <summary>How the columns are scaled, each series by itself.</summary>
    public ScalerKind Scaler { get; init; } = ScalerKind.Standard;

    /// <summary>
    /// Rows at the end that are never trained on, so that <see cref="Forecaster.Backtest(Series, int)"/> can be honest; null for a fifth of the
    /// longest series, at least one horizon. With several series, all are cut at the same time.
    /// </summary>
    public int? Holdout { get; init; }

    /// <summary>
    /// Rows before the holdout that choose the best epoch and stop the training; null for a seventh of what the holdout leaves, at
    /// least one horizon. 0 trains on them, for all epochs.
    /// </summary>
    public int? Validation { get; init; }

    /// <summary>Passes over the training windows, at most.</summary>
    public int Epochs { get; init; } = 40;

    /// <summary>N: windows of a training step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The learning rate of Adam.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>The largest norm of the gradient of a step.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Epochs without a better validation loss after which training stops; null never stops early.</summary>
    public int? Patience { get; init; } = 8;

    /// <summary>The same seed gives the same model, to the bit, for any number of threads.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The name of the column that the times came from; kept in the model file so that later data can be read alike.</summary>
    public string? TimeColumn { get; init; }

    /// <summary>The name of the column that the groups came from; kept in the model file so that later data can be read alike.</summary>
    public string? GroupColumn { get; init; }

    /// <summary>All settings: their ranges, keys, options and explanations.</summary>
    public static SettingTable<ForecasterOptions> Settings { get; } = new SettingTable<ForecasterOptions>(new ForecasterOptions())
        .Whole("context", "Rows of history that a forecast looks at.", o => o.Context, (o, v) => o with { Context = v }, 1, 100_000, "rows")
        .Whole("horizon", "Rows to forecast.", o => o.Horizon, (o, v) => o with { Horizon = v }, 1, 10_000, "rows")
        .Choice("cell", "The recurrent cell.", o => o.Cell, (o, v) => o with { Cell = v }, () => Cells.Names)
        .Whole("hidden", "Hidden units of each layer and direction.", o => o.Hidden, (o, v) => o with { Hidden = v }, 1, 65_536, "units")
        .Whole("layers", "Recurrent layers.", o => o.Layers, (o, v) => o with { Layers = v }, 1, 64)
        .Choice("direction", "The direction in which the context is read; the forecast itself never looks ahead.", o => o.Direction, (o, v) => o with { Direction = v })
        .OfOldFiles((json, o) => json.TryGetProperty("bidirectional", out _)
            ? o with { Direction = json.RequiredBoolean("options", "bidirectional") ? Direction.Both : Direction.Forward } : null)
        .Real("dropout", "Part of the values dropped in training, between the layers and before the head.", o => o.Dropout, (o, v) => o with { Dropout = v }, 0, 0.99)
        .Reals("quantiles", "Levels of the quantiles that are forecast.", o => o.Quantiles, (o, v) => o with { Quantiles = v },
            $"at most {MostQuantiles} ascending levels between 0 and 1, 0.5 among them", AreLevels)
        .Choice("scaler", "How the columns are scaled, each series by itself.", o => o.Scaler, (o, v) => o with { Scaler = v })
        .WholeOrNone("holdout", "Rows at the end of each series that are kept from the training, for a backtest; 0 keeps none.",
            o => o.Holdout, (o, v) => o with { Holdout = v }, 0, int.MaxValue, "a fifth")
        .WholeOrNone("validation", "Rows before those that choose the best epoch and stop the training; 0 trains on them, for all epochs.",
            o => o.Validation, (o, v) => o with { Validation = v }, 0, int.MaxValue, "a seventh of the rest")
        .Whole("epochs", "Passes over the training windows, at most.", o => o.Epochs, (o, v) => o with { Epochs = v }, 0, int.MaxValue)
        .Whole("batch size", "Windows of a training step.", o => o.BatchSize, (o, v) => o with { BatchSize = v }, 1, int.MaxValue, option: "--batch")
        .Real("learning rate", "The learning rate.", o => o.LearningRate, (o, v) => o with { LearningRate = v }, double.Epsilon, double.MaxValue, option: "--lr")
        .Real("clip norm", "The largest norm of the gradient of a step.", o => o.ClipNorm, (o, v) => o with { ClipNorm = v }, double.Epsilon, double.MaxValue)
        .WholeOrNone("patience", "Epochs without a better validation loss after which training stops.", o => o.Patience, (o, v) => o with { Patience = v }, 1, int.MaxValue, "never")
        .Whole("seed", "The same seed gives the same model, to the bit.", o => o.Seed, (o, v) => o with { Seed = v }, ulong.MinValue, ulong.MaxValue)
        .Text("time column", "The column of the times.", o => o.TimeColumn, (o, v) => o with { TimeColumn = v }, "none", option: "")
        .Text("group column", "The column of the groups.", o => o.GroupColumn, (o, v) => o with { GroupColumn = v }, "none", option: "")
        .Rule(o => o.Validation is > 0 && o.Validation < o.Horizon
            ? $"the validation must be 0 or at least one horizon, {o.Horizon} rows; it is {o.Validation}" : null);

    private const int MostQuantiles = 99;

    /// <summary>Rows held out of the longest series.</summary>
    internal int HoldoutOf(int length) => Holdout ?? Math.Max(length / 5, Horizon);

    /// <summary>Rows for validation of the longest series.</summary>
    internal int ValidationOf(int length) => Validation ?? Math.Max((length - HoldoutOf(length)) / 7, Horizon);

    private static bool AreLevels(ImmutableArray<double> levels) => levels.Length is > 0 and <= MostQuantiles && levels[0] > 0 && levels[^1] < 1
        && levels.Contains(0.5) && levels.Zip(levels.Skip(1)).All(pair => pair.First < pair.Second);
}
