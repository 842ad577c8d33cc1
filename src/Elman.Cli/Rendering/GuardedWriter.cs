using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Elman.Cli;

/// <summary>
/// Text on its way to a terminal. Names and values in it come from files and data that others wrote: whatever would steer the terminal is written as an escape, only line feeds stay.
/// What shall steer it (colours, the line that is redrawn) goes to the writer below, and holds no text of others that is not escaped by itself.
/// </summary>
/// <param name="writer">The writer below.</param>
/// <param name="mayFail">Whether a failure of that one is told; where remarks go, it is not: there is nobody left to tell it to, and the work shall not stop for it.</param>
internal sealed class GuardedWriter(TextWriter writer, bool mayFail) : TextWriter
{
    public override Encoding Encoding => writer.Encoding;

    [AllowNull]
    public override string NewLine { get => writer.NewLine; set => writer.NewLine = value; }

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(ReadOnlySpan<char> buffer)
    {
        // Half of a pair, as a writer that is called for each character hands it on, says nothing by itself.
        string text = buffer is [var one] && char.IsSurrogate(one) ? one.ToString() : Names.Escaped(buffer, keep: '\n');
        Do(() => writer.Write(text), text);
    }

    public override void WriteLine() => Do(writer.WriteLine, "\n");

    public override void WriteLine(string? value)
    {
        string text = Names.Escaped(value, keep: '\n');
        Do(() => writer.WriteLine(text), text + "\n");
    }

    public override void Flush() => Do(writer.Flush, "");

    [SuppressMessage("Design", "CA1031", Justification = "whatever keeps a remark from being written, the work goes on")]
    private void Do(Action write, string text)
    {
        try
        {
            write();
        }
        catch (Exception) when (!mayFail)
        {
            // A full disk, a closed stream; or no file handle is left with which .NET sets its console up, but the stream is there.
            StandardStreams.WriteError(text);
        }
    }
}
