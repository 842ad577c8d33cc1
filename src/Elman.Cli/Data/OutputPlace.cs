namespace Elman.Cli;

/// <summary>Finds out before hours of work whether its result can be written.</summary>
internal static class OutputPlace
{
    /// <exception cref="ElmanException">The place is a directory, its folder does not exist, or nothing can be written there.</exception>
    public static void Check(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        try
        {
            if (Directory.Exists(path))
                throw new IOException("it is a directory; give the name of a file");
            if (File.Exists(folder))
                throw new IOException($"'{folder}' is a file, not a folder; choose another place");
            if (!Directory.Exists(folder))
                throw new IOException($"the folder '{folder}' does not exist; create it first");
            if (File.Exists(path))
                File.Open(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite).Dispose();
            else
                File.Create(path + $".{Environment.ProcessId}.tmp", 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            string reason = failure is UnauthorizedAccessException ? "permission denied; choose another place" : failure.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new ElmanException($"cannot write '{path}': {reason}", failure);
        }
    }
}
