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
            try
            {
                using FileStream stream = TableFile.Open(path);
                return Table.ReadCsv(path, stream, options);
            }
            catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
            {
                throw TableFile.Unreadable(path, failure);
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
}
