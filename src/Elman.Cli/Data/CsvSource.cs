using System.Globalization;
using System.Text;
using CsvHelper;

namespace Elman.Cli;

/// <summary>
/// A CSV file or standard input: finds the separator, checks the header, and hands out rows whose cells know where they stand.
/// Everything that is wrong with the text itself is reported here, in one line with file, line and column.
/// </summary>
internal sealed class CsvSource : IDisposable
{
    private readonly Stream _content;
    private CsvReader? _reader;

    private CsvSource(string name, Stream content)
    {
        Name = name;
        _content = content;
        Columns = ReadColumns();
    }

    /// <summary>The name of the source in messages: the path as the user gave it, or "standard input".</summary>
    public string Name { get; }

    /// <summary>The names of the columns, in order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The line where the current row starts, counted from 1.</summary>
    public long Line => Reader.LineNumber;

    private CsvReader Reader => _reader ?? throw new InvalidOperationException("No pass over the rows has been started.");

    /// <summary>Opens <paramref name="path"/>, or <paramref name="standardInput"/> when the path is "-".</summary>
    /// <exception cref="ElmanException">There is no such file, it cannot be read, or it is not a CSV file with a header.</exception>
    public static CsvSource Open(string path, Stream standardInput)
    {
        if (path == "-")
            return FromStream("standard input", standardInput);
        if (Directory.Exists(path))
            throw new ElmanException($"{path} is a directory; give the name of a CSV file");
        if (!File.Exists(path))
            throw new ElmanException($"there is no file {path}{Neighbour(path)}");
        try
        {
            return FromStream(path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw new ElmanException($"{path} cannot be read: {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}; check its permissions");
        }
    }

    /// <summary>Reads CSV from a stream, which is copied to memory when it cannot be read twice.</summary>
    public static CsvSource FromStream(string name, Stream stream)
    {
        if (!stream.CanSeek)
        {
            var copy = new MemoryStream();
            stream.CopyTo(copy);
            stream = copy;
        }

        try
        {
            return new CsvSource(name, stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The place of a column by its exact name.</summary>
    /// <exception cref="ElmanException">There is no such column; the message names the nearest and lists all.</exception>
    public int IndexOf(string column)
    {
        for (int i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column)
                return i;
        }

        string guess = Names.Nearest(column, Columns) is { } nearest ? $"did you mean '{nearest}'? " : "";
        throw new ElmanException($"{Name} has no column {Names.Quote(column)}; {guess}its columns are: {Names.List(Columns.ToArray())}");
    }

    /// <summary>Goes back to before the first row.</summary>
    public void Rewind()
    {
        _reader?.Dispose();
        _reader = OpenReader();
    }

    /// <summary>Moves to the next row; false at the end.</summary>
    /// <exception cref="ElmanException">The row has more or fewer cells than the header, or a quote is never closed.</exception>
    public bool Read()
    {
        do
        {
            try
            {
                if (!Reader.Read())
                    return false;
            }
            catch (CsvFormatException failure)
            {
                throw Malformed(failure);
            }
        }
        while (Reader.FieldCount == 1 && Columns.Count > 1 && Reader.GetSpan(0).Trim(" \t"u8).IsEmpty);

        return Reader.FieldCount == Columns.Count
            ? true
            : throw new ElmanException($"{Name}, line {Line}: expected {Names.Count(Columns.Count, "cell")} as in the header, "
                + $"got {Reader.FieldCount}; put a text that contains the separator '{Shown(Reader.Separator)}' in double quotes, or complete the row");
    }

    /// <summary>The text of a cell of the current row.</summary>
    public string Text(int column) => Reader.GetString(column);

    /// <summary>The number in a cell of the current row; NaN where the cell says that there is none.</summary>
    /// <exception cref="ElmanException">The cell holds something else.</exception>
    public double Number(int column)
    {
        var cell = Reader.GetSpan(column);
        if (double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
            return number;
        string text = Text(column);
        return IsMissing(text) ? double.NaN : throw At(column, $"expected a number, got {Names.Quote(text)}; {Advice(text, number)}");
    }

    /// <summary>An error about a cell of the current row.</summary>
    public ElmanException At(int column, string problem) => At(Line, column, problem);

    /// <summary>An error about a cell.</summary>
    public ElmanException At(long line, int column, string problem) =>
        new($"{Name}, line {line}, column '{Columns[column]}' ({column + 1} of {Columns.Count}): {problem}");

    /// <summary>Whether a cell says that there is no value.</summary>
    public static bool IsMissing(string text) => text.ToLowerInvariant() is "" or "nan" or "na" or "n/a" or "null" or "none";

    public void Dispose()
    {
        _reader?.Dispose();
        _content.Dispose();
    }

    private string[] ReadColumns()
    {
        if (IsBinary())
            throw new ElmanException($"{Name} is not a text file; expected CSV: a header line, then one row per line");
        _reader = OpenReader();
        var columns = _reader.Headers.ToArray();
        if (columns.Length == 0 || columns.All(string.IsNullOrWhiteSpace))
            throw new ElmanException($"{Name} is empty; expected CSV: a header line, then one row per line");
        if (columns.Any(c => c.Contains('\uFFFD')))
            throw new ElmanException($"{Name}: the header is not UTF-8 text; convert the file, for example with: iconv -f latin1 -t utf-8");
        if (columns.Length == 1)
            throw new ElmanException($"{Name} has a single column {Names.Quote(columns[0])}; expected a time and a value, separated by comma, semicolon, tab or |");
        if (columns.All(c => double.TryParse(c, CultureInfo.InvariantCulture, out _) || TimeColumn.IsDate(c)))
            throw new ElmanException($"{Name}, line 1: expected the names of the columns, got values ({Names.List(columns)}); put a header line first");
        for (int i = 0; i < columns.Length; i++)
        {
            int first = Array.IndexOf(columns, columns[i]);
            if (first < i && columns[i].Length > 0)
                throw new ElmanException($"{Name}: columns {first + 1} and {i + 1} are both named {Names.Quote(columns[i])}; rename one");
        }

        return columns;
    }

    private CsvReader OpenReader()
    {
        _content.Position = 0;
        var reader = CsvReader.Create(_content, new CsvReaderOptions
        {
            TrackLineNumbers = true,
            TrimWhitespace = true,
            MalformedData = CsvMalformedDataHandling.Throw,
        }, leaveOpen: true);
        try
        {
            reader.ReadHeader();
            return reader;
        }
        catch (CsvFormatException failure)
        {
            throw Malformed(failure);
        }
    }

    /// <summary>Zero bytes do not occur in text, except in UTF-16 and UTF-32, which begin with a mark.</summary>
    private bool IsBinary()
    {
        var start = new byte[4096];
        start = start[.._content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        bool marked = start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, 0, 0xFE, 0xFF, ..];
        return !marked && start.Contains((byte)0);
    }

    private ElmanException Malformed(CsvFormatException failure) =>
        new($"{Name}, line {failure.LineNumber}: the double quotes of this row do not match; "
            + "a quoted text ends with a double quote before the separator, and doubles those inside");

    private static string Advice(string text, double number)
    {
        if (double.IsInfinity(number))
            return "only finite numbers can be learnt from: correct the cell, or leave it empty for a missing value";
        bool decimalComma = text.Count(c => c == ',') == 1 && !text.Contains('.');
        return decimalComma && double.TryParse(text.Replace(',', '.'), CultureInfo.InvariantCulture, out _)
            ? "write decimals with a point"
            : "correct the cell, or leave it empty for a missing value";
    }

    private static string Neighbour(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        if (!Directory.Exists(folder))
            return $": the folder {folder} does not exist";
        try
        {
            var files = Directory.EnumerateFiles(folder, "*.csv").Take(1000).Select(file => Path.GetFileName(file));
            return Names.Nearest(Path.GetFileName(path), files) is { } nearest ? $"; did you mean {nearest}?" : "; check the name";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "; check the name";
        }
    }

    private static string Shown(char separator) => separator == '\t' ? "tab" : separator.ToString();
}
