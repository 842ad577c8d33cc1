namespace Elman.Cli;

/// <summary>Finds out before hours of work whether its result can be written.</summary>
internal static class OutputPlace
{
    /// <exception cref="ElmanException">The place is a directory, its folder does not exist, or nothing can be written there.</exception>
    public static void Check(string path)
    {
        try
        {
            if (Directory.Exists(path))
                throw new IOException("a directory");
            if (File.Exists(path))
                File.Open(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite).Dispose();
            else
                File.Create(path + $".{Environment.ProcessId}.tmp", 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Refusal(path, failure);
        }
    }
}
