using System.Text;

namespace Elman.Tabular;

/// <summary>What a column holds.</summary>
internal enum ColumnKind
{
    Empty,
    Numbers,
    Truths,
    Times,
    Texts,
}

/// <summary>Looks at all cells of a column before any is kept, so that one notation is chosen for all of them.</summary>
internal sealed class ColumnSurvey(string name, MissingWords missing)
{
    /// <summary>A column with so many cells that are neither number nor time is one of texts.</summary>
    private const int SurelyTexts = 50;

    private readonly long[] _marks = new long[Enum.GetValues<NumberMarks>().Length];
    private readonly string?[] _examples = new string?[Enum.GetValues<NumberMarks>().Length];
    private TimeSurvey? _times;
    private Dictionary<string, int>? _words;
    private int _numbers, _timed, _truths, _texts, _percents, _parentheses, _leastDecimals = int.MaxValue, _mostDecimals;
    private string _prefix = "", _suffix = "", _thousands = "";

    /// <summary>The column's name.</summary>
    public string Name => name;

    /// <summary>The first cell that is no number, and the first that is no time.</summary>
    public Misfit? NotNumber { get; private set; }

    public Misfit? NotTime { get; private set; }

    /// <summary>The first rows at the end that are no times, if all before them are: a line such as "Total".</summary>
    public int? Footer => _timed > 0 && _numbers == 0 && NotTime is { } misfit ? misfit.Row : null;

    /// <summary>Whether the decimals are surely marked with a comma.</summary>
    public bool HasDecimalComma => Marked(NumberMarks.DecimalComma) || Marked(NumberMarks.ThousandsPoint);

    /// <summary>Takes the cell of a row.</summary>
    public void Add(ReadOnlySpan<byte> cell, int row, long line)
    {
        if (NumberText.TryPlain(cell, out _, out int decimals, out NumberMarks marks))
        {
            AddNumber(marks, decimals, cell);
            NotTime ??= new Misfit(row, line, cell);
            return;
        }
        if (missing.Contains(cell, out string? told))
        {
            if (told is not null) CountWord(told);
            return;
        }
        if (_texts > SurelyTexts) return;
        AddOther(cell, row, line);
    }

    /// <summary>What the column holds, if the rows from <paramref name="end"/> on are left out.</summary>
    public ColumnKind KindBefore(int end)
    {
        bool allNumbers = NotNumber is null || NotNumber.Row >= end, allTimes = NotTime is null || NotTime.Row >= end;
        if (_numbers > 0 && allNumbers) return ColumnKind.Numbers;
        if (_timed > 0 && allTimes) return ColumnKind.Times;
        if (_truths > 0 && _texts == 0 && _numbers == 0 && _timed == 0) return ColumnKind.Truths;
        return _numbers + _timed + _truths + _texts == 0 ? ColumnKind.Empty : ColumnKind.Texts;
    }

    /// <summary>How the times are written; null if no notation fits all.</summary>
    public TimeWriting? Times() => _times?.Decide();

    /// <summary>How the numbers are written.</summary>
    /// <param name="commaElsewhere">Whether another column of the file marks decimals with a comma; null if one marks them with a point.</param>
    /// <param name="refusal">Why there is no such notation: the column marks decimals both ways.</param>
    public NumberNotation? Numbers(bool commaElsewhere, out string? refusal)
    {
        bool point = Marked(NumberMarks.DecimalPoint) || Marked(NumberMarks.ThousandsComma);
        bool comma = HasDecimalComma;
        bool openPoint = Marked(NumberMarks.OpenPoint), openComma = Marked(NumberMarks.OpenComma);
        refusal = null;
        if (!point && !comma)
        {
            if (openPoint && openComma) (point, comma) = (true, true);
            else comma = commaElsewhere || (openPoint && commaElsewhere);
        }
        if (point && comma)
        {
            refusal = $"decimals are marked with a point in some cells ({Example(NumberMarks.DecimalPoint, NumberMarks.ThousandsComma, NumberMarks.OpenPoint)}) "
                + $"and with a comma in others ({Example(NumberMarks.DecimalComma, NumberMarks.ThousandsPoint, NumberMarks.OpenComma)}); write all numbers in one way";
            return null;
        }
        string thousands = _thousands;
        if (!comma && openComma) thousands = ",";
        if (comma && openPoint) thousands = ".";
        // What was open is decided now, and so are its decimals.
        bool openDecimals = comma ? openComma : openPoint;
        int least = openDecimals ? Math.Min(_leastDecimals, 3) : _leastDecimals, most = openDecimals ? Math.Max(_mostDecimals, 3) : _mostDecimals;
        if ((openComma && !comma) || (openPoint && comma)) (least, most) = (Math.Min(least, 0), Math.Max(most, 0));
        return new NumberNotation(comma ? ',' : '.', thousands, _prefix, _percents > 0 ? "%" : _suffix, least == most ? most : null);
    }

