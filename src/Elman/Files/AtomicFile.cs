using System.Buffers;
using System.Globalization;

namespace Elman;

/// <summary>
/// Writes a file so that whoever reads its place, at any moment and after any kill, finds the old content or the new one.
/// The content goes to a temporary file in the same folder, is flushed to the disk, and is then renamed over the target.
/// </summary>
/// <remarks>
/// The data reach the disk before the rename, and the rename before the writer returns: a power cut leaves the old content or the new one, and the new one once
/// the writer has returned. A disk that fails to say so is a failure of the writer.
/// </remarks>
internal static class AtomicFile
{
    /// <summary>A temporary file is left over if nobody has written to it for so long, and nobody has it open.</summary>
    private static readonly TimeSpan StaleAge = TimeSpan.FromMinutes(10);

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    private const string Ending = ".tmp";

    /// <summary>Letters of the random part: process numbers repeat, as those of two containers that share a folder do.</summary>
    private const int RandomLetters = 12;

    /// <summary>Writes <paramref name="path"/> with what <paramref name="write"/> puts into the stream it is given.</summary>
    /// <remarks>
    /// A symbolic link stays and its target is written. Pipes, terminals and devices are written straight. The permissions of
    /// an existing file are kept. If <paramref name="write"/> throws, the old file stays and the exception passes through.
    /// </remarks>
    /// <exception cref="ElmanException">The place cannot be written: a directory, no such folder, no permission, a full disk.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            if (OpenStraight(path) is { } straight)
            {
                using (straight)
                    write(straight);
                return;
            }

            WriteBeside(Resolve(path), write);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Refusal(path, failure);
        }
    }

    /// <summary>Says why a place could not be written, and what to do.</summary>
    public static ElmanException Refusal(string path, Exception failure) => new($"cannot write '{path}': {Explain(path, failure)}", failure);

    /// <summary>Writes a whole text, UTF-8 without a byte order mark.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream})"/>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>A name beside a target that no other writer, of whatever process or machine, has.</summary>
    public static string TemporaryName(string target) => $"{target}.{Random.Shared.NextInt64().ToString("x16", CultureInfo.InvariantCulture)[^RandomLetters..]}{Ending}";

    private static void WriteBeside(string target, Action<Stream> write)
    {
        RemoveStale(target);
        string temporary = TemporaryName(target);
        bool created = false;
        try
        {
            // A new file: a link planted under this name is never followed.
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                created = true;
                if (!OperatingSystem.IsWindows() && File.Exists(target))
                    File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(target));
                write(stream);
                DiskSync.File(stream);
            }

            File.Move(temporary, target, overwrite: true);
            created = false;
            DiskSync.Folder(Path.GetDirectoryName(target)!);
        }
        catch
        {
            if (created) TryDelete(temporary);
            throw;
        }
    }

    /// <summary>The stream to write without a rename, or null for an ordinary file. Also finds out whether an existing file may be written.</summary>
    private static Stream? OpenStraight(string path)
    {
        // Opened by name, these would start at offset 0 of a log that the shell meant to append to.
        if (path is "/dev/stdout")
            return Console.OpenStandardOutput();
        if (path is "/dev/stderr")
            return Console.OpenStandardError();
        string target = Resolve(path);
        bool device = IsDevice(target);
        if (!device && !File.Exists(target))
            return null;

        // By the given name: /dev/fd/63 resolves to "pipe:[...]", which cannot be opened.
        var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (device || !stream.CanSeek)
            return stream;
        stream.Dispose();
        return null;
    }

    /// <summary>By name: devices such as /dev/null seek like files, and .NET does not tell the kind of a file.</summary>
    public static bool IsDevice(string target) =>
        (target.StartsWith("/dev/", StringComparison.Ordinal) && !target.StartsWith("/dev/shm/", StringComparison.Ordinal))
        || target.StartsWith("/proc/", StringComparison.Ordinal);

    /// <summary>The full name of a file; of a symbolic link, that of what it names in the end.</summary>
    public static string Resolve(string path)
    {
        string full = Path.GetFullPath(path);
        return new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    private static void RemoveStale(string target)
    {
        string folder = Path.GetDirectoryName(target) ?? target, prefix = Path.GetFileName(target) + ".";
        try
        {
            foreach (string candidate in Directory.EnumerateFiles(folder, "*" + Ending))
            {
                string name = Path.GetFileName(candidate);
                if (name.StartsWith(prefix, StringComparison.Ordinal) && IsOurs(name.AsSpan(prefix.Length..^Ending.Length))
                    && new FileInfo(candidate).LinkTarget is null && DateTime.UtcNow - File.GetLastWriteTimeUtc(candidate) > StaleAge && IsFree(candidate))
                    TryDelete(candidate);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Tidying is a courtesy: a folder that may be written but not listed is still written.
        }
    }

    /// <summary>Whether the middle of a name is of <see cref="TemporaryName"/>, or of versions that put process number and a count there, as "1234-5".</summary>
    private static bool IsOurs(ReadOnlySpan<char> middle) =>
        middle.Length == RandomLetters && !middle.ContainsAnyExcept(Hexadecimal)
        || middle.IndexOf('-') is > 0 and var dash && dash + 1 < middle.Length && !middle[..dash].ContainsAnyExceptInRange('0', '9') && !middle[(dash + 1)..].ContainsAnyExceptInRange('0', '9');

    /// <summary>Whether nobody writes the file: who does holds it locked.</summary>
    private static bool IsFree(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to tell.
        }
    }

    private static string Explain(string path, Exception failure)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (Directory.Exists(path))
            return "it is a directory; give the name of a file";
        if (File.Exists(folder))
            return $"'{folder}' is a file, not a folder; choose another place";
        if (!Directory.Exists(folder))
            return $"the folder '{folder}' does not exist; create it first";
        if (IsDiskFull(failure))
            return "the disk is full; free some space or choose another place";
        if (failure is DiskSync.Failure)
            return $"the disk did not take it ({failure.Message}); look at the disk, or choose another place";
        if (failure is PathTooLongException)
            return "the name is too long; choose a shorter one";
        if (failure is UnauthorizedAccessException)
            return File.Exists(path)
                ? "the file or its folder may not be written; change the permissions or choose another place"
                : $"the folder '{folder}' may not be written; change its permissions or choose another place";
        if (failure is FileNotFoundException)
            return "no file can be made there; choose another place";
        return $"{failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}; choose another place";
    }

    /// <summary>ENOSPC, EDQUOT and EFBIG of Linux; the first two of macOS; ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of Windows.</summary>
    private static bool IsDiskFull(Exception failure) => OperatingSystem.IsWindows()
        ? (failure.HResult & 0xFFFF) is 39 or 112
        : failure.HResult is 28 or 27 || failure.HResult == (OperatingSystem.IsMacOS() ? 69 : 122);
}
