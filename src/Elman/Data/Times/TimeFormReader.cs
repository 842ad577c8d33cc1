namespace Elman;

/// <summary>The order of day, month and year, where a form leaves it open.</summary>
internal enum DateOrder
{
    Told,
    DayFirst,
    MonthFirst,
    YearFirst,
}

/// <summary>Finds the patterns that a form of times may have.</summary>
internal sealed class TimeFormReader
{
    private readonly TimeForm _form;
    private readonly List<(string Pattern, DateOrder Order)> _found = [];

    private TimeFormReader(TimeForm form) => _form = form;

    /// <summary>The patterns, the likeliest first; none if the form is not that of a time.</summary>
    public static IReadOnlyList<(string Pattern, DateOrder Order)> PatternsOf(TimeForm form)
    {
        TimeFormReader reader = new(form);
        // A time of day with points looks like a date with a year of two digits; months from 1 on decide.
        foreach (Step date in reader.Dates()) reader.AfterDate(date);
        if (reader._found.Count == 0) reader.TimeOfDay(new Step(0, 0, "", DateOrder.Told), alone: true);
        return reader._found;
    }

    private int At(int token) => token < _form.Tokens.Length ? _form.Tokens[token] : 0;

    private bool Is(int token, params ReadOnlySpan<int> expected)
    {
        for (int i = 0; i < expected.Length; i++)
            if (At(token + i) != expected[i]) return false;
        return true;
    }

    private static int Run(int digits) => TimeForm.Digits + digits;

    /// <summary>The letter of a run once or twice, as it is written.</summary>
    private string Short(char letter, int run) => new(letter, _form.Runs[run].Shortest >= 2 ? 2 : 1);

    private bool In(int run, long least, long most) => run < _form.Runs.Length && _form.Runs[run].Least >= least && _form.Runs[run].Most <= most;

    private IEnumerable<Step> Dates()
    {
        Step start = new(0, 0, "", DateOrder.Told);
        if (At(0) is TimeForm.WeekdayShort or TimeForm.WeekdayFull)
        {
            string text = At(0) == TimeForm.WeekdayShort ? "ddd" : "dddd";
            int token = 1;
            while (At(token) is ',' or ' ') text += (char)At(token++);
            start = new Step(token, 0, text, DateOrder.Told);
        }
        return NumericDates(start).Concat(NamedDates(start)).Concat(Periods(start));
    }

    private IEnumerable<Step> NumericDates(Step at)
    {
        (int t, int r, _, _) = at;
        int mark = At(t + 1);
        if (mark is '-' or '/' or '.')
        {
            string s = ((char)mark).ToString();
            if (Is(t, Run(4), mark, Run(2), mark, Run(2)) && In(r + 1, 1, 12) && In(r + 2, 1, 31))
                yield return at.Then(5, 3, $"yyyy{s}{Short('M', r + 1)}{s}{Short('d', r + 2)}");
            else if (Is(t, Run(4), mark, Run(2)) && In(r + 1, 1, 12) && At(t + 3) != mark)
                yield return at.Then(3, 2, $"yyyy{s}{Short('M', r + 1)}");
            foreach (int width in (int[])[4, 2])
            {
                if (!Is(t, Run(2), mark, Run(2), mark, Run(width)) || _form.Runs[r + 2].Shortest < width) continue;
                string year = new('y', width);
                if (In(r, 1, 31) && In(r + 1, 1, 12)) yield return at.Then(5, 3, $"{Short('d', r)}{s}{Short('M', r + 1)}{s}{year}", DateOrder.DayFirst);
                // Where points stand between the numbers, the day comes first.
                if (mark != '.' && In(r, 1, 12) && In(r + 1, 1, 31)) yield return at.Then(5, 3, $"{Short('M', r)}{s}{Short('d', r + 1)}{s}{year}", DateOrder.MonthFirst);
                if (width == 2 && mark == '-' && !In(r, 1, 31) && In(r + 1, 1, 12) && In(r + 2, 1, 31))
                    yield return at.Then(5, 3, $"yy{s}{Short('M', r + 1)}{s}{Short('d', r + 2)}", DateOrder.YearFirst);
            }
            if (mark == '/' && Is(t, Run(2), mark, Run(4)) && In(r, 1, 12)) yield return at.Then(3, 2, $"{Short('M', r)}/yyyy");
        }
        if (At(t) == Run(8) && In(r, 1000_01_01, 9999_12_31)) yield return at.Then(1, 1, "yyyyMMdd");
    }

