using System.Globalization;
using System.Text.Json;

namespace Elman;

/// <summary>
/// What a detector found of labelled rows. Rows are counted as they are: a run of labelled rows of which one is found does not count as found whole ("point adjustment" would).
/// Runs are counted beside them: whether an alarm fell into each, and how late.
/// </summary>
public sealed class DetectionReport : TaskReport
{
    private DetectionReport()
    {
    }

    /// <summary>Rows that were judged.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows that are labelled as anomalies.</summary>
    public required int Labelled { get; init; }

    /// <summary>Anomalies that are labelled.</summary>
    public required int TruePositives { get; init; }

    /// <summary>Anomalies that are not.</summary>
    public required int FalsePositives { get; init; }

    /// <summary>Runs of labelled rows.</summary>
    public required int Runs { get; init; }

    /// <summary>Runs with an anomaly or a change point in them.</summary>
    public required int RunsFound { get; init; }

    /// <summary>Rows from the beginning of a run to the first of these, on average over the runs that were found; NaN if none was.</summary>
    public required double FirstHitDelay { get; init; }

    /// <summary>Alarms outside all runs.</summary>
    public required int FalseAlarms { get; init; }

    /// <summary>The part of the anomalies that are labelled; 0 without any.</summary>
    public double Precision => TruePositives == 0 ? 0 : (double)TruePositives / (TruePositives + FalsePositives);

    /// <summary>The part of the labelled rows that are found; 0 without any.</summary>
    public double Recall => Labelled == 0 ? 0 : (double)TruePositives / Labelled;

    /// <summary>The harmonic mean of both.</summary>
    public double F1 => TruePositives == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);

    /// <summary>Compares.</summary>
    /// <param name="labels">[L] whether each row is an anomaly.</param>
    /// <param name="detections">[L] what was found.</param>
    /// <exception cref="ArgumentException">The two differ in length.</exception>
    public static DetectionReport Of(IReadOnlyList<bool> labels, IReadOnlyList<Detection> detections)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(detections);
        if (labels.Count != detections.Count) throw new ArgumentException($"{labels.Count} labels for {detections.Count} rows", nameof(labels));
        int runs = 0, start = 0;
        bool found = false;
        List<int> delays = [];
        for (int row = 0; row < labels.Count; row++)
        {
            if (!labels[row]) continue;
            if (row == 0 || !labels[row - 1]) (runs, start, found) = (runs + 1, row, false);
            if (found || !(detections[row].IsAnomaly || detections[row].IsChangePoint)) continue;
            found = true;
            delays.Add(row - start);
        }
        int[] rows = [.. Enumerable.Range(0, labels.Count)];
        return new DetectionReport
        {
            Rows = labels.Count,
            Labelled = labels.Count(label => label),
            TruePositives = rows.Count(row => labels[row] && detections[row].IsAnomaly),
            FalsePositives = rows.Count(row => !labels[row] && detections[row].IsAnomaly),
            Runs = runs,
            RunsFound = delays.Count,
            FirstHitDelay = delays.Count == 0 ? double.NaN : delays.Average(),
            FalseAlarms = rows.Count(row => !labels[row] && detections[row].IsAlarm),
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteNumber("rows", Rows);
        json.WriteNumber("labelled", Labelled);
        json.WriteNumber("true_positives", TruePositives);
        json.WriteNumber("false_positives", FalsePositives);
        json.WriteNumber("precision", Precision);
        json.WriteNumber("recall", Recall);
        json.WriteNumber("f1", F1);
        json.WriteNumber("runs", Runs);
        json.WriteNumber("runs_found", RunsFound);
        json.WriteFigure("first_hit_delay", FirstHitDelay);
        json.WriteNumber("false_alarms", FalseAlarms);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"""
        {Names.Count(Rows, "row")}, {Labelled:N0} labelled, in {Names.Count(Runs, "run")}
        rows: precision {Precision:0.000}, recall {Recall:0.000}, F1 {F1:0.000}
        runs: {RunsFound} of {Runs} found{(RunsFound > 0 ? $", {FirstHitDelay:0.#} rows after their beginning" : "")}; {Names.Count(FalseAlarms, "false alarm")}
        """).ReplaceLineEndings(Environment.NewLine);
}
