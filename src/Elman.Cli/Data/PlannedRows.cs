using System.Globalization;

namespace Elman.Cli;

/// <summary>Rows to come, of which only what is known ahead is there, below the rows of the past.</summary>
internal static class PlannedRows
{
    /// <summary>One table of both. What the plan leaves out, such as the target, is missing in its rows.</summary>
    /// <param name="data">The rows of the past.</param>
    /// <param name="plan">The rows to come.</param>
    /// <param name="schema">What the model needs.</param>
    /// <exception cref="ElmanException">The plan lacks a column that it must have, or has another kind of values in one.</exception>
    public static Table Append(Table data, Table plan, SeriesSchema schema)
    {
        IEnumerable<string> needed = [.. schema.TimeColumns, .. schema.Roles.Group is { } group ? [group] : Array.Empty<string>(), .. schema.Roles.Known];
        if (needed.FirstOrDefault(name => plan.Find(name) is null) is { } lacking)
        {
            throw new ElmanException($"{plan.Name} has no column {Names.Quote(lacking)}; a plan has the columns {Names.List([.. needed])}");
        }

        return new Table($"{data.Name} with {plan.Name}", [.. data.Columns.Select(column => Append(column, plan.Find(column.Name), plan))], [.. data.Remarks, .. plan.Remarks]);
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
