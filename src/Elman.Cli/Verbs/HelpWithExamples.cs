using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Elman.Cli;

/// <summary>The usual help, followed by the examples of the verb.</summary>
internal sealed class HelpWithExamples(Terminal terminal) : SynchronousCommandLineAction
{
    private readonly HelpAction _help = new() { MaxWidth = Math.Min(terminal.Width, 100) };

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = _help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is not Verb { Examples.Count: > 0 } verb)
            return code;
        terminal.Out.WriteLine(verb.Examples.Count == 1 ? "Example:" : "Examples:");
        foreach (string example in verb.Examples)
            terminal.Out.WriteLine($"  {example}");
        terminal.Out.WriteLine();
        return code;
    }
}
