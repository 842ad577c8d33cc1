namespace Elman.Tabular.Tests;

public sealed class ParquetProportionTests
{
    [Theory]
    [InlineData(1_000_000_000, 1, 1000, false)]
    [InlineData(33_000_000, 1, 1000, true)]
    [InlineData(1_000_000, 40, 1000, false)]
    [InlineData(100_000_000, 10, 500_000_000, true)]
    public void Rows_are_in_some_proportion_to_the_size_of_a_file(long rows, int columns, long bytes, bool read)
    {
        if (read) ParquetFile.RequireProportion("t.parquet", rows, columns, bytes);
        else Assert.Contains("t.parquet claims", Assert.Throws<ElmanException>(() => ParquetFile.RequireProportion("t.parquet", rows, columns, bytes)).Message, StringComparison.Ordinal);
    }
}
