namespace Elman;

/// <summary>Makes one row of several with one time.</summary>
/// <param name="table">The table, for messages.</param>
/// <param name="rule">What to make of them; null: only what cannot be wrong.</param>
/// <param name="categories">Which columns hold categories, of which there is no mean.</param>
internal sealed class Duplicates(Table table, DuplicateRule? rule, bool[] categories)
{
    /// <summary>The hours in which clocks are put back, anywhere.</summary>
    private const int LatestChange = 3;

    /// <summary>Equal rows that were left out.</summary>
    public int Equal { get; private set; }

    /// <summary>Rows that a rule merged.</summary>
    public int Merged { get; private set; }

    /// <summary>Hours that were there twice because a clock was put back.</summary>
    public int DoubleHours { get; private set; }

    /// <summary>The series with one row per time.</summary>
    /// <exception cref="ElmanException">Rows of one time differ, and no rule says what to do.</exception>
    public SeriesRows Merge(SeriesRows series, Func<SeriesRows, int, int, ElmanException> refusal)
    {
        List<int> firsts = [];
        bool any = false;
        for (int row = 0; row < series.Count; row++)
        {
            if (row > 0 && series.SameTime(row, row - 1)) any = true;
            else firsts.Add(row);
        }
        if (!any) return series;
        SeriesRows merged = series.Pick([.. firsts]);
        for (int i = 0; i < firsts.Count; i++)
        {
            int end = i + 1 < firsts.Count ? firsts[i + 1] : series.Count;
            if (end - firsts[i] > 1) MergeRun(series, firsts[i], end, merged, i, refusal);
        }
        return merged;
    }

    /// <summary>The value of some rows of one column.</summary>
    /// <param name="values">The rows.</param>
    /// <param name="column">The column; 0 is the target.</param>
    /// <param name="chosen">The rule.</param>
    public double Of(ReadOnlySpan<double> values, int column, DuplicateRule chosen)
    {
        double sum = 0, last = double.NaN;
        int count = 0;
        foreach (double value in values)
        {
            if (double.IsNaN(value)) continue;
            (sum, last) = (sum + value, value);
            count++;
        }
        if (count == 0) return double.NaN;
        if (categories[column] || chosen == DuplicateRule.Last) return last;
        return chosen == DuplicateRule.Sum && column == 0 ? sum : sum / count;
    }

    private void MergeRun(SeriesRows series, int from, int end, SeriesRows merged, int to, Func<SeriesRows, int, int, ElmanException> refusal)
    {
        DuplicateRule chosen = rule ?? DuplicateRule.Mean;
        if (rule is not null) Merged += end - from - 1;
        else if (AllEqual(series, from, end)) Equal += end - from - 1;
        else if (end - from == 2 && series.Times is { } times && MayBePutBack(times[from])) DoubleHours++;
        else throw refusal(series, from, from + 1);
        for (int column = 0; column < series.Values.Length; column++)
            merged.Values[column][to] = Of(series.Values[column].AsSpan(from, end - from), column, chosen);
    }

    private static bool AllEqual(SeriesRows series, int from, int end)
    {
        foreach (double[] values in series.Values)
            for (int row = from + 1; row < end; row++)
                if (!values[row].Equals(values[from])) return false;
        return true;
    }

    /// <summary>Whether a clock may show the hour twice: in the night of a Sunday, in the months in which clocks are put back.</summary>
    private static bool MayBePutBack(DateTime time) =>
        time is { DayOfWeek: DayOfWeek.Sunday, Hour: <= LatestChange, Month: 3 or 4 or 9 or 10 or 11 } && time.TimeOfDay > TimeSpan.Zero;

    /// <summary>What was done, one line each.</summary>
    public IEnumerable<string> Remarks(string every)
    {
        if (Equal > 0) yield return $"{table.Name}: {Names.Count(Equal, "row")} that {(Equal == 1 ? "equals" : "equal")} another of the same time {(Equal == 1 ? "was" : "were")} left out";
        if (Merged > 0 && every.Length == 0) yield return $"{table.Name}: {Names.Count(Merged, "row")} with the time of another {(Merged == 1 ? "was" : "were")} merged by {(rule ?? DuplicateRule.Mean).ToString().ToLowerInvariant()}";
        if (DoubleHours > 0) yield return $"{table.Name}: {Names.Count(DoubleHours, "time")} of the night in which clocks are put back {(DoubleHours == 1 ? "stands" : "stand")} there twice; the mean was taken, --duplicates gives another rule, --zone tells the two apart";
    }
}
