namespace Elman.Tabular.Tests;

public class CsvOptionsTests
{
    [Fact]
    public void No_cell_is_missing_but_by_the_usual_words() => Assert.Empty(new CsvOptions().Missing);
}
