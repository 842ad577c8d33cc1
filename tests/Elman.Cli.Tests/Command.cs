using System.Text;

namespace Elman.Cli.Tests;

/// <summary>What a command line left behind.</summary>
internal sealed record Outcome(int Code, string Out, string Error);

/// <summary>Runs the command inside the test's process, as on a machine without a terminal.</summary>
internal static class Command
{
    public static Outcome Run(params string[] args) => RunWithInput("", args);

    public static Outcome RunWithInput(string input, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var stdin = new MemoryStream(Encoding.UTF8.GetBytes(input));
        int code = CommandLine.Run(args, new Terminal(output, error, stdin) { Width = 100 });
        return new Outcome(code, output.ToString(), error.ToString());
    }
}
