namespace Elman.Formats.Tests;

public class ProbeComparisonTests
{
    [Fact]
    public void Every_output_is_compared_by_its_largest_difference()
    {
        var compared = ProbeComparison.Of([new("a", [1, 2, 3]), new("h", [0.5], IsState: true)], [new("x", [1, 2.25, 3]), new("y", [0.5], IsState: true)]);
        Assert.Equal([new ProbeComparison("a", 3, 0.25 / 3), new("h", 1, 0)], compared);
    }

    [Fact]
    public void Networks_of_other_modules_are_compared_by_their_last_output()
    {
        var compared = ProbeComparison.Of([new("a", [9]), new("b", [0.5, 0.5]), new("h", [7], IsState: true)], [new("all", [0.5, 0.25])]);
        Assert.Equal([new ProbeComparison("b", 2, 0.25)], compared);
    }

    [Theory]
    [InlineData(new double[] { 1, double.NaN }, new double[] { 1, double.NaN })]
    [InlineData(new double[] { 1, 2 }, new double[] { 1, double.NaN })]
    [InlineData(new double[] { 1, double.PositiveInfinity }, new double[] { 1, 2 })]
    [InlineData(new double[] { 1, 2 }, new double[] { 1 })]
    public void What_is_no_number_or_of_another_size_never_passes(double[] expected, double[] actual) =>
        Assert.Equal(double.PositiveInfinity, Assert.Single(ProbeComparison.Of([new("a", expected)], [new("a", actual)])).Difference);
}
