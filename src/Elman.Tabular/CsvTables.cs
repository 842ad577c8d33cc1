namespace Elman.Tabular;

/// <summary>Reads CSV into tables.</summary>
public static class CsvTables
{
    extension(Table)
    {
        /// <summary>
        /// Reads a CSV file. Encoding, separator, lines before the header and after the last row, the notation of numbers and times are found by a look at the whole
        /// file; what was inferred is a remark of the table or of its columns.
        /// </summary>
        /// <param name="path">The file.</param>
        /// <param name="options">What the file alone does not say.</param>
        /// <exception cref="ElmanException">There is no such file, it cannot be read, or it is not a CSV file with a header: the message says where and what to do.</exception>
        public static Table ReadCsv(string path, CsvOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(path);
            if (Directory.Exists(path))
                throw new ElmanException($"{path} is a directory; give the name of a CSV file");
            if (!File.Exists(path))
                throw new ElmanException($"there is no file {path}{Neighbour(path)}");
            try
            {
                using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                return Table.ReadCsv(path, stream, options);
            }
            catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
            {
                throw new ElmanException($"{path} cannot be read: {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}; check its permissions", failure);
            }
        }

        /// <summary>Reads CSV from a stream, which is copied to memory if it cannot be read twice.</summary>
        /// <param name="name">What messages call it.</param>
        /// <param name="stream">The content; it stays open.</param>
        /// <param name="options">What the content alone does not say.</param>
        /// <exception cref="ElmanException">It is not CSV with a header: the message says where and what to do.</exception>
        public static Table ReadCsv(string name, Stream stream, CsvOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(name);
            ArgumentNullException.ThrowIfNull(stream);
            if (stream.CanSeek) return new CsvTableReader(name, stream, options ?? new CsvOptions()).Read();
            using MemoryStream copy = new();
            stream.CopyTo(copy);
            return new CsvTableReader(name, copy, options ?? new CsvOptions()).Read();
        }
    }

    private static string Neighbour(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        if (!Directory.Exists(folder))
            return $": the folder {folder} does not exist";
        try
        {
            IEnumerable<string> files = Directory.EnumerateFiles(folder, "*.csv").Take(1000).Select(file => Path.GetFileName(file));
            return Names.Nearest(Path.GetFileName(path), files) is { } nearest ? $"; did you mean {Names.Shown(nearest)}?" : "; check the name";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "; check the name";
        }
    }
}
