using System.Globalization;
using System.Text;
using Elman.Cli.Tests;

namespace Elman.Tabular.Tests;

public class CsvTests
{
    private static SeriesSet Read(string csv, SeriesRoles? roles = null) => Read(Encoding.UTF8.GetBytes(csv), roles);

    private static SeriesSet Read(byte[] csv, SeriesRoles? roles = null) =>
        SeriesSet.Read(Table.ReadCsv("data.csv", new MemoryStream(csv)), roles ?? Cases.Roles("y", ""));

    private static string Refusal(string csv, SeriesRoles? roles = null) => Assert.Throws<ElmanException>(() => Read(csv, roles)).Message;

    private static DateTime Day(string iso) => DateTime.Parse(iso, CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("date,y\n2020-01-01,1.5\n2020-01-02,-2e3\n")]
    [InlineData("date;y\r\n2020-01-01;1.5\r\n2020-01-02;-2e3\r\n")]
    [InlineData("date\ty\n2020-01-01\t1.5\n2020-01-02\t-2e3")]
    [InlineData("date|y\n2020-01-01|1.5\n2020-01-02|-2e3")]
    [InlineData("sep=;\ndate;y\n2020-01-01;1.5\n2020-01-02;-2e3")]
    [InlineData("\uFEFFdate,y\n2020-01-01,1.5\n2020-01-02,-2e3\n")]
    [InlineData("\"date\",\"y\"\n\"2020-01-01\",\"1.5\"\n\n\"2020-01-02\", -2e3 \n   \n")]
    public void Separators_quotes_line_ends_and_marks_are_found_by_themselves(string csv)
    {
        var series = Assert.Single(Read(csv).Series);
        Assert.Equal([Day("2020-01-01"), Day("2020-01-02")], series.Times!);
        Assert.Equal([1.5, -2000.0], series.Target.Values);
        Assert.Empty(series.Group);
    }

    [Fact]
    public void Utf_16_with_its_mark_is_read() =>
        Assert.Equal([3.0], Read([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("date,y\n2020-01-01,3\n")]).Series[0].Target.Values);

    [Fact]
    public void Covariates_come_in_the_order_in_which_they_were_asked_for()
    {
        var series = Read("a,date,y,b\n1,2020-01-01,2,3\n4,2020-01-02,5,6\n", Cases.Roles("y", "covariates=b,a")).Series[0];
        Assert.Equal(["b", "a"], series.Covariates.Select(column => column.Name));
        Assert.Equal([[3.0, 6.0], [1.0, 4.0]], series.Covariates.Select(column => column.Values));
        Assert.Equal([2.0, 5.0], series.Target.Values);
    }

    [Fact]
    public void Groups_become_series_in_order_of_appearance()
    {
        var table = Read("store,date,y\nB,2020-01-01,1\nA,2020-01-01,2\nB,2020-01-02,3\n", Cases.Roles("y", "group=store"));
        Assert.Equal(["B", "A"], table.Series.Select(series => series.Group));
        Assert.Equal([1.0, 3.0], table.Series[0].Target.Values);
        Assert.Equal([2.0], table.Series[1].Target.Values);
    }

