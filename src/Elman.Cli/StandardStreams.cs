using System.Runtime.InteropServices;
using System.Text;

namespace Elman.Cli;

/// <summary>
/// The three streams that a process is given. One that was closed (<c>elman … &gt;&amp;-</c>) leaves its number free, and the runtime's first own file takes it: what is written to
/// "standard output" would then go into that, and reading "standard input" would wait for ever.
/// </summary>
internal static partial class StandardStreams
{
    /// <summary>fcntl's F_GETFD, and the one flag that it gives: FD_CLOEXEC.</summary>
    private const int GetFlags = 1, CloseOnExec = 1;

    /// <summary>Standard input; empty if it was closed.</summary>
    public static Stream Input() => IsGiven(0) ? Console.OpenStandardInput() : Stream.Null;

    /// <summary>Standard output; if it was closed, writing fails.</summary>
    public static TextWriter Output() => IsGiven(1) ? Console.Out : new ClosedWriter();

    /// <summary>Standard error; nothing if it was closed.</summary>
    public static TextWriter Error() => IsGiven(2) ? Console.Error : TextWriter.Null;

    /// <summary>Writes to standard error when nothing else works: past .NET's console, for which file handles may be lacking.</summary>
    public static void WriteError(string text)
    {
        if (OperatingSystem.IsWindows() || !IsGiven(2)) return;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        _ = Write(2, bytes, bytes.Length);
    }

    /// <summary>What was handed over through exec cannot have the flag that closes it there; what the runtime opens has it.</summary>
    private static bool IsGiven(int descriptor) => OperatingSystem.IsWindows() || FileControl(descriptor, GetFlags) is var flags && flags >= 0 && (flags & CloseOnExec) == 0;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FileControl(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, byte[] bytes, nint count);

    private sealed class ClosedWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("standard output is closed");
    }
}
