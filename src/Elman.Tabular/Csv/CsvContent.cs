using System.Text;
using System.Text.Unicode;
using CsvHelper;

namespace Elman.Tabular;

/// <summary>The bytes of a CSV file: their encoding and their separator, and passes over the records.</summary>
internal sealed class CsvContent
{
    /// <summary>A record longer than this is none: a quote was never closed, or the file is no table.</summary>
    private const int LongestRecord = 64 << 20;

    private const int Looked = 1 << 16, LinesLooked = 100;

    private readonly string _name;
    private readonly Stream _stream;
    private readonly Encoding? _encoding;

    public CsvContent(string name, Stream stream)
    {
        (_name, _stream) = (name, stream);
        byte[] start = Start();
        (_encoding, Remark) = EncodingOf(start);
        if (_encoding is null && !IsMarked(start) && start.Contains((byte)0))
            throw new ElmanException($"{name} is not a text file; expected CSV: a header line, then one row per line");
        Separator = SeparatorOf((_encoding ?? MarkedEncoding(start)).GetString(start));
    }

    /// <summary>What to tell about the encoding; null for UTF-8, and for others that say so themselves.</summary>
    public string? Remark { get; }

    /// <summary>The separator; the comma if no line has one.</summary>
    public char Separator { get; }

    /// <summary>A separator as it is shown.</summary>
    public string ShownSeparator => Separator == '\t' ? "tab" : Separator.ToString();

    /// <summary>A pass over all records, the header among them.</summary>
    public CsvReader Open()
    {
        _stream.Position = 0;
        return CsvReader.Create(_stream, new CsvReaderOptions
        {
            HasHeader = false,
            Separator = Separator,
            Encoding = _encoding,
            TrackLineNumbers = true,
            TrimWhitespace = true,
            MaxRecordSize = LongestRecord,
            MalformedData = CsvMalformedDataHandling.Throw,
        }, leaveOpen: true);
    }

    /// <summary>The next record of a pass.</summary>
    /// <exception cref="ElmanException">Its quotes do not match, or it is endless.</exception>
    public bool Read(CsvReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException failure) when (failure.Message.Contains("MaxRecordSize", StringComparison.Ordinal) || failure.Message.Contains("larger", StringComparison.Ordinal))
        {
            throw new ElmanException($"{_name}, line {(failure.LineNumber > 0 ? failure.LineNumber : reader.LineNumber + 1)}: a row is longer than {LongestRecord >> 20} MB; close the double quote that opens it, or check that this is a CSV file");
        }
        catch (CsvFormatException failure)
        {
            throw new ElmanException($"{_name}, line {failure.LineNumber}: the double quotes of this row do not match; "
                + "a quoted text ends with a double quote before the separator, and doubles those inside");
        }
    }

    private byte[] Start()
    {
        _stream.Position = 0;
        byte[] start = new byte[Looked];
        return start[.._stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    private static bool IsMarked(byte[] start) => start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, 0, 0xFE, 0xFF, ..];

    private static Encoding MarkedEncoding(byte[] start) => start switch
    {
        [0xFF, 0xFE, 0, 0, ..] => Encoding.UTF32,
        [0xFF, 0xFE, ..] => Encoding.Unicode,
        [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
        _ => Encoding.UTF8,
    };

    private (Encoding? Encoding, string? Remark) EncodingOf(byte[] start)
    {
        if (IsMarked(start)) return (null, null);
        // Text in UTF-16 without a mark: nearly every second byte is zero, for most characters of a table are those of ASCII.
        int even = 0, odd = 0;
        for (int i = 0; i < start.Length; i++)
        {
            if (start[i] != 0) continue;
            if (i % 2 == 0) even++;
            else odd++;
        }
        if (start.Length >= 4 && odd > start.Length * 0.4 && even == 0) return (Encoding.Unicode, Told("UTF-16, low byte first"));
        if (start.Length >= 4 && even > start.Length * 0.4 && odd == 0) return (Encoding.BigEndianUnicode, Told("UTF-16, high byte first"));
        if (even + odd > 0 || IsUtf8(out bool windows)) return (null, null);
        return windows
            ? (CodePagesEncodingProvider.Instance.GetEncoding(1252), Told("Windows-1252"))
            : (Encoding.Latin1, Told("Latin-1"));

        string Told(string encoding) => $"{_name} is not UTF-8; it was read as {encoding}";
    }

    /// <summary>Whether all bytes are UTF-8; if not, whether some are characters of Windows only.</summary>
    private bool IsUtf8(out bool windows)
    {
        const int most = 3;
        windows = false;
        bool valid = true;
        byte[] buffer = new byte[(1 << 20) + most];
        int kept = 0;
        _stream.Position = 0;
        while (true)
        {
            int read = _stream.Read(buffer, kept, buffer.Length - kept);
            Span<byte> bytes = buffer.AsSpan(0, kept + read);
            if (valid)
            {
                // The last character may go on in the next block.
                int whole = bytes.Length;
                for (int back = 1; read > 0 && back <= Math.Min(most, bytes.Length); back++)
                {
                    if (bytes[^back] < 0x80) break;
                    if (bytes[^back] < 0xC0) continue;
                    whole = bytes.Length - back;
                    break;
                }
                valid = Utf8.IsValid(bytes[..whole]);
                if (valid)
                {
                    kept = bytes.Length - whole;
                    bytes[whole..].CopyTo(buffer);
                    if (read == 0) return true;
                    continue;
                }
                _stream.Position = 0;
                kept = 0;
                continue;
            }
            if (read == 0) return false;
            windows |= bytes.ContainsAnyInRange((byte)0x80, (byte)0x9F);
            kept = 0;
        }
    }

    /// <summary>The separator that most lines have equally often.</summary>
    private static char SeparatorOf(string text)
    {
        List<string> lines = Lines(text);
        // Excel writes the separator into a line of its own.
        if (lines is [['s', 'e', 'p', '=', var said], ..]) return said;
        (char Separator, double Share, int Count) best = (',', 0, 0);
        foreach (char candidate in ",;\t|")
        {
            var counts = lines.Select(line => Count(line, candidate)).GroupBy(count => count).Where(group => group.Key > 0).ToArray();
            if (counts.Length == 0) continue;
            IGrouping<int, int> mode = counts.OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key).First();
            double share = (double)mode.Count() / lines.Count;
            if (share > best.Share + 1e-9 || (share > best.Share - 1e-9 && mode.Key > best.Count)) best = (candidate, share, mode.Key);
        }
        return best.Separator;
    }

    /// <summary>The first lines that are not blank; the last one may be cut off, so it does not count where there are others.</summary>
    private static List<string> Lines(string text)
    {
        List<string> lines = [];
        foreach (ReadOnlySpan<char> line in text.AsSpan().TrimStart('\uFEFF').EnumerateLines())
        {
            if (lines.Count == LinesLooked) break;
            if (!line.IsWhiteSpace()) lines.Add(line.ToString());
        }
        if (lines.Count > 1 && text.Length >= Looked / 2 && lines.Count < LinesLooked) lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    private static int Count(string line, char separator)
    {
        int count = 0;
        bool quoted = false;
        foreach (char c in line)
        {
            if (c == '"') quoted = !quoted;
            else if (c == separator && !quoted) count++;
        }
        return count;
    }
}