    private IEnumerable<Step> NamedDates(Step at)
    {
        (int t, int r, _, _) = at;
        int mark = At(t + 1);
        string s = ((char)mark).ToString();
        if (At(t) == Run(2) && IsMonth(t + 2) && mark is ' ' or '-' or '/' or '.' && At(t + 3) == mark && In(r, 1, 31))
        {
            foreach (int width in (int[])[4, 2])
                if (At(t + 4) == Run(width)) yield return at.Then(5, 2, $"{Short('d', r)}{s}{Month(t + 2)}{s}{new string('y', width)}");
        }
        if (IsMonth(t) && mark == ' ' && At(t + 2) == Run(2) && In(r, 1, 31))
        {
            if (Is(t + 3, ',', ' ', Run(4))) yield return at.Then(6, 2, $"{Month(t)} {Short('d', r)}, yyyy");
            if (Is(t + 3, ' ', Run(4))) yield return at.Then(5, 2, $"{Month(t)} {Short('d', r)} yyyy");
        }
        if (IsMonth(t) && mark is ' ' or '-' or '/' or '.')
        {
            if (At(t + 2) == Run(4)) yield return at.Then(3, 1, $"{Month(t)}{s}yyyy");
            if (At(t + 2) == Run(2) && At(t + 3) == 0 && _form.Runs[r].Shortest == 2) yield return at.Then(3, 1, $"{Month(t)}{s}yy");
        }
        if (At(t) == Run(4) && IsMonth(t + 2) && mark is ' ' or '-' or '/')
        {
            if (At(t + 3) == mark && At(t + 4) == Run(2) && In(r + 1, 1, 31)) yield return at.Then(5, 2, $"yyyy{s}{Month(t + 2)}{s}{Short('d', r + 1)}");
            else yield return at.Then(3, 1, $"yyyy{s}{Month(t + 2)}");
        }

        bool IsMonth(int token) => At(token) is TimeForm.MonthShort or TimeForm.MonthFull;

        string Month(int token) => At(token) == TimeForm.MonthShort ? "MMM" : "MMMM";
    }

    /// <summary>Quarters and ISO weeks.</summary>
    private IEnumerable<Step> Periods(Step at)
    {
        (int t, int r, _, _) = at;
        foreach (int q in (int[])['Q', 'q'])
        {
            string letter = q == 'Q' ? "Q" : "'q'";
            if (Is(t, Run(4), q, Run(2)) && In(r + 1, 1, 4)) yield return at.Then(3, 2, $"yyyy{letter}q");
            foreach (int mark in (int[])['-', ' ', '/', '.'])
            {
                if (Is(t, Run(4), mark, q, Run(2)) && In(r + 1, 1, 4)) yield return at.Then(4, 2, $"yyyy{(char)mark}{letter}q");
                if (Is(t, q, Run(2), mark, Run(4)) && In(r, 1, 4)) yield return at.Then(4, 2, $"{letter}q{(char)mark}yyyy");
            }
        }
        if (Is(t, Run(4), '-', 'W', Run(2)) && In(r + 1, 1, 53)) yield return at.Then(4, 2, $"YYYY-W{Short('w', r + 1)}");
        if (Is(t, Run(4), 'W', Run(2)) && In(r + 1, 1, 53)) yield return at.Then(3, 2, $"YYYYW{Short('w', r + 1)}");
    }

    private void AfterDate(Step date)
    {
        if (At(date.Token) == 0)
        {
            _found.Add((date.Text, date.Order));
            return;
        }
        int token = date.Token;
        string between = "";
        while (At(token) is ' ' or ',' or 'T' or 't' or '_' || (At(token) == '-' && between.Length == 0))
        {
            between += At(token) == 't' ? "'t'" : ((char)At(token)).ToString();
            token++;
        }
        if (between.Length > 0) TimeOfDay(date.Then(token - date.Token, 0, between), alone: false);
    }

