using CsvHelper;

namespace Elman.Tabular;

/// <summary>Reads a CSV file in two passes: the first looks at every cell and decides what each column holds, the second fills arrays of the right size.</summary>
internal sealed class CsvTableReader
{
    /// <summary>Lines below the table, such as a total and a source.</summary>
    private const int MostFooterRows = 5;

    private readonly string _name;
    private readonly CsvOptions _options;
    private readonly CsvContent _content;
    private readonly CsvHeader _header;
    private readonly MissingWords _missing;
    private readonly List<string> _remarks = [];
    private readonly List<(int Row, long Line)> _lines = [];
    private readonly ColumnSurvey[] _surveys;
    private int _rows;

    public CsvTableReader(string name, Stream stream, CsvOptions options)
    {
        (_name, _options) = (name, options);
        _content = new CsvContent(name, stream);
        _header = CsvHeader.Find(name, _content);
        _missing = new MissingWords(options.Missing);
        _surveys = Array.ConvertAll(_header.Columns, column => new ColumnSurvey(column, _missing));
        _remarks.AddRange(new[] { _content.Remark, _header.Remark }.OfType<string>());
    }

    public Table Read()
    {
        Survey();
        LeaveOutFooter();
        if (_surveys.Length == 1 && _surveys[0].KindBefore(_rows) != ColumnKind.Numbers)
            throw new ElmanException($"{_name} has a single column {Names.Quote(_header.Columns[0])}; expected a time and a value, separated by comma, semicolon, tab or |");
        ColumnFiller?[] fillers = Fillers();
        Fill(fillers);
        List<TableColumn> columns = [];
        for (int i = 0; i < fillers.Length; i++)
            if (fillers[i] is { } filler) columns.Add(filler.Finish());
        Replace(columns);
        return new Table(_name, columns, _remarks) { Lines = _lines };
    }

    private void Survey()
    {
        (long Line, int Cells)? ragged = null;
        int blank = 0;
        using CsvReader reader = OpenRows();
        while (_content.Read(reader))
        {
            if (IsBlank(reader, ref blank)) continue;
            if (reader.FieldCount != _surveys.Length)
            {
                // Fewer cells at the very end are a footer, if the first is unlike those above it.
                if (ragged is null && reader.FieldCount < _surveys.Length && IsNoValue(reader.GetSpan(0))) ragged = (reader.LineNumber, reader.FieldCount);
                else if (ragged is null || reader.FieldCount > _surveys.Length) throw Ragged(reader.LineNumber, reader.FieldCount);
                continue;
            }
            if (ragged is { } before) throw Ragged(before.Line, before.Cells);
            long line = reader.LineNumber;
            if (_lines.Count == 0 || line - _rows != _lines[^1].Line - _lines[^1].Row) _lines.Add((_rows, line));
            for (int i = 0; i < _surveys.Length; i++) _surveys[i].Add(reader.GetSpan(i), _rows, line);
            _rows++;
        }
        if (ragged is { } end) _remarks.Add($"{_name}: what follows the table from line {end.Line} on was left out");
        if (blank > 0) _remarks.Add($"{_name}: {Names.Count(blank, "row")} without any value {(blank == 1 ? "was" : "were")} left out");
    }

    /// <summary>Rows at the end where a column of times holds something else are no rows.</summary>
    private void LeaveOutFooter()
    {
        int end = _rows;
        foreach (ColumnSurvey survey in _surveys)
            if (survey.Footer is { } row && row >= _rows - MostFooterRows && row > _rows / 2) end = Math.Min(end, row);
        if (end == _rows) return;
        Misfit first = _surveys.First(survey => survey.NotTime?.Row == end && survey.Footer == end).NotTime!;
        _remarks.Add($"{_name}: {Names.Count(_rows - end, "row")} below the table {(_rows - end == 1 ? "was" : "were")} left out, line {first.Line} begins with {Names.Quote(first.Text)}");
        _rows = end;
    }

    private ColumnFiller?[] Fillers()
    {
        bool commaDecimals = Array.Exists(_surveys, survey => survey.KindBefore(_rows) == ColumnKind.Numbers && survey.HasDecimalComma);
        ColumnFiller?[] fillers = new ColumnFiller?[_surveys.Length];
        List<string> dropped = [];
        for (int i = 0; i < fillers.Length; i++)
        {
            fillers[i] = FillerOf(i, commaDecimals);
            if (fillers[i] is null) dropped.Add($"{i + 1}");
        }
        if (dropped.Count > 0)
            _remarks.Add($"{_name}: {(dropped.Count == 1 ? "column" : "columns")} {Names.List(dropped)} of {_surveys.Length} {(dropped.Count == 1 ? "has" : "have")} neither name nor values and {(dropped.Count == 1 ? "was" : "were")} left out");
        return fillers;
    }

    private ColumnFiller? FillerOf(int index, bool commaDecimals)
    {
        ColumnSurvey survey = _surveys[index];
        ColumnKind kind = survey.KindBefore(_rows);
        if (kind == ColumnKind.Empty && survey.Name == $"column {index + 1}") return null;
        if (kind is ColumnKind.Empty or ColumnKind.Truths)
            return new NumberFiller(survey.Name, _rows, NumberNotation.Plain, [.. survey.Remarks(kind, null)], _missing);
        string? refusal = null;
        if (kind == ColumnKind.Numbers && survey.Numbers(commaDecimals, out refusal) is { } numbers)
            return new NumberFiller(survey.Name, _rows, numbers, [.. survey.Remarks(kind, numbers)], _missing);
        if (kind == ColumnKind.Times && WritingOf(survey) is { } times)
            return new CsvTimeFiller(survey.Name, _rows, times, [.. survey.Remarks(kind, null)], _missing, _options);
        return TextsOf(index, refusal, survey.NotTime);
    }

