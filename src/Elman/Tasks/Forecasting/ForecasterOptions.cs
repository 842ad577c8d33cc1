using System.Collections.Immutable;
using System.Globalization;

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

    internal const int LongestContext = 100_000, LongestHorizon = 10_000, MostHidden = 65_536, MostLayers = 64, MostQuantiles = 99;

    /// <summary>Makes sure that every setting has a meaning.</summary>
    /// <exception cref="ElmanException">One has none: the message names it.</exception>
    internal void Check()
    {
        Require(Context is >= 1 and <= LongestContext, "context", Context, $"1 … {LongestContext} rows");
        Require(Horizon is >= 1 and <= LongestHorizon, "horizon", Horizon, $"1 … {LongestHorizon} rows");
        Require(Hidden is >= 1 and <= MostHidden, "hidden", Hidden, $"1 … {MostHidden} units");
        Require(Layers is >= 1 and <= MostLayers, "layers", Layers, $"1 … {MostLayers}");
        Require(Enum.IsDefined(Direction), "direction", Direction, "one of the known ones");
        Require(Dropout is >= 0 and < 1, "dropout", Dropout, "a number from 0, below 1");
        Require(Enum.IsDefined(Scaler), "scaler", Scaler, "one of the known kinds");
        Require(Holdout is null or >= 0, "holdout", Holdout, "no negative number of rows");
        Require(Validation is null or 0 || Validation >= Horizon, "validation", Validation, $"0 or at least one horizon, {Horizon} rows");
        Require(Epochs >= 0, "epochs", Epochs, "no negative number");
        Require(BatchSize >= 1, "batch size", BatchSize, "at least 1");
        Require(LearningRate is > 0 and < double.PositiveInfinity, "learning rate", LearningRate, "a positive number");
        Require(ClipNorm is > 0 and < double.PositiveInfinity, "clip norm", ClipNorm, "a positive number");
        Require(Patience is null or >= 1, "patience", Patience, "at least 1");
        bool ascending = !Quantiles.IsDefaultOrEmpty && Quantiles.Zip(Quantiles.Skip(1)).All(pair => pair.First < pair.Second);
        Require(ascending && Quantiles.Length <= MostQuantiles && Quantiles[0] > 0 && Quantiles[^1] < 1 && Quantiles.Contains(0.5), "quantiles",
            Quantiles.IsDefault ? "" : string.Join(", ", Quantiles.Select(level => level.ToString(CultureInfo.InvariantCulture))), $"at most {MostQuantiles} ascending levels between 0 and 1, 0.5 among them");

        static void Require(bool holds, string name, object? value, string expected)
        {
            if (!holds) throw new ElmanException(string.Create(CultureInfo.InvariantCulture, $"the {name} must be {expected}; it is {value}"));
        }
    }

    /// <summary>Rows held out of the longest series.</summary>
    internal int HoldoutOf(int length) => Holdout ?? Math.Max(length / 5, Horizon);

    /// <summary>Rows for validation of the longest series.</summary>
    internal int ValidationOf(int length) => Validation ?? Math.Max((length - HoldoutOf(length)) / 7, Horizon);
}
