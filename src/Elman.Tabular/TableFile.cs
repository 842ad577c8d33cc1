namespace Elman.Tabular;

/// <summary>Opens files of tables, and says in one line why one cannot be opened.</summary>
internal static class TableFile
{
    /// <summary>Opens a file for reading, also while another program writes it.</summary>
    public static FileStream Open(string path)
    {
        if (Directory.Exists(path))
            throw new ElmanException($"{OneLine.Of(path)} is a directory; give the name of a file");
        if (!File.Exists(path))
            throw new ElmanException($"there is no file {OneLine.Of(path)}; check the name");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw new ElmanException($"{OneLine.Of(path)} cannot be read: {OneLine.Of(failure.Message).TrimEnd('.')}; check its permissions");
        }
    }
}
