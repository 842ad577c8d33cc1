using System.Globalization;
using System.Text;
using CsCheck;

namespace Elman.Tabular.Tests;

/// <summary>Numbers written in a notation are read back to the same bits.</summary>
public class NumberTests
{
    public static TheoryData<NumberNotation> Notations =>
    [
        new NumberNotation(), new NumberNotation(Decimals: 2), new NumberNotation('.', ",", Decimals: 2), new NumberNotation(',', ".", Decimals: 2), new NumberNotation(','),
        new NumberNotation('.', ",", "$", Decimals: 2), new NumberNotation(',', " ", "", " €", 2), new NumberNotation('.', "'", "CHF", Decimals: 2), new NumberNotation(Suffix: "%", Decimals: 1),
        new NumberNotation(',', "\u00A0", Decimals: 3),
    ];

    [Theory]
    [MemberData(nameof(Notations))]
    public void What_a_notation_writes_is_read_again(NumberNotation notation) => Gen.Double[-1e9, 1e9].Array[3, 40].Sample(values =>
    {
        int decimals = notation.Decimals ?? 6;
        // A first number settles what the others may leave open, as 1.234 does.
        double[] rounded = [1234567.5, .. values.Select(value => Math.Round(value, decimals))];
        string[] texts = [.. rounded.Select(notation.Format)];
        StringBuilder csv = new("date;y\n");
        for (int i = 0; i < texts.Length; i++) csv.Append(CultureInfo.InvariantCulture, $"{new DateTime(2020, 1, 1).AddDays(i):yyyy-MM-dd};{texts[i]}\n");
        double[] read = ((NumberColumn)Cases.Table(csv.ToString()).Find("y")!).Values;
        for (int i = 0; i < read.Length; i++)
            if (read[i] != double.Parse(rounded[i].ToString(notation.Decimals is { } count ? "F" + count : "R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)) return false;
        return true;
    }, iter: 100);

    [Theory]
    [InlineData("9,923", 9923)]
    [InlineData("100.403", 100.403)]
    [InlineData("0,123", 0.123)]
    [InlineData("1.234.567", 1234567)]
    [InlineData("1,234,567.8", 1234567.8)]
    [InlineData("12,34,567", 1234567)]
    [InlineData("(5)", -5)]
    [InlineData("-$5", -5)]
    [InlineData("$-5", -5)]
    [InlineData("−5", -5)]
    [InlineData("+5", 5)]
    [InlineData("5 %", 5)]
    [InlineData("1e3", 1000)]
    [InlineData("1.5E-3", 0.0015)]
    [InlineData("12 345,6", 12345.6)]
    [InlineData(".5", 0.5)]
    public void One_cell_is_read_as_people_mean_it(string cell, double value) =>
        Assert.Equal(value, ((NumberColumn)Cases.Table($"date;y\n2020-01-01;{cell}\n").Find("y")!).Values[0]);

    [Theory]
    [InlineData("1,23,4")]
    [InlineData("1.2.3.4.5")]
    [InlineData("abc")]
    [InlineData("5 kWh")]
    [InlineData("--5")]
    [InlineData("1 2 3")]
    public void What_is_no_number_is_a_text(string cell) => Assert.IsType<TextColumn>(Cases.Table($"date;y\n2020-01-01;{cell}\n").Find("y"));

    [Fact]
    public void Forty_thousand_columns_are_read_in_time_that_grows_with_them()
    {
        const int columns = 40_000;
        StringBuilder csv = new("date");
        for (int i = 0; i < columns; i++) csv.Append(CultureInfo.InvariantCulture, $",c{i}");
        for (int row = 1; row <= 3; row++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"\n2020-01-0{row}");
            for (int i = 0; i < columns; i++) csv.Append(CultureInfo.InvariantCulture, $",{i + row}");
        }
        System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
        SeriesSet set = SeriesSet.Read(Cases.Table(csv.ToString()), Cases.Roles("c39999", ""));
        Assert.Equal([40_000, 40_001, 40_002], set.Series[0].Target.Values);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{clock.Elapsed}");
    }

    [Fact]
    public void A_quote_that_is_never_closed_ends_in_one_line()
    {
        byte[] csv = [.. "date,y\n2020-01-01,\""u8, .. Enumerable.Repeat((byte)'x', 80 << 20)];
        ElmanException refusal = Assert.Throws<ElmanException>(() => Table.ReadCsv("data.csv", new MemoryStream(csv)));
        Assert.StartsWith("data.csv, line 2: ", refusal.Message);
        Assert.DoesNotContain('\n', refusal.Message);
    }
}
