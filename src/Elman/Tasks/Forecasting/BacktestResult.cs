namespace Elman;

/// <summary>How far forecasts were from what came, on average.</summary>
/// <param name="MeanAbsoluteError">In the target's unit.</param>
/// <param name="RootMeanSquaredError">In the target's unit.</param>
/// <param name="MeanAbsoluteScaledError">
/// The absolute error divided by the mean change over a season, or from row to row where there is none, before the first forecast of its series (Hyndman and Koehler 2006);
/// series without any change are left out.
/// </param>
/// <param name="PinballLoss">In the target's unit, the mean over the model's quantiles; a baseline gives its value for each of them.</param>
/// <param name="WeightedAbsolutePercentageError">The sum of the absolute errors as a part of the sum of what came, in absolute values.</param>
public readonly record struct ForecastErrors(
    double MeanAbsoluteError, double RootMeanSquaredError, double MeanAbsoluteScaledError, double PinballLoss, double WeightedAbsolutePercentageError);

/// <summary>One forecast of a backtest, beside what came.</summary>
/// <param name="Forecast">The forecast.</param>
/// <param name="Actual">What came [P]; NaN where it is missing.</param>
/// <param name="Baselines">The forecasts [P] of the baselines, in the order of <see cref="BacktestResult.Baselines"/>.</param>
public sealed record BacktestForecast(Forecast Forecast, IReadOnlyList<double> Actual, IReadOnlyList<double[]> Baselines)
{
    /// <summary>How many rows of the series the forecast had seen.</summary>
    public int Origin { get; init; }

    /// <summary>What the absolute errors are divided by for the scaled error: the mean change over the season before the first forecast of the series.</summary>
    public double Scale { get; init; }
}

/// <summary>How one forecaster did in a backtest.</summary>
/// <param name="Name">The cell of the model, or the baseline in words.</param>
/// <param name="Overall">Over all rows of the horizon.</param>
/// <param name="Steps">For each row of the horizon [P]: the first is one row ahead.</param>
/// <param name="Coverage">The part of what came that lay between the outermost quantiles; null for a baseline, which has no interval.</param>
/// <param name="StepCoverage">The same for each row of the horizon [P]; empty for a baseline.</param>
public sealed record ForecastScore(
    string Name, ForecastErrors Overall, IReadOnlyList<ForecastErrors> Steps, double? Coverage, IReadOnlyList<double> StepCoverage)
{
    /// <summary>The errors some rows ahead.</summary>
    /// <param name="ahead">1 … P.</param>
    public ForecastErrors Ahead(int ahead) => Steps[ahead - 1];
}

/// <summary>What <see cref="Forecaster.Backtest(Series, int)"/> measured.</summary>
/// <param name="Model">The model.</param>
/// <param name="Baselines">The last value; and, where the series go back far enough, the same time a season before.</param>
/// <param name="Forecasts">How many forecasts were made, of all series together.</param>
/// <param name="Series">How many series had unseen rows.</param>
/// <param name="FirstTime">The first time that was forecast; null if the series have no times.</param>
/// <param name="LastTime">The last time that was forecast.</param>
/// <param name="NominalCoverage">What <see cref="ForecastScore.Coverage"/> should be, such as 0.8.</param>
public sealed record BacktestResult(
    ForecastScore Model, IReadOnlyList<ForecastScore> Baselines, int Forecasts, int Series, DateTime? FirstTime, DateTime? LastTime, double NominalCoverage)
{
    /// <summary>Every forecast beside what came: by series, then by time.</summary>
    public IReadOnlyList<BacktestForecast> All { get; init; } = [];

    /// <summary>P: the number of rows of each forecast.</summary>
    public int Horizon => Model.Steps.Count;

    /// <summary>The scores of each series, the worst against its better baseline first; empty without the single forecasts.</summary>
    public IReadOnlyList<SeriesScore> PerSeries() => RollingOrigin.PerSeries(this);

    /// <summary>Writes the scores as a JSON object, without the single forecasts.</summary>
    /// <param name="json">Where a value may stand.</param>
    /// <param name="series">The scores of each series, such as <see cref="PerSeries"/>; none if null.</param>
    public void WriteTo(System.Text.Json.Utf8JsonWriter json, IReadOnlyList<SeriesScore>? series = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        BacktestJson.Write(json, this, series ?? []);
    }

    /// <summary>The model, then the baselines.</summary>
    public IEnumerable<ForecastScore> Scores => Baselines.Prepend(Model);
}
