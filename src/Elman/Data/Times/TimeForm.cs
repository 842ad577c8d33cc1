namespace Elman;

/// <summary>
/// One form in which a column writes times, such as "two digits, a slash, two digits, a slash, four digits", and what its numbers ranged over: a day above
/// 12 anywhere in the column tells which of the two is the month.
/// </summary>
internal sealed class TimeForm
{
    /// <summary>What a token stands for that is no character of its own; a run of digits is <see cref="Digits"/> and its length, up to two digits as two.</summary>
    public const int Digits = 0x100, MonthShort = 0x201, MonthFull = 0x202, WeekdayShort = 0x211, WeekdayFull = 0x212, HalfDay = 0x220;

    public const int LongestText = 48;

    private static readonly string[] Months = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly string[] Weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    private TimeForm(int[] tokens) => (Tokens, Runs) = (tokens, new Run[tokens.Count(IsDigits)]);

    /// <summary>The tokens, in order.</summary>
    public int[] Tokens { get; }

    /// <summary>What is known of each run of digits.</summary>
    public Run[] Runs { get; }

    /// <summary>How many cells have the form.</summary>
    public long Count { get; private set; }

    public static bool IsDigits(int token) => token is >= Digits and < MonthShort;

    /// <summary>Splits a text into tokens.</summary>
    /// <returns>How many; 0 if the text can be no time.</returns>
    public static int Split(ReadOnlySpan<byte> text, Span<int> tokens)
    {
        if (text.Length is 0 or > LongestText) return 0;
        int count = 0;
        bool digits = false;
        for (int i = 0; i < text.Length;)
        {
            int end = i + 1;
            if (IsDigit(text[i]))
            {
                while (end < text.Length && IsDigit(text[end])) end++;
                if (end - i > 18) return 0;
                tokens[count++] = Digits + Math.Max(end - i, 2);
                digits = true;
            }
            else if (IsLetter(text[i]))
            {
                while (end < text.Length && IsLetter(text[end])) end++;
                if (!Word(text[i..end], tokens, ref count)) return 0;
            }
            else if (text[i] is (byte)' ' or (byte)'-' or (byte)'/' or (byte)'.' or (byte)':' or (byte)',' or (byte)'+' or (byte)'_')
            {
                tokens[count++] = text[i];
            }
            else
            {
                return 0;
            }
            i = end;
        }
        return digits ? count : 0;
    }

    public static TimeForm Of(ReadOnlySpan<int> tokens) => new(tokens.ToArray());

    /// <summary>Takes the numbers of one more text of this form.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        Count++;
        int run = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (!IsDigit(text[i])) continue;
            long value = 0;
            int start = i;
            for (; i < text.Length && IsDigit(text[i]); i++) value = value * 10 + text[i] - '0';
            Runs[run++].Add(value, i - start);
        }
    }

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    private static bool IsLetter(byte b) => (b | 0x20) is >= 'a' and <= 'z';

    /// <summary>The name of a month or a weekday, AM or PM, or the letters of ISO 8601 and of UTC.</summary>
    private static bool Word(ReadOnlySpan<byte> word, Span<int> tokens, ref int count)
    {
        int named = IsOneOf(word, Months, whole: false) ? MonthShort
            : IsOneOf(word, Months, whole: true) ? MonthFull
            : IsOneOf(word, Weekdays, whole: false) ? WeekdayShort
            : IsOneOf(word, Weekdays, whole: true) ? WeekdayFull
            : Same(word, "am") || Same(word, "pm") ? HalfDay : 0;
        if (named > 0)
        {
            tokens[count++] = named;
            return true;
        }
        if (!(word.Length == 1 && "TZQWtq".Contains((char)word[0], StringComparison.Ordinal)) && !Same(word, "utc") && !Same(word, "gmt")) return false;
        foreach (byte letter in word) tokens[count++] = letter;
        return true;
    }

    private static bool IsOneOf(ReadOnlySpan<byte> word, string[] names, bool whole)
    {
        if (!whole && word.Length != 3) return false;
        foreach (string name in names)
            if (Same(word, whole ? name : name[..3])) return true;
        return false;
    }

    private static bool Same(ReadOnlySpan<byte> word, ReadOnlySpan<char> name)
    {
        if (word.Length != name.Length) return false;
        for (int i = 0; i < word.Length; i++)
            if ((word[i] | 0x20) != name[i]) return false;
        return true;
    }

    /// <summary>What a run of digits ranged over.</summary>
    public struct Run
    {
        private bool _any;

        public long Least { get; private set; }

        public long Most { get; private set; }

        public int Shortest { get; private set; }

        public int Longest { get; private set; }

        public void Add(long value, int length)
        {
            (Least, Most) = _any ? (Math.Min(Least, value), Math.Max(Most, value)) : (value, value);
            (Shortest, Longest) = _any ? (Math.Min(Shortest, length), Math.Max(Longest, length)) : (length, length);
            _any = true;
        }
    }
}
