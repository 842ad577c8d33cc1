using System.Globalization;

namespace Elman.Cli;

/// <summary>
/// Turns the texts of a time column into times. All rows must be written in one way; the candidates are narrowed row by row,
/// so that 13/04/2012 anywhere in the column decides that 03/04/2012 is the third of April. What no row decides is refused.
/// Times with an offset become UTC; times without one are taken as they stand.
/// </summary>
internal sealed class TimeColumn(CsvSource source, int column)
{
    private readonly List<DateTime> _times = [];
    private readonly List<(string Text, long Line)> _undecided = [];
    private List<Format> _candidates = [];

    /// <summary>Whether a text is a date in one of the notations that cannot be mistaken for a number.</summary>
    public static bool IsDate(string text) => Format.All.Any(format => !format.IsNumber && format.Clone().TryParse(text, out _));

    /// <summary>Takes the cell of the source's current row.</summary>
    /// <exception cref="ElmanException">It is empty, or no date in the notation of the rows before it.</exception>
    public void AddCurrent()
    {
        string text = source.Text(column);
        if (CsvSource.IsMissing(text))
            throw source.At(column, "the time is missing; every row needs one");
        bool first = _times.Count + _undecided.Count == 0;
        if (first)
            _candidates = Format.All.Select(format => format.Clone()).ToList();

        var fitting = _candidates.FindAll(candidate => candidate.TryParse(text, out _));
        if (fitting.Count == 0)
        {
            string expected = first ? "a date such as 2012-01-31" : $"a date written as in the rows before ({_candidates[0].Name})";
            throw source.At(column, $"expected {expected}, got {Names.Quote(text)}; "
                + (first ? "correct it, or name the column of the times with --time" : "write all dates in one way"));
        }

        _candidates = fitting;
        if (_candidates.Count > 1)
        {
            _undecided.Add((text, source.Line));
            return;
        }

        Settle();
        _times.Add(_candidates[0].Parse(text));
    }

    /// <summary>The times of all rows, in the order in which they were added.</summary>
    /// <exception cref="ElmanException">The column can be read in two ways that differ.</exception>
    public List<DateTime> Finish()
    {
        foreach (var (text, line) in _undecided)
        {
            foreach (var other in _candidates)
            {
                DateTime one = _candidates[0].Parse(text), two = other.Parse(text);
                if (one != two)
                {
                    throw source.At(line, column, string.Create(CultureInfo.InvariantCulture,
                        $"{Names.Quote(text)} may be {one:d MMMM yyyy} or {two:d MMMM yyyy}, and no row of the column decides; write dates as yyyy-MM-dd"));
                }
            }
        }

        Settle();
        return _times;
    }

    private void Settle()
    {
        foreach (var (text, _) in _undecided)
            _times.Add(_candidates[0].Parse(text));
        _undecided.Clear();
    }

    /// <summary>One notation of dates, with every notation of the time of day that may follow.</summary>
    private sealed class Format
    {
        private static readonly string[] TimesOfDay =
            ["H:mm", "H:mm:ss", "H:mm:ss.FFFFFFF", "H:mmK", "H:mm:ssK", "H:mm:ss.FFFFFFFK", "H:mm:ss K", "h:mm tt", "h:mm:ss tt"];

        private static readonly string[] Separators = [" ", "'T'"];

        public static readonly Format[] All =
        [
            OfDate("yyyy-M-d"), OfDate("yyyy/M/d"), OfDate("yyyy.M.d"),
            OfDate("d.M.yyyy"), OfDate("d/M/yyyy"), OfDate("M/d/yyyy"), OfDate("d-M-yyyy"), OfDate("M-d-yyyy"),
            OfDate("d MMM yyyy"), OfDate("d-MMM-yyyy"), OfDate("MMM d yyyy"), OfDate("MMM d, yyyy"),
            OfMonth("yyyy-M"), OfMonth("yyyy/M"), OfMonth("MMM yyyy"), OfMonth("MMM-yyyy"),
            new("yyyyMMdd", ["yyyyMMdd"], isNumber: true), new("yyyy", ["yyyy"], isNumber: true),
            new("seconds since 1970", 1), new("milliseconds since 1970", 1000),
        ];

        private readonly string[] _patterns;
        private readonly long _ticksPerUnit;
        private int _lastFit;

        private Format(string name, string[] patterns, bool isNumber = false)
        {
            (Name, _patterns, IsNumber) = (name, patterns, isNumber);
        }

        private Format(string name, int unitsPerSecond)
        {
            (Name, _patterns, IsNumber, _ticksPerUnit) = (name, [], true, TimeSpan.TicksPerSecond / unitsPerSecond);
        }

        public string Name { get; }

        /// <summary>Whether an ordinary number could look like this, so that only a column known to hold times is read so.</summary>
        public bool IsNumber { get; }

        /// <summary>A format remembers which of its patterns fitted last; each column has its own.</summary>
        public Format Clone() => (Format)MemberwiseClone();

        public DateTime Parse(string text) => TryParse(text, out var time) ? time : throw new FormatException(text);

        public bool TryParse(string text, out DateTime time)
        {
            if (_ticksPerUnit > 0)
                return TryParseUnits(text, out time);
            for (int k = 0; k < _patterns.Length; k++)
            {
                int i = (_lastFit + k) % _patterns.Length;
                if (DateTime.TryParseExact(text, _patterns[i], CultureInfo.InvariantCulture,
                        DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out time))
                {
                    time = DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
                    _lastFit = i;
                    return true;
                }
            }

            time = default;
            return false;
        }

        /// <summary>From 1973 to 2286: nine or ten digits of seconds, twelve or thirteen of milliseconds, so that neither passes for the other.</summary>
        private bool TryParseUnits(string text, out DateTime time)
        {
            time = default;
            long unitsPerSecond = TimeSpan.TicksPerSecond / _ticksPerUnit;
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long units)
                || units < 100_000_000 * unitsPerSecond || units >= 10_000_000_000 * unitsPerSecond)
                return false;
            time = DateTime.SpecifyKind(DateTime.UnixEpoch.AddTicks(units * _ticksPerUnit), DateTimeKind.Unspecified);
            return true;
        }

        private static Format OfMonth(string pattern) => new(pattern, [pattern]);

        private static Format OfDate(string pattern) =>
            new(pattern, [pattern, .. from separator in Separators from time in TimesOfDay select pattern + separator + time]);
    }
}
