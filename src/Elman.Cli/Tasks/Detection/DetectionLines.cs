using System.Globalization;

namespace Elman.Cli;

/// <summary>CSV that comes in line by line, and what is in each line for a detector. The first line names the columns.</summary>
internal sealed class DetectionLines
{
    private const string Where = "standard input";

    private readonly AnomalyDetector _model;
    private readonly char _separator;
    private readonly int[] _signals;
    private readonly int _time;
    private readonly string[] _missing;
    private long _line = 1;

    /// <param name="model">The detector.</param>
    /// <param name="header">The first line.</param>
    /// <param name="missing">Further cells that mean no value.</param>
    /// <exception cref="ElmanException">A column is missing.</exception>
    public DetectionLines(AnomalyDetector model, string header, string[] missing)
    {
        (_model, _missing) = (model, ["", "NA", "NaN", "nan", "null", .. missing]);
        header = header.TrimStart('\uFEFF');
        _separator = header.Contains(',', StringComparison.Ordinal) ? ',' : header.Contains(';', StringComparison.Ordinal) ? ';' : header.Contains('\t', StringComparison.Ordinal) ? '\t' : ',';
        Columns = Cells(header);
        _signals = [.. model.Signals.Select(Place)];
        _time = model.NeedsTimes ? Place(model.Columns.Time!) : -1;
        Header = header;
    }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The first line as it came.</summary>
    public string Header { get; }

    /// <summary>What is in a line.</summary>
    /// <exception cref="ElmanException">It has too few cells, or one holds something else.</exception>
    public DetectorRow Read(string line)
    {
        _line++;
        string[] cells = Cells(line);
        if (cells.Length != Columns.Count)
            throw new ElmanException($"{Where}, line {_line}: expected {Names.Count(Columns.Count, "cell")} as in the first line, got {cells.Length}; correct it");
        return new DetectorRow(_time < 0 ? null : Time(cells[_time]), [.. _signals.Select(at => Number(cells[at], at))]);
    }

    /// <summary>The line with further cells.</summary>
    public string Beside(string line, IEnumerable<string> cells) => line + _separator + string.Join(_separator, cells);

    /// <summary>Counts a line without anything in it.</summary>
    public void Skip() => _line++;

    private int Place(string name)
    {
        for (int i = 0; i < Columns.Count; i++)
            if (Columns[i] == name) return i;
        throw new ElmanException($"{Where} has no column {Names.Quote(name)}, which the detector needs; its columns are: {Names.List([.. Columns])}");
    }

    private DateTime Time(string cell) => _model.Columns.Notation!.TryParse(cell.Trim(), out DateTime time) ? time
        : throw new ElmanException($"{Where}, line {_line}, column {Names.Quote(Columns[_time])}: expected a time as in training, such as {_model.Columns.Notation.Format(new DateTime(2024, 1, 31, 12, 30, 0))}, got {Names.Quote(cell)}; correct it");

    private double Number(string cell, int at)
    {
        string text = cell.Trim();
        if (_missing.Contains(text)) return double.NaN;
        if (_separator != ',') text = text.Replace(',', '.');
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number
            : throw new ElmanException($"{Where}, line {_line}, column {Names.Quote(Columns[at])}: expected a number, got {Names.Quote(cell)}; correct it, or name it with --missing");
    }

    /// <summary>The cells of a line; one in quotes may hold the separator, and quotes twice.</summary>
    private string[] Cells(string line)
    {
        if (!line.Contains('"', StringComparison.Ordinal)) return line.Split(_separator);
        List<string> cells = [];
        var cell = new System.Text.StringBuilder();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (quoted && line[i] == '"' && i + 1 < line.Length && line[i + 1] == '"') cell.Append(line[i++]);
            else if (line[i] == '"') quoted = !quoted;
            else if (line[i] == _separator && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(line[i]);
            }
        }

        if (quoted) throw new ElmanException($"{Where}, line {_line}: a quote is not closed; a row must stand in one line");
        return [.. cells, cell.ToString()];
    }
}
