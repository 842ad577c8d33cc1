namespace Elman;

/// <summary>
/// A file that one process has and no other, as long as that one lives: the system gives it back when the process dies, however that comes. Whoever ends in order deletes it.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream _stream;

    private FileLock(FileStream stream)
    {
        _stream = stream;
        AppDomain.CurrentDomain.ProcessExit += Release;
    }

    /// <summary>Takes a lock.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Null if somebody has it.</returns>
    /// <exception cref="ElmanException">The file cannot be made.</exception>
    public static FileLock? TryTake(string path)
    {
        while (true)
        {
            FileStream stream;
            try
            {
                stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (File.Exists(path))
            {
                return null;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw AtomicFile.Refusal(path, failure);
            }

            // Whoever had it before may have deleted it between our opening and our locking: then we have a file without a name, and try again.
            if (File.Exists(path)) return new FileLock(stream);
            stream.Dispose();
        }
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Release;
        _stream.Dispose();
    }

    private void Release(object? sender, EventArgs e) => _stream.Dispose();
}
