using System.Globalization;
using System.Text;

namespace Elman;

/// <summary>
/// A pattern of times, compiled: reads and writes one notation, over UTF-8. The letters are those of <see cref="DateTime.ToString(string)"/>,
/// with a few more that it lacks: <c>k</c> (hours 1 to 24), <c>q</c> (quarter), <c>YYYY</c> and <c>ww</c> (ISO year and week), <c>zzzz</c> (+0100).
/// Other letters, and all that stands in single quotes, stand for themselves.
/// </summary>
internal sealed class TimePattern
{
    /// <summary>The day on which times of day without a date lie: not the first, which stands for a missing time.</summary>
    public static readonly DateTime Dayless = new(1, 1, 2);

    private const string Letters = "yYMdHhkmsfFtzqw";

    private static readonly string[] Months = [.. CultureInfo.InvariantCulture.DateTimeFormat.MonthNames.Take(12)];

    private readonly List<(char Letter, int Width, string Literal)> _parts = [];

    public TimePattern(string pattern)
    {
        for (int i = 0; i < pattern.Length;)
        {
            char letter = pattern[i];
            int end = i + 1;
            if (letter == '\'')
            {
                end = pattern.IndexOf('\'', i + 1) is var close and > 0 ? close : pattern.Length;
                AddLiteral(pattern[(i + 1)..end]);
                end = Math.Min(end + 1, pattern.Length);
            }
            else if (Letters.Contains(letter, StringComparison.Ordinal))
            {
                while (end < pattern.Length && pattern[end] == letter) end++;
                _parts.Add((letter, end - i, ""));
            }
            else
            {
                AddLiteral(letter.ToString());
            }
            i = end;
        }
    }

    /// <summary>Whether the pattern says on which day a time lies.</summary>
    public bool HasDate => Has('y') || Has('Y');

    /// <summary>Whether the pattern says the hour.</summary>
    public bool HasHour => Has('H') || Has('h') || Has('k');

    /// <summary>Whether the pattern tells the distance from UTC.</summary>
    public bool HasOffset => Has('z');

    private bool Has(char letter) => _parts.Exists(part => part.Letter == letter);

    /// <summary>Reads a time.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="time">The time as the clock showed it; on <see cref="Dayless"/> if the pattern has no date.</param>
    /// <param name="offset">The distance from UTC, zero where the pattern has none.</param>
    public bool TryParse(ReadOnlySpan<byte> text, out DateTime time, out TimeSpan offset)
    {
        Fields fields = new();
        time = default;
        offset = default;
        foreach ((char letter, int width, string literal) in _parts)
        {
            if (letter == '\0')
            {
                if (text.Length < literal.Length) return false;
                for (int i = 0; i < literal.Length; i++)
                    if (text[i] != literal[i]) return false;
                text = text[literal.Length..];
            }
            else if (!fields.Read(letter, width, ref text))
            {
                return false;
            }
        }
        return text.IsEmpty && fields.Build(HasDate, out time, out offset);
    }

