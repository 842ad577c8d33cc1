namespace Elman;

/// <summary>What a training found out: how good the forecasts are on rows that it had not seen, beside what costs nothing, and of what they are made. It prints itself, and turns into JSON.</summary>
public sealed record ForecastReport
{
    /// <summary>The column that is forecast.</summary>
    public required string Target { get; init; }

    /// <summary>P: the rows of a forecast.</summary>
    public required int Horizon { get; init; }

    /// <summary>The rows of the season by which errors are scaled; 1 where there is none.</summary>
    public required int Season { get; init; }

    /// <summary>The forecasts of rows that choosing and training had not seen, before the last fit on all rows; null where the data were too few to keep any.</summary>
    public BacktestResult? Backtest { get; init; }

    /// <summary>The scores of each series in that backtest, the worst against its baseline first.</summary>
    public IReadOnlyList<SeriesScore> Series { get; init; } = [];

    /// <summary>What the forecast is averaged from, the largest share first.</summary>
    public IReadOnlyList<MethodShare> Methods { get; init; } = [];

    /// <summary>What the user should know of the data and of what was chosen, one line each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>The report as lines of text, for people.</summary>
    public override string ToString() => ForecastReportText.Of(this);

    /// <summary>Writes the report as a JSON object, for programs: scores and shares, without the single forecasts.</summary>
    /// <param name="json">Where a value may stand.</param>
    public void WriteTo(System.Text.Json.Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        ForecastReportJson.Write(json, this);
    }
}

/// <summary>One series in a backtest.</summary>
/// <param name="Group">The group's name; empty if the data have only one.</param>
/// <param name="Forecasts">How many forecasts were made.</param>
/// <param name="Errors">The errors of the median.</param>
/// <param name="Coverage">The part of what came that lay between the outermost quantiles.</param>
/// <param name="Baseline">The better baseline of this series, in words.</param>
/// <param name="Ratio">The mean absolute error as a part of that baseline's: below 1 the model is better.</param>
public sealed record SeriesScore(string Group, int Forecasts, ForecastErrors Errors, double Coverage, string Baseline, double Ratio);

/// <summary>One of the forecasts that are averaged.</summary>
/// <param name="Name">The method in words, such as "seasonal naive (7)".</param>
/// <param name="Share">Its mean share over all series. The nets stand upon the other methods: theirs is how much of what they say beyond them is taken.</param>
public sealed record MethodShare(string Name, double Share);
