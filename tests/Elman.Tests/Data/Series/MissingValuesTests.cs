namespace Elman.Tests.Data;

public class MissingValuesTests
{
    private const double NaN = double.NaN;

    [Fact]
    public void Missing_values_are_counted_and_reported()
    {
        var series = new Series("", null, new("y", [1, 2, 3, 4]), new Column("x", [NaN, NaN, 3, NaN]), new Column("z", [1, NaN, 3, 4]));
        Assert.Equal([new MissingReport("x", 4, 3, 2), new MissingReport("z", 4, 1, 0)], MissingValues.Report(series));
        Assert.Equal("column 'x': 3 of 4 values are missing, 2 of them before the first value", MissingValues.Report(series)[0].ToString());
        Assert.Equal("column 'z': 1 of 4 values are missing", MissingValues.Report(series)[1].ToString());
    }

    [Fact]
    public void The_last_value_is_carried_forward_and_the_first_one_back()
    {
        double[] values = [NaN, NaN, 3, NaN, NaN, 6, NaN];
        Column filled = MissingValues.ForwardFill(new Column("x", values));
        Assert.Equal([3, 3, 3, 3, 3, 6, 6], filled.Values);
        Assert.True(double.IsNaN(values[0]) && double.IsNaN(values[6]), "the source was changed");
    }

    [Fact]
    public void Past_the_first_value_no_row_depends_on_a_later_one()
    {
        double[] values = [1, NaN, 3, NaN, NaN, 6, NaN, 8];
        for (int length = 1; length <= values.Length; length++)
            Assert.Equal(MissingValues.ForwardFill(new Column("x", values)).Values[..length], MissingValues.ForwardFill(new Column("x", values[..length])).Values);
    }

    [Fact]
    public void A_column_without_any_value_is_refused_with_its_group()
    {
        var series = new Series("shop 7", null, new("y", [1, 2]), new Column("x", [NaN, NaN]));
        Assert.Equal("group 'shop 7': column 'x' has no value at all; leave the column out", Assert.Throws<ElmanException>(() => MissingValues.ForwardFill(series)).Message);
        Assert.Empty(MissingValues.ForwardFill(new Column("x", [])).Values);
    }

    [Fact]
    public void A_mask_marks_what_was_missing()
    {
        var series = new Series("", null, new("y", [1, NaN, 3]), new Column("x", [NaN, 2, 3]), new Column("z", [1, 2, 3]), new Column("w", [NaN, 2, 3]));
        Series masked = MissingValues.Mask(series, ["x", "z"]);
        Assert.Equal(["y", "x", "z", "w", "x_missing", "z_missing"], masked.Columns.Select(column => column.Name));
        Assert.Equal([0, 2, 3], masked.Covariates[0].Values);
        Assert.Equal([NaN, 2, 3], masked.Covariates[2].Values);
        Assert.Equal([1, 0, 0], masked.Covariates[3].Values);
        Assert.Equal([0, 0, 0], masked.Covariates[4].Values);
        Assert.Equal([1, NaN, 3], masked.Target.Values);
        Assert.Throws<ArgumentException>(() => MissingValues.Mask(series, ["v"]));
    }

    [Fact]
    public void A_series_is_filled_whole()
    {
        var series = new Series("g", [new DateTime(2024, 1, 1), new DateTime(2024, 1, 2)], new("y", [1, NaN]), new Column("x", [NaN, 2]));
        Series filled = MissingValues.ForwardFill(series);
        Assert.Equal(("g", series.Times), (filled.Group, filled.Times));
        Assert.Equal([1, 1], filled.Target.Values);
        Assert.Equal([2, 2], filled.Covariates[0].Values);
    }
}