    [Fact]
    public void Unsorted_rows_are_sorted_and_the_user_is_told_where()
    {
        var table = Read("date,y\n2020-01-01,1\n2020-01-05,5\n2020-01-03,3\n2020-01-02,2\n");
        Assert.Equal([1.0, 2, 3, double.NaN, 5], table.Series[0].Target.Values);
        Assert.Contains("data.csv, line 4: 2020-01-03 stands after 2020-01-05; the rows were sorted by 'date'", table.Remarks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("NA")]
    [InlineData("null")]
    public void Missing_values_are_counted_and_kept_as_missing(string cell)
    {
        var table = Read($"date,y\n2020-01-01,1\n2020-01-02,{cell}\n2020-01-03,3\n");
        Assert.Equal([1, double.NaN, 3], table.Series[0].Target.Values);
        Assert.Contains("data.csv: column 'y' has 1 missing value, the first in line 3", table.Remarks);
    }

    [Theory]
    [InlineData("ds")]
    [InlineData("Timestamp")]
    [InlineData("when")] // by its contents
    public void The_time_column_is_found_and_named(string name)
    {
        var table = Read($"y,{name}\n1,2020-01-01\n");
        Assert.Equal(name, table.TimeColumn);
        Assert.Equal($"taking the times from column '{name}'; --time names another", Assert.Single(table.Remarks));
    }

    [Fact]
    public void A_time_column_that_was_named_is_not_remarked() =>
        Assert.Empty(Read("date,y,t\n2020-01-01,1,2021-06-01\n", Cases.Roles("y", "time=t")).Remarks);

    [Theory]
    [InlineData("2020-03-04", "2020-03-04")]
    [InlineData("2020-03-04 05:06", "2020-03-04T05:06:00")]
    [InlineData("2020-03-04T05:06:07.5", "2020-03-04T05:06:07.5")]
    [InlineData("2020-03-04T05:06:07Z", "2020-03-04T05:06:07")]
    [InlineData("2020-03-04T05:06:07+02:00", "2020-03-04T05:06:07")]
    [InlineData("2020/3/4", "2020-03-04")]
    [InlineData("4.3.2020", "2020-03-04")]
    [InlineData("04.03.2020 17:30", "2020-03-04T17:30:00")]
    [InlineData("3/14/2020 5:06 PM", "2020-03-14T17:06:00")]
    [InlineData("14-03-2020", "2020-03-14")]
    [InlineData("4-Mar-2020", "2020-03-04")]
    [InlineData("Mar 4 2020", "2020-03-04")]
    [InlineData("2020-03", "2020-03-01")]
    [InlineData("20200304", "2020-03-04")]
    [InlineData("2020", "2020-01-01")]
    [InlineData("1583298367", "2020-03-04T05:06:07")]
    [InlineData("1583298367500", "2020-03-04T05:06:07.5")]
    public void Usual_notations_of_time_are_read(string text, string iso) =>
        Assert.Equal(Day(iso), Read($"date;y\n{text};1\n").Series[0].Times![0]);

    [Fact]
    public void One_row_decides_between_day_first_and_month_first()
    {
        Assert.Equal([Day("2020-04-03"), Day("2020-04-13")], Read("date,y\n03/04/2020,1\n13/04/2020,2\n").Series[0].Times!);
        Assert.Equal([Day("2020-03-04"), Day("2020-04-13")], Read("date,y\n03/04/2020,1\n04/13/2020,2\n").Series[0].Times!);
    }

    [Fact]
    public void Files_of_every_refusal_say_where_and_what_to_do()
    {
        var grouped = Cases.Roles("y", "group=g");
        string[] refusals =
        [
            Refusal(""),
            Refusal("\n  \n"),
            Refusal("date,y\n"),
            Refusal("date,y\n", Cases.Roles("y", "time=date")),
            Refusal("date y\n2020-01-01 1\n"),
            Refusal("2020-01-01,1\n2020-01-02,2\n"),
            Refusal("date,y,y\n2020-01-01,1,2\n"),
            Refusal("date,wind,yy\n2020-01-01,1,2\n", Cases.Roles("wnid", "")),
            Refusal("date,wind,yy\n2020-01-01,1,2\n", Cases.Roles("temperature", "")),
            Refusal("date,y\n2020-01-01,1\n2020-01-02,two\n"),
            Refusal("date;y\n2020-01-01;1,5\n2020-01-02;2.5\n"),
            Refusal("date,y\n2020-01-01,1\n2020-01-02,2,3\n"),
            Refusal("date,y\n2020-01-01,1\n2020-01-02\n"),
            Refusal("date,y\n2020-01-01,\"1\n2020-01-02,2\n"),
            Refusal("date,y\n2020-01-01,1\n2020-01-02,2\n2020-01-01,3\n"),
            Refusal("date,g,y\n2020-01-01,A,1\n2020-01-01,B,2\n2020-01-01,A,3\n", grouped),
            Refusal("date,g,y\n2020-01-01,A,1\n2020-01-02,,2\n", grouped),
            Refusal("date,y\n2020-01-01,1\n,2\n"),
            Refusal("date,y\nyesterday,1\n"),
            Refusal("date,y\n2020-02-30,1\n"),
            Refusal("date,y\n03/04/2020,1\n05/06/2020,2\n"),
            Refusal("date,y\n2020-01-01,\n2020-01-02,NaN\n"),
            Refusal("date,y\n2020-01-01,1\n", Cases.Roles("y", "covariates=y")),
            Refusal("date,y,a\n2020-01-01,1,2\n", Cases.Roles("y", "covariates=a,a")),
            Assert.Throws<ElmanException>(() => Read("PK\0\0\0"u8.ToArray())).Message,
        ];
        Assert.All(refusals, refusal => Assert.DoesNotContain('\n', refusal));
        Snapshot.Match("csv-refusals", string.Join('\n', refusals) + "\n");
    }

    [Fact]
    public void A_large_file_is_read_in_linear_time()
    {
        var csv = new StringBuilder("date,y\n");
        var start = new DateTime(2000, 1, 1);
        for (int i = 0; i < 200_000; i++)
            csv.Append(CultureInfo.InvariantCulture, $"{start.AddHours(i):yyyy-MM-dd HH:mm},{i}\n");
        Assert.Equal(199_999, Read(csv.ToString()).Series[0].Target.Values[^1]);
    }
}
