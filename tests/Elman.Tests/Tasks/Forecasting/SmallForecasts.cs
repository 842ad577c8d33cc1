using System.Text;
using System.Text.Json;

namespace Elman.Tests.Tasks;

/// <summary>Series and settings that train in a moment.</summary>
internal static class SmallForecasts
{
    public static readonly DateTime Start = new(2020, 1, 1);

    /// <summary>Of 90 rows the last 12 are held out, the 9 before them choose; the nets make 40 small steps.</summary>
    public static readonly ForecasterOptions Options = new()
    {
        Context = 8,
        Horizon = 3,
        Hidden = 5,
        Nets = 2,
        Dropout = 0,
        Holdout = 12,
        Validation = 9,
        Training = new TrainingRecipe { Epochs = 2, BatchSize = 16, LearningRate = 1e-2, Patience = null, Seed = 7 },
    };

    /// <summary>The options with another number of epochs.</summary>
    public static ForecasterOptions For(this ForecasterOptions options, int epochs) => options with { Training = options.Training with { Epochs = epochs } };

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
        Forecaster.Train(series, options, new TrainingContext
        {
            Progress = progress is null ? null : new Told<TrainingProgress>(progress),
            Remark = remarks is null ? null : remarks.Add,
            CheckpointPath = checkpointPath,
            Resume = resume,
            Cancellation = stop?.Token ?? CancellationToken.None,
        });

    /// <summary>All weights of all nets, in order.</summary>
    public static double[] Weights(Forecaster model) => [.. model.Nets.SelectMany(net => net.Parameters()).SelectMany(parameter => parameter.Value.Span.ToArray())];

    /// <summary>All that a forecast comes from: the nets, the methods with their coefficients and shares, the calibration.</summary>
    public static string Learned(Forecaster model)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartArray();
            ForecasterJson.WriteMethods(json, model);
            ForecasterJson.WriteSeries(json, model);
            model.Calibration.Write(json);
            NumberLists.Write(json, null, Weights(model));
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    public static double[] Values(Forecast forecast) => [.. Enumerable.Range(0, forecast.Horizon).SelectMany(row => Enumerable.Range(0, forecast.Levels.Length).Select(level => forecast[row, level]))];
}
