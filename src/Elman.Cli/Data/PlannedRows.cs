using System.Globalization;

namespace Elman.Cli;

/// <summary>Rows to come, of which only what is known ahead is there, below the rows of the past.</summary>
internal static class PlannedRows
{
    /// <summary>One table of both. What the plan leaves out, such as the target, is missing in its rows.</summary>
    /// <param name="data">The rows of the past.</param>
    /// <param name="plan">The rows to come.</param>
    /// <param name="roles">Which column plays which part.</param>
    /// <param name="times">The columns that tell the time, where they are known.</param>
    /// <exception cref="ElmanException">The plan lacks a column that it must have, or has another kind of values in one.</exception>
    public static Table Append(Table data, Table plan, SeriesRoles roles, IReadOnlyList<string> times)
    {
        IEnumerable<string> needed = [.. times, .. roles.Group is { } group ? [group] : Array.Empty<string>(), .. roles.Known];
        if (needed.FirstOrDefault(name => plan.Find(name) is null) is { } lacking)
        {
            throw new ElmanException($"{plan.Name} has no column {Names.Quote(lacking)}; a plan has the columns {Names.List([.. needed])}");
        }

        return new Table($"{data.Name} with {plan.Name}", [.. data.Columns.Select(column => Append(column, plan.Find(column.Name), plan))], [.. data.Remarks, .. plan.Remarks]);
    }

    /// <summary>Where there is no plan at all, the usual values stand in for it, and that is remarked.</summary>
    /// <param name="data">The series.</param>
    /// <param name="horizon">The rows to come.</param>
    /// <param name="remark">Receives the remark.</param>
    /// <exception cref="ElmanException">There is a plan, and it is too short.</exception>
    public static SeriesSet Complete(SeriesSet data, int horizon, Action<string> remark)
    {
        var known = data.Series.SelectMany(series => series.Known.Select(column => (series, column, Planned: column.Values.Length - series.Length))).ToArray();
        if (known.All(one => one.Planned >= horizon)) return data;
        if (known.FirstOrDefault(one => one.Planned > 0 && one.Planned < horizon) is { column: not null } few)
        {
            throw new ElmanException($"the forecast of {horizon} rows needs {Names.Quote(few.column.Name)} for each of them, the plan{(few.series.Group.Length == 0 ? "" : $" of {Names.Quote(few.series.Group)}")} "
                + $"has {few.Planned}; give the rows to come with the target left empty, in the data or as --future, or a smaller --horizon");
        }

        string[] columns = [.. known.Where(one => one.Planned == 0).Select(one => one.column.Name).Distinct()];
        string where = known.All(one => one.Planned == 0) ? "the rows to come" : Names.Count(known.Where(one => one.Planned == 0).Select(one => one.series).Distinct().Count(), "series");
        remark($"there is no plan of {Names.List(columns)} for {where}: the usual values are taken; give the rows to come with the target left empty, in the data or as --future");
        return data with
        {
            Series = [.. data.Series.Select(series => new Series(series.Group, series.Times, series.Target, series.Covariates)
            {
                Known = [.. series.Known.Select(column => column.Values.Length > series.Length ? column : column with { Values = [.. column.Values, .. Enumerable.Repeat(Usual(column), horizon)] })],
                Static = series.Static, FirstIndex = series.FirstIndex,
            })],
        };
    }

    /// <summary>The most frequent category, or the number in the middle.</summary>
    private static double Usual(Column column)
    {
        double[] values = [.. column.Values.Where(value => !double.IsNaN(value)).Order()];
        return values.Length == 0 ? double.NaN : column.Categories is null ? values[(values.Length - 1) / 2] : values.CountBy(value => value).MaxBy(one => one.Value).Key;
    }

    private static TableColumn Append(TableColumn past, TableColumn? ahead, Table plan) => (past, ahead) switch
    {
        (NumberColumn numbers, null) => numbers with { Values = [.. numbers.Values, .. Enumerable.Repeat(double.NaN, plan.Rows)] },
        (NumberColumn numbers, NumberColumn more) => numbers with { Values = [.. numbers.Values, .. more.Values] },
        (NumberColumn numbers, TextColumn more) when more.Codes.All(code => code < 0) => Append(numbers, null, plan),
        (TimeColumn times, null) => times with { Values = [.. times.Values, .. new DateTime[plan.Rows]] },
        (TimeColumn times, TimeColumn more) => times with { Values = [.. times.Values, .. more.Values] },
        (TextColumn texts, null) => Texts(texts, [.. Enumerable.Repeat<string?>(null, plan.Rows)]),
        (TextColumn texts, TextColumn more) => Texts(texts, [.. Enumerable.Range(0, plan.Rows).Select(row => more[row])]),
        // Names that all look like numbers in the plan are names all the same.
        (TextColumn texts, NumberColumn more) => Texts(texts, [.. more.Values.Select(value => double.IsNaN(value) ? null : value.ToString("R", CultureInfo.InvariantCulture))]),
        _ => throw new ElmanException($"column {Names.Quote(past.Name)} holds {Kind(past)} in the data and {Kind(ahead!)} in {plan.Name}; write both alike"),
    };

    private static TextColumn Texts(TextColumn past, string?[] ahead)
    {
        List<string> texts = [.. past.Texts];
        Dictionary<string, int> codes = texts.Select((text, code) => (text, code)).ToDictionary(one => one.text, one => one.code);
        int[] more = Array.ConvertAll(ahead, text =>
        {
            if (text is null) return -1;
            if (!codes.TryGetValue(text, out int code))
            {
                codes.Add(text, code = texts.Count);
                texts.Add(text);
            }

            return code;
        });
        return past with { Codes = [.. past.Codes, .. more], Texts = texts };
    }

    private static string Kind(TableColumn column) => column switch { NumberColumn => "numbers", TimeColumn => "times", _ => "texts" };
}
