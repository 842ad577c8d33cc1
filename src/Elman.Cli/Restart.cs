using System.Collections;
using System.Runtime.InteropServices;

namespace Elman.Cli;

/// <summary>
/// Where <c>ELMAN_ISA</c> asks for instructions on which this process does not run, the command becomes a process that does: same streams, same terminal, same
/// process id, so that signals and the exit code need no passing on.
/// </summary>
internal static partial class Restart
{
    /// <summary>Does not return if the command starts anew; returns if it need not, or cannot.</summary>
    public static void IfAskedFor()
    {
        if (Environment.GetEnvironmentVariable(InstructionSet.Variable) is not { } asked || asked == InstructionSet.Current) return;
        (string Name, string Value)[] switches = InstructionSet.SwitchesTo(asked);
        if (switches.Length == 0 || OperatingSystem.IsWindows()) return;
        IDictionary variables = Environment.GetEnvironmentVariables();
        foreach ((string name, string value) in switches) variables[name] = value;
        string program = Environment.ProcessPath!;
        // First comes the managed assembly, which its own host finds by itself and dotnet must be told.
        string[] words = Environment.GetCommandLineArgs();
        bool hosted = Path.GetFileName(program) == "dotnet";
        Replace(program, [program, .. hosted ? words : words[1..], null], [.. variables.Cast<DictionaryEntry>().Select(variable => $"{variable.Key}={variable.Value}"), null]);
    }

    /// <summary>POSIX execve: returns only where it fails, and then the command goes on and says what it runs on.</summary>
    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Replace(string path, string?[] words, string?[] environment);
}
