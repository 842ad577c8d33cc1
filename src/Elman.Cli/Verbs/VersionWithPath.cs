using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Elman.Cli;

/// <summary>The version, and the instructions that it computes with here.</summary>
internal sealed class VersionWithPath(Terminal terminal) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        string version = typeof(VersionWithPath).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        terminal.Out.WriteLine($"{version} ({InstructionSet.Current})");
        return ExitCode.Done;
    }
}
