namespace Elman.Tests.Tasks;

/// <summary>Series and settings that train in a moment.</summary>
internal static class SmallForecasts
{
    public static readonly DateTime Start = new(2020, 1, 1);

    public static readonly ForecasterOptions Options = new()
    {
        Context = 8,
        Horizon = 3,
        Hidden = 5,
        Layers = 1,
        Epochs = 2,
        BatchSize = 16,
        LearningRate = 1e-2,
        Dropout = 0,
        Holdout = 12,
        Validation = 9,
        Seed = 7,
    };

    /// <summary>A noisy wave of daily values.</summary>
    public static double[] Wave(int length, double phase = 0, double scale = 1, ulong seed = 3)
    {
        RandomStream random = new(seed);
        return [.. Enumerable.Range(0, length).Select(row => scale * (10 + 3 * Math.Sin(row * 0.7 + phase) + 0.3 * random.NextNormal()))];
    }

    public static DateTime[] Days(int length, DateTime? start = null) => [.. Enumerable.Range(0, length).Select(row => (start ?? Start).AddDays(row))];

    public static Series Daily(double[] values, string group = "", DateTime? start = null, params Column[] covariates) =>
        new(group, Days(values.Length, start), new Column("y", values), covariates);

    public static Series Daily(int length = 90) => Daily(Wave(length));

    /// <summary>Trains a model; a token of the test's own stands in for the runner's.</summary>
    public static Forecaster Train(
        IReadOnlyList<Series> series, ForecasterOptions options, Action<TrainingProgress>? progress = null, List<string>? remarks = null,
        string? checkpointPath = null, bool resume = false, CancellationTokenSource? stop = null) =>
        Forecaster.Train(series, options, progress, remarks is null ? null : remarks.Add, checkpointPath, resume, stop?.Token ?? CancellationToken.None);

    /// <summary>All weights, in order.</summary>
    public static double[] Weights(Forecaster model) => [.. model.Net.Parameters().SelectMany(parameter => parameter.Value.Span.ToArray())];

    public static double[] Values(Forecast forecast) => [.. Enumerable.Range(0, forecast.Horizon).SelectMany(row => Enumerable.Range(0, forecast.Levels.Length).Select(level => forecast[row, level]))];
}
