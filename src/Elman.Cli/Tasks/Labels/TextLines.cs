namespace Elman.Cli;

/// <summary>Texts from standard input, one a line, each answered at once. A first line that is the name of the column is no text.</summary>
internal static class TextLines
{
    /// <summary>Reads lines until there are no more, and writes CSV.</summary>
    /// <param name="call">The call.</param>
    /// <param name="columns">The columns of the model's table.</param>
    /// <param name="head">The names of the appended columns.</param>
    /// <param name="cells">What is appended to a text.</param>
    /// <returns>The exit code.</returns>
    public static int Predict(TaskCall call, SequenceColumns? columns, IReadOnlyList<string> head, Func<string, IEnumerable<string>> cells)
    {
        using StreamReader reader = new(call.Terminal.Input);
        string name = columns?.Text ?? "text";
        if (call.Output is { } path) CsvFile.WriteText(path, writer => Write(reader, name, head, cells, writer));
        else Write(reader, name, head, cells, call.Terminal.FileOut);
        return ExitCode.Done;
    }

    private static void Write(TextReader reader, string name, IReadOnlyList<string> head, Func<string, IEnumerable<string>> cells, TextWriter writer)
    {
        CsvFile.WriteRow(writer, [name, .. head]);
        bool first = true;
        while (reader.ReadLine() is { } line)
        {
            if (line.AsSpan().Trim().IsEmpty || first && line.Trim() == name) continue;
            first = false;
            CsvFile.WriteRow(writer, [line, .. cells(line)]);
            writer.Flush();
        }
    }
}