    /// <summary>What was inferred of the numbers, one line each.</summary>
    public IEnumerable<string> Remarks(ColumnKind kind, NumberNotation? notation)
    {
        string column = $"column {Names.Quote(name)}";
        if (kind is ColumnKind.Numbers or ColumnKind.Times && _words is not null)
        {
            foreach ((string word, int count) in _words)
                yield return $"{column}: {Names.Quote(word)} is taken for a missing value ({Names.Count(count, "cell")})";
        }
        if (kind == ColumnKind.Truths) yield return $"{column}: true is taken as 1, false as 0";
        if (kind != ColumnKind.Numbers || notation is null) yield break;
        if (notation.DecimalMark == ',' && (Marked(NumberMarks.DecimalComma) || Marked(NumberMarks.OpenComma)))
            yield return $"{column}: the comma marks the decimals{(notation.Thousands.Length > 0 ? $", '{notation.Thousands}' the thousands" : "")}, as in {Example(NumberMarks.DecimalComma, NumberMarks.OpenComma)}";
        else if (notation.Thousands.Length > 0)
            yield return $"{column}: '{notation.Thousands}' marks the thousands, as in {Example(NumberMarks.OpenComma, NumberMarks.ThousandsComma, NumberMarks.DecimalPoint, NumberMarks.OpenPoint, NumberMarks.ThousandsPoint, NumberMarks.ThousandsOther)}";
        if (_prefix.Length > 0 || (_suffix.Length > 0 && _percents == 0)) yield return $"{column}: the currency {Names.Quote(_prefix.Length > 0 ? _prefix : _suffix)} is left out";
        if (_percents > 0) yield return $"{column}: the percent sign is left out, the values stay in percent";
        if (_parentheses > 0) yield return $"{column}: numbers in parentheses are negative ({Names.Count(_parentheses, "cell")})";
    }

    private void AddOther(ReadOnlySpan<byte> cell, int row, long line)
    {
        bool isNumber = false, isTime = false;
        if (NumberText.TryStrip(cell, out NumberBody body) && NumberText.MarksOf(body.Digits, out int decimals, out string thousands) is var marks and not NumberMarks.None)
        {
            AddNumber(marks, decimals, cell);
            if (thousands.Length > 0 && marks is not (NumberMarks.OpenComma or NumberMarks.OpenPoint)) _thousands = thousands;
            if (!body.Prefix.IsEmpty && _prefix.Length == 0) _prefix = Encoding.UTF8.GetString(body.Prefix);
            if (!body.Suffix.IsEmpty && _suffix.Length == 0) _suffix = Encoding.UTF8.GetString(body.Suffix);
            if (body.Suffix is [(byte)'%']) _percents++;
            if (body.Parentheses) _parentheses++;
            isNumber = true;
        }
        else
        {
            isTime = (_times ??= new TimeSurvey()).Add(cell);
            if (isTime) _timed++;
            else if (IsTruth(cell, out _)) _truths++;
            else _texts++;
        }
        if (!isNumber) NotNumber ??= new Misfit(row, line, cell);
        if (!isTime) NotTime ??= new Misfit(row, line, cell);
    }

    /// <summary>Whether a cell says true or false.</summary>
    public static bool IsTruth(ReadOnlySpan<byte> cell, out bool value)
    {
        value = Ascii.EqualsIgnoreCase(cell, "true"u8);
        return value || Ascii.EqualsIgnoreCase(cell, "false"u8);
    }

    private void AddNumber(NumberMarks marks, int decimals, ReadOnlySpan<byte> cell)
    {
        _numbers++;
        if (_marks[(int)marks]++ == 0) _examples[(int)marks] = Encoding.UTF8.GetString(cell);
        if (marks is NumberMarks.OpenComma or NumberMarks.OpenPoint) return;
        _leastDecimals = Math.Min(_leastDecimals, decimals);
        _mostDecimals = Math.Max(_mostDecimals, decimals);
    }

    private bool Marked(NumberMarks marks) => _marks[(int)marks] > 0;

    private string Example(params ReadOnlySpan<NumberMarks> marks)
    {
        foreach (NumberMarks one in marks)
            if (_examples[(int)one] is { } example) return Names.Quote(example);
        return "";
    }

    private void CountWord(string word)
    {
        const int most = 16;
        _words ??= [];
        if (_words.TryGetValue(word, out int count)) _words[word] = count + 1;
        else if (_words.Count < most) _words[word] = 1;
    }
}

/// <summary>A cell that is not what its column holds.</summary>
internal sealed record Misfit(int Row, long Line, string Text)
{
    public Misfit(int row, long line, ReadOnlySpan<byte> cell)
        : this(row, line, Encoding.UTF8.GetString(cell[..Math.Min(cell.Length, 200)]))
    {
    }
}
