using System.Text;
using Spectre.Console;

namespace Elman.Cli;

using Table = Spectre.Console.Table;
using TableColumn = Spectre.Console.TableColumn;

/// <summary>
/// Where the command reads and writes. Standard output carries only results (tables, charts, CSV); progress, remarks and errors go
/// to standard error, so that any verb may be piped. Nothing is coloured or animated where nobody looks on, or where NO_COLOR is set.
/// </summary>
internal sealed class Terminal(TextWriter output, TextWriter error, Stream input)
{
    private const int WidthWithoutTerminal = 100, LineLength = 2000, CellLength = 120;

    private static readonly string[] LocaleVariables = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <summary>Standard output: results; what would steer the terminal is escaped.</summary>
    public TextWriter Out { get; } = new GuardedWriter(output, mayFail: true);

    /// <summary>Standard error: progress, remarks, errors; escaped, and it never fails.</summary>
    public TextWriter Error { get; } = new GuardedWriter(error, mayFail: false);

    /// <summary>Standard output for a whole file, such as CSV: byte for byte, except where a person looks on.</summary>
    public TextWriter FileOut => LooksOn ? Out : output;

    /// <summary>Standard input, read where a verb is given "-".</summary>
    public Stream Input { get; } = input;

    /// <summary>Whether results go to a terminal.</summary>
    public bool LooksOn { get; init; }

    /// <summary>Whether results may be coloured.</summary>
    public bool ColourOut { get; init; }

    /// <summary>Whether progress may be coloured and redrawn in place.</summary>
    public bool LiveError { get; init; }

    /// <summary>Whether lines, blocks and braille can be shown.</summary>
    public bool Unicode { get; init; } = true;

    /// <summary>The characters of a line.</summary>
    public int Width { get; init; } = WidthWithoutTerminal;

    /// <summary>The process's own streams.</summary>
    public static Terminal System()
    {
        bool plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            || Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new Terminal(StandardStreams.Output(), StandardStreams.Error(), StandardStreams.Input())
        {
            LooksOn = !Console.IsOutputRedirected,
            ColourOut = !plain && !Console.IsOutputRedirected,
            LiveError = !plain && !Console.IsErrorRedirected,
            Unicode = SpeaksUnicode(Environment.GetEnvironmentVariable),
            Width = Console.IsOutputRedirected && Console.IsErrorRedirected ? WidthWithoutTerminal : Math.Clamp(ConsoleWidth(), 40, 200),
        };
    }

    /// <summary>A line for the user that is not a result.</summary>
    public void Remark(string line) => Error.WriteLine(Line(line));

    /// <summary>Several such lines.</summary>
    public void Remark(IEnumerable<string> lines)
    {
        foreach (string line in lines)
            Remark(line);
    }

    /// <summary>Held by whoever prepares a line that is redrawn in place.</summary>
    public Lock Live { get; } = new();

    /// <summary>Right before the process ends: stops the redrawing for good, gives the cursor back and the shell's prompt a line of its own.</summary>
    public void LeaveLive()
    {
        Live.Enter();
        if (LiveError)
            error.WriteLine("\e[?25h");
    }

    /// <summary>A Spectre console over standard output.</summary>
    public IAnsiConsole Results() => Open(output, ColourOut);

    /// <summary>A Spectre console over standard error.</summary>
    public IAnsiConsole Progress() => Open(error, LiveError);

    /// <summary>Writes a drawing, which may hold colours, to standard output. Text of others in it is escaped by whoever draws.</summary>
    public void Draw(string drawing) => output.Write(drawing);

    /// <summary>A line for the user as it is printed: one line, not endless, nothing in it steers the terminal.</summary>
    public static string Line(string line) => $"elman: {Names.Shown(line, LineLength)}";

    /// <summary>A text as the terminal can show it: one line, not endless, nothing in it steers the terminal.</summary>
    public string Shown(string text, int longest = LineLength)
    {
        string shown = Names.Shown(text, longest);
        return Unicode ? shown : shown.Replace("→", "->", StringComparison.Ordinal).Replace('×', 'x').Replace('–', '-').Replace('…', '.');
    }

    /// <summary>A cell of a table, or its title; the text may come from a file.</summary>
    public static Text Cell(string text, Style? style = null) => new(Names.Shown(text, CellLength), style);

    /// <summary>A table with lines that the terminal can show.</summary>
    public Table NewTable() => new Table().Border(Unicode ? TableBorder.Simple : TableBorder.Ascii2);

    /// <summary>
    /// By the locale, as other commands decide it; a machine without any (a container, a build server) shows UTF-8 today.
    /// </summary>
    public static bool SpeaksUnicode(Func<string, string?> environment)
    {
        string? locale = LocaleVariables.Select(environment).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        if (locale is null)
            return true;
        int dot = locale.IndexOf('.');
        string charset = dot < 0 ? "" : locale[(dot + 1)..];
        return dot < 0
            ? locale is not ("C" or "POSIX")
            : charset.StartsWith("UTF-8", StringComparison.OrdinalIgnoreCase) || charset.StartsWith("utf8", StringComparison.OrdinalIgnoreCase);
    }

    private IAnsiConsole Open(TextWriter writer, bool live)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = live ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = live ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = live ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new Sink(writer, live, Width),
        });
        console.Profile.Capabilities.Unicode = Unicode;
        return console;
    }

    private static int ConsoleWidth()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (IOException)
        {
            return WidthWithoutTerminal;
        }
    }

    private sealed class Sink(TextWriter writer, bool isTerminal, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => isTerminal;

        public int Width => width;

        public int Height => 24;

        public void SetEncoding(Encoding encoding)
        {
        }
    }
}
