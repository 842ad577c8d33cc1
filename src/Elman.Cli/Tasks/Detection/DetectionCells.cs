using System.Globalization;

namespace Elman.Cli;

/// <summary>What is written of a row beside its columns.</summary>
internal sealed class DetectionCells(AnomalyDetector model)
{
    private const double Unit = 1e9;

    /// <summary>The names of the appended columns. With several signals the forecast and the margins of each, and which is the most unusual.</summary>
    public IEnumerable<string> Head =>
    [
        .. model.Signals.Count == 1 ? Names("") : model.Signals.SelectMany(signal => Names(signal + ".")),
        "score", "severity", "is_anomaly", "is_change_point", "is_positive", "is_alarm", "is_drift",
        .. model.Signals.Count == 1 ? [] : (string[])["signal"],
    ];

    /// <summary>Judges the rows of a table, and writes them with what is said of each.</summary>
    /// <param name="table">The table.</param>
    /// <param name="stream">What judges them.</param>
    /// <param name="alarmsOnly">Whether only rows with an alarm are written.</param>
    /// <param name="writer">Where they go.</param>
    /// <returns>Whether there was an alarm.</returns>
    public bool Write(Table table, DetectionStream stream, bool alarmsOnly, TextWriter writer)
    {
        var rows = (model.Columns with { Label = null }).Read(table).Rows;
        CsvFile.WriteRow(writer, [.. table.Columns.Select(column => column.Name), .. HeadBeside(table.Columns.Select(column => column.Name))]);
        bool alarmed = false;
        for (int row = 0; row < rows.Count; row++)
        {
            var said = stream.Push(rows[row]);
            alarmed |= said.IsAlarm;
            if (said.IsAlarm || !alarmsOnly) CsvFile.WriteRow(writer, [.. table.Columns.Select(column => column.TextAt(row)), .. Of(said)]);
        }

        return alarmed;
    }

    /// <summary>The names, apart from those that are there.</summary>
    public IEnumerable<string> HeadBeside(IEnumerable<string> columns)
    {
        HashSet<string> there = [.. columns];
        return Head.Select(name => there.Contains(name) ? name + "_model" : name);
    }

    /// <summary>The cells of a row.</summary>
    public IEnumerable<string> Of(Detection said) =>
    [
        .. said.Signals.SelectMany(one => (string[])[Value(one.ExpectedValue), Value(one.LowerMargin), Value(one.UpperMargin)]),
        Part(said.Score), Part(said.Severity), Flag(said.IsAnomaly), Flag(said.IsChangePoint), Flag(said.IsPositive), Flag(said.IsAlarm), Flag(said.IsDrift),
        .. model.Signals.Count == 1 ? [] : (string[])[said.IsAnomaly ? model.Signals[said.Signal] : ""],
    ];

    private static string[] Names(string before) => [before + "expected_value", before + "lower_margin", before + "upper_margin"];

    /// <summary>What follows the ninth digit is noise of the computation.</summary>
    private static string Value(double value) => double.IsNaN(value) ? "" : value.ToString("G9", CultureInfo.InvariantCulture);

    private static string Part(double value) => (Math.Round(value * Unit) / Unit).ToString("0.#########", CultureInfo.InvariantCulture);

    private static string Flag(bool value) => value ? "1" : "0";
}
