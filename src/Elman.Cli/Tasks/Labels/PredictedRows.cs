namespace Elman.Cli;

/// <summary>Predictions beside what they were made of: the columns of the table stay, those of the predictions are appended.</summary>
internal static class PredictedRows
{
    /// <summary>Writes where the call wants it.</summary>
    /// <returns>The exit code.</returns>
    public static int Finish(TaskCall call, Action<TextWriter> write)
    {
        if (call.Output is { } path) CsvFile.WriteText(path, write);
        else write(call.Terminal.FileOut);
        return ExitCode.Done;
    }

    /// <summary>Writes a row for each row of the table, or, where a group of rows has one prediction, a row for each group.</summary>
    /// <param name="table">The sequences.</param>
    /// <param name="head">The names of the appended columns.</param>
    /// <param name="cells">The appended cells of a sequence and of one of its rows.</param>
    /// <param name="everyRow">Whether each row of a group has its own.</param>
    /// <param name="writer">Where they go.</param>
    public static void Write(SequenceTable table, IReadOnlyList<string> head, Func<int, int, IEnumerable<string>> cells, bool everyRow, TextWriter writer)
    {
        bool whole = everyRow || table.Columns.Group is null;
        TableColumn[] kept = whole ? [.. table.Table.Columns] : [.. table.Table.Columns.Where(column => column.Name == table.Columns.Group || column.Name == table.Columns.Label)];
        HashSet<string> names = [.. kept.Select(column => column.Name)];
        CsvFile.WriteRow(writer, [.. kept.Select(column => column.Name), .. head.Select(name => names.Contains(name) ? name + "_model" : name)]);
        if (!whole)
        {
            for (int sequence = 0; sequence < table.Sequences.Count; sequence++)
            {
                var rows = table.RowsOf(sequence);
                CsvFile.WriteRow(writer, [.. kept.Select(column => column.TextAt(rows[^1])), .. cells(sequence, rows.Count - 1)]);
            }

            return;
        }

        var places = new (int Sequence, int At)[table.Table.Rows];
        for (int sequence = 0; sequence < table.Sequences.Count; sequence++)
            for (int at = 0; at < table.RowsOf(sequence).Count; at++) places[table.RowsOf(sequence)[at]] = (sequence, at);
        for (int row = 0; row < places.Length; row++)
            CsvFile.WriteRow(writer, [.. kept.Select(column => column.TextAt(row)), .. cells(places[row].Sequence, places[row].At)]);
    }

    /// <summary>Writes a row for each sequence of a file that is no table: its number, its label, the prediction.</summary>
    public static void Write(LabelledSequences sequences, IReadOnlyList<string> head, Func<int, IEnumerable<string>> cells, TextWriter writer)
    {
        CsvFile.WriteRow(writer, ["sequence", "label", .. head]);
        for (int i = 0; i < sequences.Count; i++) CsvFile.WriteRow(writer, [(i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), sequences[i].Target, .. cells(i)]);
    }
}
