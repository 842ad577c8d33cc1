namespace Elman;

/// <summary>Turns a wide table, whose columns are times, into a long one with a row per time.</summary>
internal static class WideTable
{
    /// <summary>The names of the columns that a long table gets.</summary>
    private const string Time = "time", Value = "value", Series = "series";

    /// <summary>Whether most columns are named by times.</summary>
    public static bool HasTimesAsColumns(Table table)
    {
        int numbers = table.Columns.Count(column => column is NumberColumn);
        return numbers >= 3 && numbers >= table.Columns.Count - 4
            && TimeSurvey.Of(table.Columns.Where(column => column is NumberColumn).Select(column => column.Name)) is not null;
    }

    /// <summary>The long table, and the roles in it.</summary>
    /// <exception cref="ElmanException">No column tells the rows apart.</exception>
    public static (Table Table, SeriesRoles Roles) Melt(Table table, SeriesRoles roles)
    {
        NumberColumn[] columns = [.. table.Columns.OfType<NumberColumn>()];
        TimeWriting writing = TimeSurvey.Of(columns.Select(column => column.Name))!;
        string? groupName = roles.Group ?? table.Columns.FirstOrDefault(column => column is TextColumn)?.Name;
        TextColumn? group = groupName is null ? null : table.Find(groupName) as TextColumn;
        if (group is null && table.Rows > 1)
            throw new ElmanException($"{table.Name}: the columns are times, but no column names the {table.Rows} series; name one with --group");
        int rows = table.Rows * columns.Length;
        TimeFiller times = new(writing.Patterns, rows);
        double[] values = new double[rows];
        int[] codes = new int[rows];
        for (int row = 0, at = 0; row < table.Rows; row++)
        {
            foreach (NumberColumn column in columns)
            {
                times.Set(at, System.Text.Encoding.UTF8.GetBytes(column.Name));
                values[at] = column.Values[row];
                codes[at++] = group?.Codes[row] ?? 0;
            }
        }
        string name = groupName ?? Series;
        List<string> remarks = [.. table.Remarks];
        TimeColumn time = times.Finish(Time, remarks.Add);
        remarks.Add($"{table.Name}: {columns.Length} columns are times, from {columns[0].Name} to {columns[^1].Name}; each row is a series");
        Table tall = new(table.Name, [new TextColumn(name, codes, group?.Texts ?? [""]), time, new NumberColumn(Value, values) { Notation = columns[0].Notation }], remarks);
        return (tall, roles with { Targets = [Value], Time = Time, Group = group is null ? null : name });
    }
}
