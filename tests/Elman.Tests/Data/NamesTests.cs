namespace Elman.Tests.Data;

public class NamesTests
{
    [Theory]
    [InlineData("temp_mx", "temp_max")]
    [InlineData("Temp_Max", "temp_max")]
    [InlineData("wnid", "wind")]
    [InlineData("pressure", null)]
    public void The_nearest_name_is_suggested_only_when_it_is_near(string given, string? expected) =>
        Assert.Equal(expected, Names.Nearest(given, ["date", "wind", "temp_max", "temp_min"]));

    [Theory]
    [InlineData("", "ab", 2)]
    [InlineData("wind", "wind", 0)]
    [InlineData("wnid", "wind", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void The_distance_of_names_counts_single_slips(string a, string b, int expected)
    {
        Assert.Equal(expected, Names.Distance(a, b));
        Assert.Equal(expected, Names.Distance(b, a));
    }

    [Fact]
    public void What_would_steer_a_terminal_is_written_as_an_escape() =>
        Assert.Equal(@"'a\u001b[31mb\u0007'", Names.Quote("a\u001b[31mb\a"));
}
