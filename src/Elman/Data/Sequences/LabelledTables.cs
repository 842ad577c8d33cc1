namespace Elman;

/// <summary>What columns of a table say: texts, values, groups, labels; each complaint says where.</summary>
internal static class LabelledTables
{
    /// <summary>A text a row.</summary>
    public static List<Sequence> Texts(Table table, string text)
    {
        TableColumn column = Column(table, text);
        List<Sequence> texts = [];
        for (int row = 0; row < table.Rows; row++)
        {
            if (column.TextAt(row) is not { } content || content.AsSpan().Trim().IsEmpty)
                throw new ElmanException($"{table.Name}: {table.Place(row)}: the text in column {Names.Quote(text)} is empty; give one, or leave the row out");
            texts.Add(Sequence.Of(content));
        }
        return texts;
    }

    /// <summary>A row is a sequence, its values in the order of the columns.</summary>
    public static List<Sequence> WideRows(Table table, NumberColumn[] values)
    {
        List<Sequence> sequences = [];
        for (int row = 0; row < table.Rows; row++)
        {
            int length = values.Length;
            // Shorter sequences have empty cells at their end.
            while (length > 0 && double.IsNaN(values[length - 1].Values[row])) length--;
            float[] sequence = new float[length];
            for (int t = 0; t < length; t++) sequence[t] = (float)values[t].Values[row];
            sequences.Add(Sequence.Of(sequence, 1));
        }
        return sequences;
    }

    /// <summary>The rows of each group, in the order in which groups first occur; rows in the file's order.</summary>
    public static List<List<int>> Groups(Table table, string group)
    {
        TableColumn column = Column(table, group);
        Dictionary<string, List<int>> rows = [];
        List<List<int>> groups = [];
        for (int row = 0; row < table.Rows; row++)
        {
            string name = column.TextAt(row) ?? throw new ElmanException($"{table.Name}: {table.Place(row)}: the group in column {Names.Quote(group)} is empty; give one");
            if (!rows.TryGetValue(name, out List<int>? members))
            {
                rows.Add(name, members = []);
                groups.Add(members);
            }
            members.Add(row);
        }
        return groups;
    }

    /// <summary>The columns that are features where rows are time steps: those named, or all of numbers that have no other part.</summary>
    public static NumberColumn[] Features(Table table, IReadOnlyList<string> named, params ReadOnlySpan<string?> parts)
    {
        HashSet<string?> others = [.. parts];
        NumberColumn[] features = named.Count > 0
            ? [.. named.Select(name => Column(table, name) as NumberColumn ?? throw new ElmanException($"{table.Name}: {table.PlaceOf(Column(table, name))} holds no numbers; leave it out of the features"))]
            : [.. table.Columns.OfType<NumberColumn>().Where(column => !others.Contains(column.Name))];
        return features.Length > 0 ? features : throw new ElmanException($"{table.Name}: no column but the label holds numbers; for texts name their column with --text");
    }

    /// <summary>The time steps of some rows.</summary>
    public static Sequence Steps(NumberColumn[] features, List<int> rows)
    {
        float[] values = new float[rows.Count * features.Length];
        for (int t = 0; t < rows.Count; t++)
            for (int feature = 0; feature < features.Length; feature++) values[t * features.Length + feature] = (float)features[feature].Values[rows[t]];
        return Sequence.Of(values, features.Length);
    }

    /// <summary>The label of a sequence's rows: of several that of the last, if only that counts, and otherwise the same in all.</summary>
    public static string Label(Table table, TableColumn column, string? group, List<int> rows, bool last)
    {
        string label = Label(table, column, rows[^1]);
        int other = last ? -1 : rows.FindIndex(row => Label(table, column, row) != label);
        return other < 0 ? label : throw new ElmanException(
            $"{table.Name}: the group {Names.Quote(Column(table, group!).TextAt(rows[0]) ?? "")} has two labels, {Names.Quote(Label(table, column, rows[other]))} at {table.Place(rows[other])} and "
            + $"{Names.Quote(label)} at {table.Place(rows[^1])}; give a group one label, or take that of its last row (--last)");
    }

    /// <summary>A column by its name.</summary>
    /// <exception cref="ElmanException">There is none.</exception>
    public static TableColumn Column(Table table, string name) => table.Find(name)
        ?? throw new ElmanException($"{table.Name}: there is no column {Names.Quote(name)}{(Names.Nearest(name, table.Columns.Select(column => column.Name)) is { } near ? $", did you mean {Names.Quote(near)}?" : "")}; the columns are {Names.List([.. table.Columns.Select(column => column.Name)])}");

    private static string Label(Table table, TableColumn column, int row) => column.TextAt(row)
        ?? throw new ElmanException($"{table.Name}: {table.Place(row)}: the label in column {Names.Quote(column.Name)} is empty; give one, or leave the row out");
}
