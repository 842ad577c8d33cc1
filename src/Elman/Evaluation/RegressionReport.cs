using System.Globalization;
using System.Text.Json;

namespace Elman;

/// <summary>
/// How near predicted numbers came that training had not seen, beside the mean of the training. It prints itself and turns into JSON.
/// </summary>
public sealed class RegressionReport : TaskReport
{
    private RegressionReport(int count) => Count = count;

    /// <summary>Numbers that were scored.</summary>
    public int Count { get; }

    /// <summary>The mean absolute error, in the label's unit.</summary>
    public double MeanAbsoluteError { get; private init; }

    /// <summary>The root of the mean squared error, in the label's unit.</summary>
    public double RootMeanSquaredError { get; private init; }

    /// <summary>
    /// R², the part of the variance that is explained: 1 − Σ error² / Σ (label − mean of the labels)²; below 0 the mean of these labels
    /// would be better. NaN for one label or equal ones.
    /// </summary>
    public double Determination { get; private init; }

    /// <summary>The mean absolute error of the mean of the training, said of every sequence.</summary>
    public double FloorMeanAbsoluteError { get; private init; }

    /// <summary>Its root of the mean squared error.</summary>
    public double FloorRootMeanSquaredError { get; private init; }

    /// <summary>The part of the labels within their intervals.</summary>
    public double Coverage { get; private init; }

    /// <summary>The part that should be there.</summary>
    public double NominalCoverage { get; private init; }

    /// <summary>The mean width of the intervals, in the label's unit.</summary>
    public double Width { get; private init; }

    /// <summary>Scores numbers.</summary>
    /// <param name="actual">What was there.</param>
    /// <param name="predicted">What was predicted, as many.</param>
    /// <param name="low">The lower ends of the intervals.</param>
    /// <param name="high">The upper ends.</param>
    /// <param name="nominalCoverage">The part of the labels that the intervals should hold.</param>
    /// <param name="floor">The mean of the training.</param>
    /// <exception cref="ArgumentException">The numbers differ in length.</exception>
    public static RegressionReport Of(
        ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, ReadOnlySpan<double> low, ReadOnlySpan<double> high, double nominalCoverage, double floor)
    {
        double[] mean = new double[actual.Length];
        Array.Fill(mean, floor);
        double average = 0, variance = 0, width = 0;
        foreach (double value in actual) average += value / actual.Length;
        foreach (double value in actual) variance += (value - average) * (value - average) / actual.Length;
        for (int i = 0; i < low.Length; i++) width += (high[i] - low[i]) / low.Length;
        double root = Metrics.RootMeanSquaredError(predicted, actual);
        return new RegressionReport(actual.Length)
        {
            MeanAbsoluteError = Metrics.MeanAbsoluteError(predicted, actual),
            RootMeanSquaredError = root,
            Determination = variance > 0 ? 1 - root * root / variance : double.NaN,
            FloorMeanAbsoluteError = Metrics.MeanAbsoluteError(mean, actual),
            FloorRootMeanSquaredError = Metrics.RootMeanSquaredError(mean, actual),
            Coverage = Metrics.Coverage(low, high, actual),
            NominalCoverage = nominalCoverage,
            Width = width,
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteNumber("numbers", Count);
        foreach ((string name, double value) in Values) json.WriteFigure(name, value);
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    internal static RegressionReport Read(JsonElement json)
    {
        StrictFields fields = new(json, "report");
        RegressionReport report = new(fields.Whole("numbers", 0, int.MaxValue))
        {
            MeanAbsoluteError = fields.Figure("mae"),
            RootMeanSquaredError = fields.Figure("rmse"),
            Determination = fields.Figure("r2"),
            FloorMeanAbsoluteError = fields.Figure("floor_mae"),
            FloorRootMeanSquaredError = fields.Figure("floor_rmse"),
            Coverage = fields.Figure("coverage"),
            NominalCoverage = fields.Figure("nominal_coverage"),
            Width = fields.Figure("width"),
        };
        fields.Finish();
        return report;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string text = string.Create(CultureInfo.InvariantCulture,
            $"""
            {Names.Count(Count, "number")}: MAE {MeanAbsoluteError:G4}, RMSE {RootMeanSquaredError:G4}, R² {Determination:0.000}
            floor: always the mean of the training, MAE {FloorMeanAbsoluteError:G4}, RMSE {FloorRootMeanSquaredError:G4}
            {NominalCoverage:P0} intervals held {Coverage:P0}, mean width {Width:G4}
            """);
        return text.ReplaceLineEndings(Environment.NewLine);
    }

    private IEnumerable<(string Name, double Value)> Values =>
    [
        ("mae", MeanAbsoluteError), ("rmse", RootMeanSquaredError), ("r2", Determination), ("floor_mae", FloorMeanAbsoluteError), ("floor_rmse", FloorRootMeanSquaredError),
        ("coverage", Coverage), ("nominal_coverage", NominalCoverage), ("width", Width),
    ];
}
