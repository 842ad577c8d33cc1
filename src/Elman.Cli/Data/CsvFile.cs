namespace Elman.Cli;

/// <summary>Writing CSV, and other files of text.</summary>
internal static class CsvFile
{
    /// <summary>One row.</summary>
    public static void WriteRow(TextWriter writer, IEnumerable<string?> cells) => writer.Write(string.Join(',', cells.Select(cell => Quoted(cell ?? ""))) + "\n");

    /// <summary>Writes a file of text in one piece.</summary>
    public static void WriteText(string path, Action<TextWriter> write) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        write(writer);
    });

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
