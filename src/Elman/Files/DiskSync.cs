using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Elman;

/// <summary>
/// Makes sure that data are on the disk. <see cref="FileStream.Flush(bool)"/> calls fsync too, but .NET ignores what it says on Unix: a dying disk (EIO), or a thin volume or a
/// server that is full only now (ENOSPC), would go unseen, and the old file would be replaced by one that is not there.
/// </summary>
internal static partial class DiskSync
{
    private const int Interrupted = 4;

    /// <summary>EINVAL, EROFS, and ENOTSUP of Linux and macOS: a file system, such as one in memory or of a host, on which nothing can be synchronised.</summary>
    private static readonly int[] NotSupported = [22, 30, 95, 45];

    /// <summary>macOS: F_FULLFSYNC, without which the data end in the disk's own memory.</summary>
    private const int FullSync = 51;

    /// <summary>The disk did not take the data.</summary>
    public sealed class Failure(string message, int error) : IOException(message, error);

    /// <summary>Writes what a stream still holds, and waits until the disk has it.</summary>
    /// <exception cref="IOException">It has not.</exception>
    public static void File(FileStream stream)
    {
        if (OperatingSystem.IsWindows())
        {
            stream.Flush(flushToDisk: true);
            return;
        }
        stream.Flush();
        SafeFileHandle handle = stream.SafeFileHandle;
        bool counted = false;
        try
        {
            handle.DangerousAddRef(ref counted);
            Synchronize((int)handle.DangerousGetHandle());
        }
        finally
        {
            if (counted) handle.DangerousRelease();
        }
    }

    /// <summary>Waits until the names in a folder are on the disk; needs no permission to list it.</summary>
    /// <exception cref="IOException">The disk did not take them.</exception>
    public static void Folder(string path)
    {
        // Windows journals renames, and opens no folder.
        if (OperatingSystem.IsWindows()) return;
        int descriptor = Open(path, OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000);
        // A folder that may be written but not read is not synchronised; its file system does it in its own time.
        if (descriptor < 0) return;
        try
        {
            Synchronize(descriptor);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static void Synchronize(int descriptor)
    {
        if (OperatingSystem.IsMacOS() && FileControl(descriptor, FullSync) == 0) return;
        while (Sync(descriptor) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error == Interrupted) continue;
            if (!NotSupported.Contains(error)) throw new Failure(Marshal.GetPInvokeErrorMessage(error), error);
            return;
        }
    }

    /// <summary>Read only, closed on exec: O_CLOEXEC.</summary>
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FileControl(int descriptor, int command);
}