    private void TimeOfDay(Step at, bool alone)
    {
        (int t, int r, _, _) = at;
        if (!alone && At(t) == Run(4)) Finish(at.Then(1, 1, "HHmm"));
        if (!alone && At(t) == Run(6)) Finish(at.Then(1, 1, "HHmmss"));
        if (At(t) != Run(2) || !In(r, 0, 24)) return;
        foreach (int mark in (int[])[':', '.'])
        {
            string s = ((char)mark).ToString();
            if (!Is(t + 1, mark, Run(2)) || !In(r + 1, 0, 59)) continue;
            bool seconds = Is(t + 3, mark, Run(2)) && In(r + 2, 0, 59);
            if (alone && mark == '.' && !seconds) continue;
            if (!seconds) Hours(at, 3, 2, $"{s}{Short('m', r + 1)}");
            else if (At(t + 5) is '.' or ',' && TimeForm.IsDigits(At(t + 6))) Hours(at, 7, 4, $"{s}{Short('m', r + 1)}{s}{Short('s', r + 2)}{(char)At(t + 5)}{Fraction(r + 3)}");
            else Hours(at, 5, 3, $"{s}{Short('m', r + 1)}{s}{Short('s', r + 2)}");
            return;
        }
        if (!alone || At(t + 1) == TimeForm.HalfDay || Is(t + 1, ' ', TimeForm.HalfDay)) Hours(at, 1, 1, "");
    }

    /// <summary>The hour, what follows it, and perhaps AM or PM.</summary>
    private void Hours(Step at, int tokens, int runs, string rest)
    {
        int after = at.Token + tokens;
        int space = At(after) == ' ' ? 1 : 0;
        bool half = At(after + space) == TimeForm.HalfDay;
        if (half && !In(at.Run, 1, 12)) return;
        char hour = half ? 'h' : _form.Runs[at.Run].Most == 24 && _form.Runs[at.Run].Least > 0 ? 'k' : 'H';
        Finish(half ? at.Then(tokens + space + 1, runs, $"{Short(hour, at.Run)}{rest}{(space > 0 ? " " : "")}tt") : at.Then(tokens, runs, Short(hour, at.Run) + rest));
    }

    /// <summary>Digits beyond a ten-millionth of a second are no part of a time; where they never change they are kept as they are.</summary>
    private string Fraction(int run)
    {
        const int kept = 7;
        (TimeForm.Run digits, int length) = (_form.Runs[run], _form.Runs[run].Longest);
        if (digits.Shortest < length) return new string('F', length);
        return length > kept && digits.Least == digits.Most
            ? $"{new string('f', kept)}'{digits.Least.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(length, '0')[kept..]}'"
            : new string('f', length);
    }

    /// <summary>The zone, and the end.</summary>
    private void Finish(Step at)
    {
        string space = At(at.Token) == ' ' ? " " : "";
        int t = at.Token + space.Length, left = _form.Tokens.Length - t;
        string? zone = left switch
        {
            0 when space.Length == 0 => "",
            1 when At(t) == 'Z' => "Z",
            3 when Is(t, 'U', 'T', 'C') => "UTC",
            3 when Is(t, 'G', 'M', 'T') => "'GMT'",
            4 when At(t) is '+' or '-' && Is(t + 1, Run(2), ':', Run(2)) => "zzz",
            2 when At(t) is '+' or '-' && At(t + 1) == Run(4) => "zzzz",
            2 when At(t) is '+' or '-' && At(t + 1) == Run(2) => "zz",
            _ => null,
        };
        if (zone is not null) _found.Add((at.Text + space + zone, at.Order));
    }

    /// <summary>How far a form has been read, and the pattern up to there.</summary>
    private readonly record struct Step(int Token, int Run, string Text, DateOrder Order)
    {
        public Step Then(int tokens, int runs, string text, DateOrder order = DateOrder.Told) =>
            new(Token + tokens, Run + runs, Text + text, order == DateOrder.Told ? Order : order);
    }
}
