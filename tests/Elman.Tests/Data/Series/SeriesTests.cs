namespace Elman.Tests.Data;

public class SeriesTests
{
    private static readonly DateTime Day = new(2024, 1, 1);

    [Fact]
    public void Columns_of_different_length_are_refused() =>
        Assert.Contains("column 'b' has 1 values, 'a' has 2", Assert.Throws<ArgumentException>(() => new Series("g", null, new("a", [1, 2]), new Column("b", [1]))).Message);

    [Fact]
    public void Two_columns_of_one_name_are_refused() =>
        Assert.Contains("two columns are named 'a'", Assert.Throws<ArgumentException>(() => new Series("g", null, new("a", [1]), new Column("a", [1]))).Message);

    [Fact]
    public void Times_must_be_as_many_as_rows() =>
        Assert.Contains("1 times for 2 values", Assert.Throws<ArgumentException>(() => new Series("g", [Day], new("a", [1, 2]))).Message);

    [Fact]
    public void A_repeated_time_is_refused()
    {
        var refusal = Assert.Throws<ElmanException>(() => new Series("shop", [Day, Day.AddDays(1), Day.AddDays(1)], new("a", [1, 2, 3])));
        Assert.Equal("expected ascending times, but 2024-01-02 of group 'shop' appears twice (rows 2 and 3); sort the rows and keep one for each time", refusal.Message);
    }

    [Fact]
    public void Unsorted_times_are_refused()
    {
        var refusal = Assert.Throws<ElmanException>(() => new Series("", [Day.AddHours(3), Day], new("a", [1, 2])));
        Assert.Equal("expected ascending times, but 2024-01-01 comes after 2024-01-01 03:00:00 (rows 1 and 2); sort the rows and keep one for each time", refusal.Message);
    }

    [Fact]
    public void A_split_falls_before_the_first_row_at_its_time_or_later()
    {
        var series = new Series("", [Day, Day.AddDays(2), Day.AddDays(4)], new("a", [1, 2, 3]));
        Assert.Equal([0, 0, 1, 1, 2, 3], new[] { -1, 0, 1, 2, 3, 9 }.Select(days => series.RowsBefore(Day.AddDays(days))));
        Assert.Equal(new Split(1, 2, 3), Split.ByTime(series, Day.AddDays(1), Day.AddDays(3)));
        Assert.Throws<InvalidOperationException>(() => new Series("", null, new("a", [1])).RowsBefore(Day));
    }
}
