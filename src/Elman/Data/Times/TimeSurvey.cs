using System.Text;

namespace Elman;

/// <summary>Looks at all cells of a column, one after the other, and tells how its times are written.</summary>
internal sealed class TimeSurvey
{
    private const int MostForms = 64;

    private readonly List<TimeForm> _forms = [];
    private int _last;

    /// <summary>Takes a cell.</summary>
    /// <param name="text">UTF-8.</param>
    /// <returns>Whether it may be a time.</returns>
    public bool Add(ReadOnlySpan<byte> text)
    {
        Span<int> tokens = stackalloc int[TimeForm.LongestText];
        int count = TimeForm.Split(text, tokens);
        if (count == 0) return false;
        tokens = tokens[..count];
        if (_forms.Count == 0 || !_forms[_last].Tokens.AsSpan().SequenceEqual(tokens))
        {
            int found = -1;
            for (int i = 0; i < _forms.Count && found < 0; i++)
                if (_forms[i].Tokens.AsSpan().SequenceEqual(tokens)) found = i;
            if (found < 0 && _forms.Count == MostForms) return false;
            if (found < 0)
            {
                TimeForm form = TimeForm.Of(tokens);
                form.Add(text);
                if (TimeFormReader.PatternsOf(form).Count == 0) return false;
                found = _forms.Count;
                _forms.Add(TimeForm.Of(tokens));
            }
            _last = found;
        }
        _forms[_last].Add(text);
        return true;
    }

    /// <summary>How the column is written; null if no notation fits all its cells.</summary>
    public TimeWriting? Decide()
    {
        List<(TimeForm Form, IReadOnlyList<(string Pattern, DateOrder Order)> Patterns)> forms = [.. _forms.OrderByDescending(form => form.Count).Select(form => (form, TimeFormReader.PatternsOf(form)))];
        if (forms.Count == 0 || forms.Exists(one => one.Patterns.Count == 0)) return null;
        DateOrder[] orders = [.. ((DateOrder[])[DateOrder.DayFirst, DateOrder.MonthFirst, DateOrder.YearFirst])
            .Where(order => forms.TrueForAll(one => one.Patterns.Any(pattern => pattern.Order == order || pattern.Order == DateOrder.Told)))];
        bool open = forms.Exists(one => one.Patterns.All(pattern => pattern.Order != DateOrder.Told));
        if (open && orders.Length == 0) return null;
        string[] With(DateOrder order) => [.. forms.Select(one => one.Patterns.First(pattern => pattern.Order == order || pattern.Order == DateOrder.Told).Pattern)];
        return open ? new TimeWriting(With(orders[0]), orders.Length > 1 ? With(orders[1]) : null) : new TimeWriting(With(DateOrder.Told), null);
    }

    /// <summary>The notation of some texts that stand for themselves, such as the names of columns; null if they are no times.</summary>
    public static TimeWriting? Of(IEnumerable<string> texts)
    {
        TimeSurvey survey = new();
        return texts.All(text => survey.Add(Encoding.UTF8.GetBytes(text))) ? survey.Decide() : null;
    }
}

/// <summary>How the times of a column are written.</summary>
/// <param name="Patterns">The patterns, the most frequent first.</param>
/// <param name="Otherwise">The same with the month before the day, where no cell tells which of the two comes first; else null.</param>
internal sealed record TimeWriting(string[] Patterns, string[]? Otherwise);
