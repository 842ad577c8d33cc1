using System.Text;

namespace Elman.Tabular;

/// <summary>Takes the cells of a column whose kind is known, and makes the column.</summary>
internal abstract class ColumnFiller
{
    /// <summary>Takes the cell of a row; false if the column is not what it was taken for.</summary>
    public abstract bool Set(int row, ReadOnlySpan<byte> cell, long line);

    /// <summary>The column.</summary>
    public abstract TableColumn Finish();
}

/// <summary>Numbers in one notation; true and false are 1 and 0.</summary>
internal sealed class NumberFiller(string name, int rows, NumberNotation notation, IReadOnlyList<string> remarks, MissingWords missing) : ColumnFiller
{
    private readonly double[] _values = new double[rows];
    private readonly bool _comma = notation.DecimalMark == ',';

    public override bool Set(int row, ReadOnlySpan<byte> cell, long line)
    {
        bool plain = NumberText.TryPlain(cell, out double value, out _, out NumberMarks marks) && (marks == NumberMarks.Whole || !_comma);
        if (!plain) value = Unusual(cell);
        _values[row] = double.IsFinite(value) && !missing.Contains(value) ? value : double.NaN;
        return true;
    }

    private double Unusual(ReadOnlySpan<byte> cell) => ColumnSurvey.IsTruth(cell, out bool truth) ? truth ? 1 : 0
        : NumberText.TryStrip(cell, out NumberBody body) ? NumberText.Parse(body, notation.DecimalMark)
        : double.NaN;

    public override TableColumn Finish() =>
        new NumberColumn(name, _values) { Notation = notation, Remarks = Suspect() is { } remark ? [.. remarks, remark] : remarks };

    /// <summary>A number far outside of all others that comes again and again often stands for a missing value, as −999 does.</summary>
    private string? Suspect()
    {
        const int oftenEnough = 3;
        double least = double.PositiveInfinity, second = double.PositiveInfinity, most = double.NegativeInfinity, third = double.NegativeInfinity;
        int low = 0, high = 0;
        foreach (double value in _values)
        {
            if (value < least) (second, least, low) = (least, value, 1);
            else if (value == least) low++;
            else if (value < second) second = value;
            if (value > most) (third, most, high) = (most, value, 1);
            else if (value == most) high++;
            else if (value > third) third = value;
        }
        bool below = low >= oftenEnough && least < 0 && IsUsual(-least) && most > second && second - least > most - second;
        bool above = high >= oftenEnough && IsNines(most) && third > least && most - third > third - least;
        (double value, int count) suspect = below ? (least, low) : (most, high);
        return below || above
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"column {Names.Quote(name)}: {suspect.value} lies far outside and occurs {suspect.count} times; if it stands for a missing value, give --missing {suspect.value}")
            : null;

        static bool IsUsual(double value) => IsNines(value) || (value >= 99 && value % 100 == 0);

        static bool IsNines(double value) => value is 99 or 999 or 9999 or 99999 or 999999;
    }
}

/// <summary>Texts, each different one kept once.</summary>
internal sealed class TextFiller : ColumnFiller
{
    private readonly string _name;
    private readonly int[] _codes;
    private readonly MissingWords _missing;
    private readonly List<string> _texts = [];
    private readonly Dictionary<string, int> _index = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private char[] _buffer = new char[256];

    public TextFiller(string name, int rows, MissingWords missing)
    {
        (_name, _codes, _missing) = (name, new int[rows], missing);
        _lookup = _index.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string? NotNumbers { get; init; }

    public string? NotTimes { get; init; }

    public override bool Set(int row, ReadOnlySpan<byte> cell, long line)
    {
        if (_buffer.Length < cell.Length) _buffer = new char[cell.Length];
        ReadOnlySpan<char> text = _buffer.AsSpan(0, Encoding.UTF8.GetChars(cell, _buffer));
        if (_lookup.TryGetValue(text, out int code))
        {
            _codes[row] = code;
            return true;
        }
        code = _missing.IsNoText(text) ? -1 : _texts.Count;
        if (code >= 0) _texts.Add(text.ToString());
        _index.Add(text.ToString(), code);
        _codes[row] = code;
        return true;
    }

    public override TableColumn Finish() => new TextColumn(_name, _codes, _texts) { NotNumbers = NotNumbers, NotTimes = NotTimes };
}

/// <summary>Times whose writing is known.</summary>
internal sealed class CsvTimeFiller(string name, int rows, TimeWriting writing, IReadOnlyList<string> remarks, MissingWords missing, CsvOptions options) : ColumnFiller
{
    private readonly List<string> _remarks = [.. remarks];
    private readonly TimeFiller _first = new(writing.Patterns, rows);
    private readonly TimeFiller? _second = writing.Otherwise is null ? null : new TimeFiller(writing.Otherwise, rows);

    /// <summary>The first cell that is no time in the writing of the column.</summary>
    public Misfit? Misfit { get; private set; }

    public override bool Set(int row, ReadOnlySpan<byte> cell, long line)
    {
        if (missing.Contains(cell, out _)) return true;
        bool one = _first.Set(row, cell), two = _second?.Set(row, cell) ?? true;
        if (one && two) return true;
        Misfit = new Misfit(row, line, cell);
        return false;
    }

    public override TableColumn Finish()
    {
        if (_second is null) return With(_first);
        string[] patterns = [writing.Patterns[0], writing.Otherwise![0]];
        int chosen = options.Likely is { } likely && Array.IndexOf(patterns, likely.Pattern) is var known and >= 0 ? known : Evener();
        // Where nothing decides, the one who needs the column is told.
        if (chosen < 0) return new TextColumn(name, [], []) { NotTimes = "" };
        TimeColumn column = With(chosen == 0 ? _first : _second);
        return column with
        {
            Remarks = [.. column.Remarks, $"column {Names.Quote(name)}: dates may be {patterns[0]} or {patterns[1]}; {patterns[chosen]} was chosen, for it "
                + (options.Likely is null ? "spaces the rows evenly" : "is that of the model") + "; --date-format gives another"],
        };
    }

    /// <summary>Which of the two writings spaces the rows evenly: 0 or 1; −1 if both do alike.</summary>
    private int Evener()
    {
        double one = Evenness(_first.Values), two = Evenness(_second!.Values);
        return one > two ? 0 : two > one ? 1 : -1;
    }

    /// <summary>The part of the distances that are the usual one; months of 28 to 31 days count as one distance.</summary>
    private static double Evenness(DateTime[] values)
    {
        DateTime[] times = [.. values.Where(time => time != default).Distinct().Order()];
        if (times.Length < 3) return 0;
        var distances = times.Skip(1).Select((time, i) => time - times[i]).Select(span => span.TotalDays is >= 28 and <= 31 ? TimeSpan.FromDays(30) : span);
        return (double)distances.GroupBy(span => span).Max(group => group.Count()) / (times.Length - 1);
    }

    private TimeColumn With(TimeFiller filler)
    {
        TimeColumn column = filler.Finish(name, _remarks.Add);
        return column with { Remarks = _remarks };
    }
}
