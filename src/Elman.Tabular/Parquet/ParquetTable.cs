namespace Elman.Tabular;

/// <summary>Tables from Parquet files.</summary>
public static class ParquetTable
{
    extension(Table)
    {
        /// <summary>
        /// Reads a Parquet file: numbers, decimals and truth values (1 and 0) become numbers, texts become codes, dates and timestamps become times.
        /// </summary>
        /// <param name="path">The file.</param>
        /// <param name="columns">The columns that are wanted, the only ones that are read; null for all that a table can hold.</param>
        /// <param name="options">What texts alone do not say.</param>
        /// <exception cref="ElmanException">
        /// There is no such file, it is no Parquet file or a damaged one, or a wanted column is missing, nested or of a type that a table cannot hold.
        /// </exception>
        public static Table ReadParquet(string path, IReadOnlyCollection<string>? columns = null, CsvOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(path);
            using FileStream file = TableFile.Open(path);
            return ParquetFile.Read(file, path, columns, options ?? new CsvOptions());
        }

        /// <summary>Reads a Parquet file from a stream that can seek.</summary>
        /// <param name="name">What messages call the file.</param>
        /// <param name="stream">The file's bytes; left open.</param>
        /// <param name="columns">The columns that are wanted, the only ones that are read; null for all that a table can hold.</param>
        /// <param name="options">What texts alone do not say.</param>
        /// <exception cref="ElmanException">As for a path.</exception>
        public static Table ReadParquet(string name, Stream stream, IReadOnlyCollection<string>? columns = null, CsvOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(stream);
            ArgumentNullException.ThrowIfNull(name);
            return ParquetFile.Read(stream, name, columns, options ?? new CsvOptions());
        }
    }
}