    private TimeWriting? WritingOf(ColumnSurvey survey)
    {
        if (survey.Times() is not { } writing) return null;
        if (_options.DateFormat is not { } given) return writing;
        // A column of other times, such as one of hours, keeps its own.
        bool sameKind = TimeNotation.PatternOf(given).HasDate == TimeNotation.PatternOf(writing.Patterns[0]).HasDate;
        return sameKind ? new TimeWriting([given], null) : writing;
    }

    private TextFiller TextsOf(int index, string? refusal, Misfit? notTime)
    {
        ColumnSurvey survey = _surveys[index];
        string column = $"column {Names.Quote(survey.Name)} ({index + 1} of {_surveys.Length})";
        string? numbers = survey.NotNumber is { } text
            ? $"{_name}, line {text.Line}, {column}: expected a number, got {Names.Quote(text.Text)}; correct the cell, or leave it empty for a missing value"
            : refusal is null ? null : $"{_name}, {column}: {refusal}";
        bool first = notTime?.Row == 0;
        string? times = notTime is null ? null
            : $"{_name}, line {notTime.Line}, {column}: expected a date {(first ? "such as 2012-01-31" : "written as in the rows before")}, got {Names.Quote(notTime.Text)}; "
                + (first ? "correct it, or name the column of the times with --time" : "write all dates in one way");
        return new TextFiller(survey.Name, _rows, _missing) { NotNumbers = numbers, NotTimes = times };
    }

    /// <summary>Fills the columns; one that turns out not to be written as it seemed is filled once more, as texts.</summary>
    private void Fill(ColumnFiller?[] fillers)
    {
        bool[] failed = new bool[fillers.Length];
        Pass(fillers, failed);
        if (!Array.Exists(failed, one => one)) return;
        ColumnFiller?[] again = new ColumnFiller?[fillers.Length];
        for (int i = 0; i < fillers.Length; i++)
            if (failed[i]) again[i] = fillers[i] = TextsOf(i, null, (fillers[i] as CsvTimeFiller)?.Misfit);
        Pass(again, new bool[fillers.Length]);
    }

    private void Pass(ColumnFiller?[] fillers, bool[] failed)
    {
        int[] filled = [.. Enumerable.Range(0, fillers.Length).Where(i => fillers[i] is not null)];
        int blank = 0, row = 0;
        using CsvReader reader = OpenRows();
        while (row < _rows && _content.Read(reader))
        {
            if (IsBlank(reader, ref blank)) continue;
            foreach (int i in filled)
                if (!failed[i] && !fillers[i]!.Set(row, reader.GetSpan(i), reader.LineNumber)) failed[i] = true;
            row++;
        }
    }

    /// <summary>Dates that may be read in two ways, and nothing decides: whoever needs the column gets the reason why not.</summary>
    private void Replace(List<TableColumn> columns)
    {
        Dictionary<string, int> places = _header.Columns.Select((name, place) => (name, place)).ToDictionary(one => one.name, one => one.place);
        ColumnFiller?[] fillers = new ColumnFiller?[_surveys.Length];
        foreach (TableColumn column in columns)
            if (column is TextColumn { NotTimes: "" }) fillers[places[column.Name]] = TextsOf(places[column.Name], null, null);
        if (Array.TrueForAll(fillers, filler => filler is null)) return;
        Pass(fillers, new bool[fillers.Length]);
        for (int i = 0; i < columns.Count; i++)
        {
            if (columns[i] is not TextColumn { NotTimes: "" } open) continue;
            int index = places[open.Name];
            TimeWriting writing = _surveys[index].Times()!;
            columns[i] = (TextColumn)fillers[index]!.Finish() with
            {
                NotTimes = $"{_name}, column {Names.Quote(open.Name)}: the dates may be {writing.Patterns[0]} or {writing.Otherwise![0]}, and no row decides; give --date-format {writing.Patterns[0]} or {writing.Otherwise[0]}",
            };
        }
    }

    private CsvReader OpenRows()
    {
        CsvReader reader = _content.Open();
        for (int i = 0; i <= _header.RecordsBefore; i++) _content.Read(reader);
        return reader;
    }

    /// <summary>Whether a row has no value: lines of blanks, or of separators only, which are counted.</summary>
    private bool IsBlank(CsvReader reader, ref int blank)
    {
        if (!reader.GetSpan(0).Trim(" \t"u8).IsEmpty) return false;
        if (reader.FieldCount == 1) return _surveys.Length > 1;
        for (int i = 1; i < reader.FieldCount; i++)
            if (!reader.IsEmpty(i)) return false;
        blank++;
        return true;
    }

    /// <summary>Whether a cell is neither number nor time.</summary>
    private bool IsNoValue(ReadOnlySpan<byte> cell)
    {
        ColumnSurvey look = new("", _missing);
        look.Add(cell, 0, 0);
        return look.KindBefore(1) == ColumnKind.Texts;
    }

    private ElmanException Ragged(long line, int cells) => new($"{_name}, line {line}: expected {Names.Count(_surveys.Length, "cell")} as in the header, "
        + $"got {cells}; put a text that contains the separator '{_content.ShownSeparator}' in double quotes, or complete the row");
}