    /// <summary>Writes a time.</summary>
    /// <param name="time">The time as the clock shows it.</param>
    /// <param name="offset">Its distance from UTC.</param>
    public string Format(DateTime time, TimeSpan offset)
    {
        // Midnight is the end of the day before where hours run from 1 to 24.
        DateTime day = Has('k') && time.Hour == 0 ? time.AddDays(-1) : time;
        StringBuilder text = new();
        foreach ((char letter, int width, string literal) in _parts)
        {
            switch (letter)
            {
                case '\0': text.Append(literal); break;
                case 'y': Number(width == 2 ? day.Year % 100 : day.Year, width); break;
                case 'Y': Number(ISOWeek.GetYear(day), width); break;
                case 'w': Number(ISOWeek.GetWeekOfYear(day), width); break;
                case 'q': Number((day.Month + 2) / 3, width); break;
                case 'M': Name(Months[day.Month - 1], day.Month); break;
                case 'd': Name(day.DayOfWeek.ToString(), day.Day); break;
                case 'H': Number(time.Hour, width); break;
                case 'h': Number((time.Hour + 11) % 12 + 1, width); break;
                case 'k': Number((time.Hour + 23) % 24 + 1, width); break;
                case 'm': Number(time.Minute, width); break;
                case 's': Number(time.Second, width); break;
                case 't': text.Append(time.Hour < 12 ? "AM" : "PM"); break;
                case 'f' or 'F': Fraction(letter, width); break;
                default: Offset(width); break;
            }

            void Number(int value, int digits) => text.Append(value.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0'));

            void Name(string name, int value)
            {
                if (width <= 2) Number(value, width);
                else text.Append(width == 3 ? name[..3] : name);
            }

            void Fraction(char kind, int digits)
            {
                string all = (time.Ticks % TimeSpan.TicksPerSecond).ToString("0000000", CultureInfo.InvariantCulture).PadRight(digits, '0')[..digits];
                if (kind == 'F') all = all.TrimEnd('0');
                if (kind == 'F' && all.Length == 0 && text is [.., '.']) text.Length--;
                text.Append(all);
            }

            void Offset(int form)
            {
                string hours = $"{(offset < TimeSpan.Zero ? '-' : '+')}{offset.Duration():hh}", minutes = $"{offset.Duration():mm}";
                text.Append(form switch { 3 => $"{hours}:{minutes}", 4 => hours + minutes, _ => hours });
            }
        }
        return text.ToString();
    }

    private void AddLiteral(string text)
    {
        if (_parts is [.., ('\0', _, var before)]) _parts[^1] = ('\0', 0, before + text);
        else _parts.Add(('\0', 0, text));
    }

    /// <summary>What the parts of one text said.</summary>
    private ref struct Fields()
    {
        private int _year, _month = 1, _day = 1, _hour, _minute, _second, _week;
        private long _ticks;
        private bool _half, _afternoon;
        private TimeSpan _offset;

        public bool Read(char letter, int width, ref ReadOnlySpan<byte> text) => letter switch
        {
            'y' => Digits(ref text, width, width, out _year) && Century(width),
            'Y' => Digits(ref text, width, width, out _year),
            'w' => Digits(ref text, width, 2, out _week) && _week > 0,
            'q' => Digits(ref text, 1, 1, out int quarter) && quarter is >= 1 and <= 4 && (_month = quarter * 3 - 2) > 0,
            'M' => width > 2 ? MonthName(ref text, width) : Digits(ref text, width, 2, out _month),
            'd' => width > 2 ? DayName(ref text) : Digits(ref text, width, 2, out _day),
            'H' or 'h' or 'k' => Digits(ref text, width, 2, out _hour),
            'm' => Digits(ref text, width, 2, out _minute) && _minute < 60,
            's' => Digits(ref text, width, 2, out _second) && _second < 60,
            'f' => FractionOf(ref text, width, width),
            'F' => FractionOf(ref text, 1, width),
            't' => Half(ref text),
            _ => Offset(ref text, width),
        };

        public readonly bool Build(bool dated, out DateTime time, out TimeSpan offset)
        {
            (time, offset) = (default, _offset);
            int hour = _half ? _hour % 12 + (_afternoon ? 12 : 0) : _hour;
            if (hour > 24 || (hour == 24 && _minute + _second > 0) || (_half && _hour is 0 or > 12)) return false;
            DateTime day = TimePattern.Dayless;
            if (_week > 0)
            {
                if (_year is < 1 or > 9998 || _week > ISOWeek.GetWeeksInYear(_year)) return false;
                day = ISOWeek.ToDateTime(_year, _week, DayOfWeek.Monday);
            }
            else if (dated)
            {
                if (_year is < 1 or > 9999 || _month is < 1 or > 12 || _day < 1 || _day > DateTime.DaysInMonth(_year, _month)) return false;
                day = new DateTime(_year, _month, _day);
            }
            if (day > DateTime.MaxValue.AddDays(-2) && hour == 24) return false;
            time = day.AddTicks(((hour * 60L + _minute) * 60 + _second) * TimeSpan.TicksPerSecond + _ticks);
            return true;
        }

        /// <summary>Two digits: 1950 to 2049, as .NET and Excel nearly have it.</summary>
        private bool Century(int width)
        {
            if (width == 2) _year += _year < 50 ? 2000 : 1900;
            return true;
        }

        private static bool Digits(ref ReadOnlySpan<byte> text, int least, int most, out int value)
        {
            value = 0;
            int count = 0;
            while (count < most && count < text.Length && text[count] is >= (byte)'0' and <= (byte)'9') value = value * 10 + text[count++] - '0';
            text = text[count..];
            return count >= least;
        }

        private bool FractionOf(ref ReadOnlySpan<byte> text, int least, int most)
        {
            int count = 0;
            for (long unit = TimeSpan.TicksPerSecond / 10; count < most && count < text.Length && text[count] is >= (byte)'0' and <= (byte)'9'; unit /= 10)
                _ticks += (text[count++] - '0') * unit;
            text = text[count..];
            return count >= least;
        }

        private bool MonthName(ref ReadOnlySpan<byte> text, int width)
        {
            for (int month = 1; month <= 12; month++)
            {
                string name = width == 3 ? Months[month - 1][..3] : Months[month - 1];
                if (!StartsWith(text, name)) continue;
                _month = month;
                text = text[name.Length..];
                return true;
            }
            return false;
        }

        /// <summary>The name of a weekday says nothing that the date does not.</summary>
        private static bool DayName(ref ReadOnlySpan<byte> text)
        {
            int letters = 0;
            while (letters < text.Length && (text[letters] | 0x20) is >= 'a' and <= 'z') letters++;
            text = text[letters..];
            return letters >= 3;
        }

        private bool Half(ref ReadOnlySpan<byte> text)
        {
            if (text.Length < 2 || (text[1] | 0x20) != 'm' || (text[0] | 0x20) is not ('a' or 'p')) return false;
            (_half, _afternoon) = (true, (text[0] | 0x20) == 'p');
            text = text[2..];
            return true;
        }

        private bool Offset(ref ReadOnlySpan<byte> text, int form)
        {
            if (text.IsEmpty || text[0] is not ((byte)'+' or (byte)'-')) return false;
            bool negative = text[0] == '-';
            text = text[1..];
            int minutes = 0;
            if (!Digits(ref text, 2, 2, out int hours) || hours > 14) return false;
            if (form == 3)
            {
                if (text.IsEmpty || text[0] != ':') return false;
                text = text[1..];
            }
            if (form >= 3 && (!Digits(ref text, 2, 2, out minutes) || minutes > 59)) return false;
            _offset = TimeSpan.FromMinutes(hours * 60 + minutes) * (negative ? -1 : 1);
            return true;
        }

        private static bool StartsWith(ReadOnlySpan<byte> text, string word)
        {
            if (text.Length < word.Length) return false;
            for (int i = 0; i < word.Length; i++)
                if ((text[i] | 0x20) != (word[i] | 0x20)) return false;
            return true;
        }
    }
}
