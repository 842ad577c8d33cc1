namespace Elman.Tabular;

/// <summary>Opens files of tables, and says in one line why one cannot be opened.</summary>
internal static class TableFile
{
    private static readonly string[] Extensions = [".csv", ".tsv", ".txt", ".parquet", ".db", ".sqlite", ".sqlite3"];

    /// <summary>Opens a file for reading, also while another program writes it.</summary>
    /// <exception cref="ElmanException">There is no such file, or it cannot be read.</exception>
    public static FileStream Open(string path)
    {
        if (Directory.Exists(path))
            throw new ElmanException($"{path} is a directory; give the name of a file");
        if (!File.Exists(path))
            throw new ElmanException($"there is no file {path}{Neighbour(path)}");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw Unreadable(path, failure);
        }
    }

    /// <summary>The file was there and cannot be read.</summary>
    public static ElmanException Unreadable(string path, Exception failure) =>
        new($"{path} cannot be read: {OneLine.Of(failure.Message).TrimEnd('.')}; check its permissions", failure);

    private static string Neighbour(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        if (!Directory.Exists(folder))
            return $": the folder {folder} does not exist";
        try
        {
            IEnumerable<string> files = Directory.EnumerateFiles(folder)
                .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                .Take(1000).Select(file => Path.GetFileName(file));
            return Names.Nearest(Path.GetFileName(path), files) is { } nearest ? $"; did you mean {Names.Shown(nearest)}?" : "; check the name";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "; check the name";
        }
    }
}
