using System.Diagnostics;
using System.Text;

namespace Elman.Cli.Tests;

/// <summary>The command as a process of its own, which can be killed, piped and interrupted.</summary>
internal sealed class ElmanProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Whether the tests were started with a signal ignored, as a run in the background is: what they start would inherit that, and never see one.</summary>
    private static bool IgnoresSignals { get; } = OperatingSystem.IsLinux() && (Ignored() & 0b100_0000_0000_0011) != 0;

    private readonly Process _process;
    private readonly StringBuilder _output = new(), _error = new();

    private ElmanProcess(string program, IEnumerable<string> args, string folder, (string Name, string Value)? variable)
    {
        if (IgnoresSignals) (program, args) = ("env", ["--default-signal=INT,TERM,HUP", program, .. args]);
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder };
        if (variable is { } given)
            start.Environment[given.Name] = given.Value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _process.StandardInput.Close();
    }

    /// <summary>What starts the command: "dotnet", then the path of its assembly, which the build puts beside the tests.</summary>
    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "Elman.Cli.dll");

    public static ElmanProcess Start(string folder, params string[] args) => Start(folder, null, args);

    /// <summary>Starts the command with a variable of its environment set.</summary>
    public static ElmanProcess Start(string folder, (string Name, string Value)? variable, params string[] args) => new("dotnet", args.Prepend(Assembly), folder, variable);

    public static Outcome Run(string folder, params string[] args)
    {
        using var process = Start(folder, args);
        return process.Wait();
    }

    /// <summary>Runs a shell line in which "elman" is the command.</summary>
    public static Outcome Shell(string folder, string line, (string Name, string Value)? variable = null)
    {
        using var process = new ElmanProcess("bash", ["-c", $"elman() {{ dotnet '{Assembly}' \"$@\"; }}; {line}"], folder, variable);
        return process.Wait();
    }

    /// <summary>Runs another program.</summary>
    public static Outcome Other(string folder, string program, params string[] args)
    {
        using var process = new ElmanProcess(program, args, folder, null);
        return process.Wait();
    }

    /// <summary>Waits for a text, or for one of several, on standard error.</summary>
    public void WaitForError(params string[] texts)
    {
        var clock = Stopwatch.StartNew();
        bool Came() => Text(_error) is var said && Array.Exists(texts, text => said.Contains(text, StringComparison.Ordinal));
        while (!Came())
        {
            if (_process.HasExited)
                _process.WaitForExit(); // until all of its output is read
            Assert.True(
                (clock.Elapsed < Patience && !_process.HasExited) || Came(),
                $"'{string.Join("' or '", texts)}' never came; so far: {Text(_error)}");
            Thread.Sleep(2);
        }
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Kill() => _process.Kill();

    public Outcome Wait()
    {
        Assert.True(_process.WaitForExit(Patience), "the command did not end");
        _process.WaitForExit();
        return new Outcome(_process.ExitCode, Text(_output), Text(_error));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    /// <summary>Bit n − 1 is set where signal n is ignored (proc(5)): HUP is 1, INT 2, TERM 15.</summary>
    private static ulong Ignored() => File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is var line
        ? ulong.Parse(line.AsSpan("SigIgn:".Length).Trim(), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture) : 0;

    private static void Append(StringBuilder builder, string? line)
    {
        if (line is null)
            return;
        lock (builder)
            builder.Append(line).Append('\n');
    }

    private static string Text(StringBuilder builder)
    {
        lock (builder)
            return builder.ToString();
    }
}
