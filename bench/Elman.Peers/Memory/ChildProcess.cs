using System.Diagnostics;

namespace Elman.Peers;

/// <summary>Runs a command to its end.</summary>
internal static class ChildProcess
{
    /// <summary>What the command wrote to its standard output.</summary>
    /// <exception cref="ChildProcessException">It failed: the message is the end of what it wrote to its standard error.</exception>
    public static string Output(string command, IReadOnlyList<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new ChildProcessException($"{command} {string.Join(' ', arguments)} ended with code {process.ExitCode}: {error.Result.TrimEnd()}");
        return output;
    }
}

/// <summary>A child process failed.</summary>
internal sealed class ChildProcessException(string message) : Exception(message);
