using System.Globalization;

namespace Elman.Tabular.Tests;

/// <summary>Files as people have them: each is read, and its forecast begins where it must, in the file's own notation.</summary>
public class CaseTests
{
    /// <summary>File, targets, options; then series, rows of the first, its first and last value, its first time, the first time of the forecast, the spacing.</summary>
    private const string Table = """
        ok                      | y           |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        bom                     | y           |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        blank-lines             | y           |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        crlf                    | y           |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        cr-only                 | y           |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        utf16                   | y           |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        usdate                  | y           |                                     | 1  | 400  | 99.23              | 120.48        | 1/1/2020                       | 2/4/2021                       | 1 day
        negative                | y           |                                     | 1  | 400  | -30.77             | -9.52         | 2020-01-01                     | 2021-02-04                     | 1 day
        exp-growth              | y           |                                     | 1  | 400  | 10                 | 27006.51      | 2020-01-01                     | 2021-02-04                     | 1 day
        missing-nan             | y           |                                     | 1  | 400  | NaN                | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        missing-null            | y           |                                     | 1  | 400  | NaN                | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        latin1                  | Größe       |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        utf16le-nobom           | y           |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        euro                    | Umsatz      |                                     | 1  | 400  | 9923.24            | 12048.02      | 01.01.2020                     | 04.02.2021                     | 1 day
        euro-thousands          | Umsatz      |                                     | 1  | 400  | 9923.24            | 12048.02      | 01.01.2020                     | 04.02.2021                     | 1 day
        thousands               | y           |                                     | 1  | 400  | 9923               | 12048         | 2020-01-01                     | 2021-02-04                     | 1 day
        thousands-dec           | y           |                                     | 1  | 400  | 9923.24            | 12048.02      | 2020-01-01                     | 2021-02-04                     | 1 day
        currency                | y           |                                     | 1  | 400  | 9923.24            | 12048.02      | 2020-01-01                     | 2021-02-04                     | 1 day
        percent                 | y           |                                     | 1  | 400  | 9.9                | 12            | 2020-01-01                     | 2021-02-04                     | 1 day
        paren                   | y           |                                     | 1  | 400  | -99.23             | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        missing-question        | y           |                                     | 1  | 400  | NaN                | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        missing-dash            | y           |                                     | 1  | 400  | NaN                | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        missing-hashna          | y           |                                     | 1  | 400  | NaN                | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        missing-backslashN      | y           |                                     | 1  | 400  | NaN                | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        missing-inf             | y           |                                     | 1  | 400  | NaN                | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        missing-minus999        | y           |                                     | 1  | 400  | -999               | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        missing-minus999        | y           | missing=-999                        | 1  | 400  | NaN                | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        epoch-float             | y           |                                     | 1  | 400  | 99.23              | 120.48        | 1577836800.000                 | 1612396800.000                 | 1 day
        epoch-ms                | y           |                                     | 1  | 400  | 99.23              | 120.48        | 1577836800000                  | 1612396800000                  | 1 day
        epoch-ms-named          | y           |                                     | 1  | 400  | 99.23              | 120.48        | 1577836800000                  | 1612396800000                  | 1 day
        epoch-us                | y           |                                     | 1  | 400  | 99.23              | 120.48        | 1577836800000000               | 1612396800000000               | 1 day
        ns-z                    | y           |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01T00:00:00.716773225Z | 2021-02-04T00:00:00.716773225Z | 1 day
        time-iso-z              | y           |                                     | 1  | 500  | 100                | 90.34         | 2021-01-01T00:00:00Z           | 2021-01-21T20:00:00Z           | 1 hour
        time-utc-word           | y           |                                     | 1  | 500  | 100                | 90.34         | 2021-01-01 00:00:00 UTC        | 2021-01-21 20:00:00 UTC        | 1 hour
        time-iso-basic-offset   | y           |                                     | 1  | 500  | 100                | 90.34         | 2021-01-01T00:00:00+0100       | 2021-01-21T20:00:00+0100       | 1 hour
        dst-offset              | load        |                                     | 1  | 8160 | 81.44              | 60.39         | 2020-01-01T01:00:00+01:00      | 2020-12-06T01:00:00+01:00      | 1 hour
        time-compact            | y           |                                     | 1  | 500  | 100                | 90.34         | 202101010000                   | 202101212000                   | 1 hour
        time-compact-T          | y           |                                     | 1  | 500  | 100                | 90.34         | 20210101T000000                | 20210121T200000                | 1 hour
        time-date-hour          | y           |                                     | 1  | 500  | 100                | 90.34         | 2021-01-01 00                  | 2021-01-21 20                  | 1 hour
        time-de-long            | y           |                                     | 1  | 500  | 100                | 90.34         | 01.01.2021 00:00               | 21.01.2021 20:00               | 1 hour
        time-hour24             | y           |                                     | 1  | 500  | 100                | 90.34         | 2020-12-31 24:00               | 2021-01-21 20:00               | 1 hour
        time-month-name         | y           |                                     | 1  | 500  | 100                | 90.34         | January 01, 2021 00:00         | January 21, 2021 20:00         | 1 hour
        time-rfc                | y           |                                     | 1  | 500  | 100                | 90.34         | Fri, 01 Jan 2021 00:00:00      | Thu, 21 Jan 2021 20:00:00      | 1 hour
        time-us-2digit-ampm     | y           |                                     | 1  | 500  | 100                | 90.34         | 01/01/2021 12:00 AM            | 01/21/2021 08:00 PM            | 1 hour
        ampm                    | y           |                                     | 1  | 600  | 100                | 97.41         | 01/01/2020 12:00:00 AM         | 01/26/2020 12:00:00 AM         | 1 hour
        time-excel-serial       | y           |                                     | 1  | 500  | 100                | 90.34         | 44197.00000                    | 44217.83333                    | 1 hour
        two-digit-year          | y           |                                     | 1  | 400  | 99.23              | 120.48        | 01/01/20 0:00                  | 04/02/21 0:00                  | 1 day
        ambiguous-date          | y           |                                     | 1  | 240  | 0                  | 239           | 01/01/2000                     | 01/01/2020                     | 1 month
        ambiguous-date          | y           | date-format=dd/MM/yyyy              | 1  | 6952 | 0                  | 239           | 01/01/2000                     | 13/01/2019                     | 1 day
        yyyymm                  | y           |                                     | 1  | 240  | 103                | 204.2         | 200001                         | 202001                         | 1 month
        mon-yy                  | y           |                                     | 1  | 240  | 103.1              | 203.4         | Jan-00                         | Jan-20                         | 1 month
        month-end               | y           |                                     | 1  | 240  | 98.7               | 206.4         | 2000-01-31                     | 2020-01-31                     | 1 month
        quarters                | y           |                                     | 1  | 160  | 101.8              | 307.1         | 1980Q1                         | 2020Q1                         | 3 months
        quarter-end             | y           |                                     | 1  | 160  | 124                | 323.9         | 1980-03-31                     | 2020-03-31                     | 3 months
        iso-week                | y           |                                     | 1  | 300  | 101.8              | 233           | 2015-W02                       | 2020-W41                       | 1 week
        yearly                  | y           |                                     | 1  | 120  | 97.7               | 216.2         | 1900                           | 2020                           | 1 year
        last-business-day       | y           |                                     | 1  | 240  | 100.4              | 205.3         | 2000-01-31                     | 2020-01-31                     | 1 month
        business-days           | close       |                                     | 1  | 858  | 1023.09            | 955.41        | 2018-01-01                     | 2021-04-15                     | 1 business day
        mon-sat                 | y           |                                     | 1  | 600  | 130.2              | 118.8         | 2020-01-01                     | 2021-12-01                     | 1 working day
        quarter-hour            | y           |                                     | 1  | 3840 | 49.76              | 47.21         | 2021-03-01 00:00               | 2021-04-10 00:00               | 15 minutes
        integer-index           | y           |                                     | 1  | 400  | 99.23              | 120.48        | 1                              | 401                            | rows
        no-time                 | y           |                                     | 1  | 400  | 99.23              | 120.48        | 1                              | 1                              | rows
        date-time-split         | y           |                                     | 1  | 600  | 100                | 97.41         | 2020-01-01 00:00               | 2020-01-26 00:00               | 1 hour
        ymdh-columns            | y           |                                     | 1  | 600  | 100                | 97.41         | 2020-01-01 00:00               | 2020-01-26 00:00               | 1 hour
        airquality-uci-style    | CO(GT)      |                                     | 1  | 399  | 2.6                | 1.5           | 2004-03-10 18:00               | 2004-03-27 09:00               | 1 hour
        airquality-uci-style    | CO(GT)      | missing=-200                        | 1  | 399  | 2.6                | 1.5           | 2004-03-10 18:00               | 2004-03-27 09:00               | 1 hour
        day-column-first        | y           |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        dst-local               | load        |                                     | 1  | 8160 | 81.44              | 60.39         | 2020-01-01 01:00               | 2020-12-06 01:00               | 1 hour
        dst-local               | load        | zone=Europe/Berlin                  | 1  | 8160 | 81.44              | 60.39         | 2020-01-01 01:00               | 2020-12-06 01:00               | 1 hour
        dst-spring-only         | load        |                                     | 1  | 5855 | 81.44              | 81.83         | 2020-01-01 01:00               | 2020-09-01 00:00               | 1 hour
        duplicate-row           | y           |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        missing-weeks           | y           |                                     | 1  | 299  | 114.5              | 235.9         | 2015-01-11                     | 2020-10-04                     | 1 week
        footer                  | y           |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        preamble                | y           |                                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        sensor-irregular        | temp        | every=00:05:00                      | 1  | 3041 | 20.17              | 18.25         | 2021-01-01 00:00:00            | 2021-01-11 13:25:00            | 5 minutes
        sensor-irregular        | temp        | by-row                              | 1  | 1500 | 20.17              | 18.25         | 1                              | 1                              | rows
        sensor-jitter-gaps      | temp        | every=00:05:00                      | 1  | 3216 | 20.189999999999998 | 24.29         | 2021-01-01 00:05:00            | 2021-01-12 04:05:00            | 5 minutes
        late-target             | y           |                                     | 1  | 390  | 99.23              | 112.99        | 2020-01-01                     | 2021-01-25                     | 1 day
        promo-future-rows       | y           | known=promo                         | 1  | 900  | 100.3              | 100.3         | 2020-01-01                     | 2022-06-19                     | 1 day
        promo                   | y           | known=promo                         | 1  | 900  | 100.3              | 100.3         | 2020-01-01                     | 2022-06-19                     | 1 day
        bool-covariate          | y           | covariates=open                     | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        string-covariate        | y           | covariates=weather                  | 1  | 400  | 99.23              | 120.48        | 2020-01-01                     | 2021-02-04                     | 1 day
        groups                  | units       | group=store known=promo static=kind | 8  | 730  | 49                 | 61            | 2020-01-01                     | 2021-12-31                     | 1 day
        one-old-nine-new-stores | y           | group=store                         | 10 | 2000 | 93.6               | 95.7          | 2018-01-01                     | 2023-06-24                     | 1 day
        one-sparse-group        | units       | group=sku                           | 2  | 400  | 20                 | 20            | 2021-01-01                     | 2022-02-05                     | 1 day
        level-shift-groups      | y           | group=g                             | 3  | 400  | 0.0099             | 0.0101        | 2021-01-01                     | 2022-02-05                     | 1 day
        sales-without-zero-rows | units       | group=sku fill=zero                 | 10 | 499  | 6                  | 0             | 2021-01-02                     | 2022-05-16                     | 1 day
        intermittent            | units       | group=sku                           | 20 | 500  | 0                  | 0             | 2021-01-01                     | 2022-05-16                     | 1 day
        short100                | y           |                                     | 1  | 100  | 99.23              | 120.14        | 2020-01-01                     | 2020-04-10                     | 1 day
        short30                 | y           |                                     | 1  | 30   | 99.23              | 120.68        | 2020-01-01                     | 2020-01-31                     | 1 day
        all-zero                | y           |                                     | 1  | 400  | 0                  | 0             | 2020-01-01                     | 2021-02-04                     | 1 day
        constant                | y           |                                     | 1  | 400  | 5                  | 5             | 2020-01-01                     | 2021-02-04                     | 1 day
        big-int                 | y           |                                     | 1  | 400  | 123456888          | 123456909     | 2020-01-01                     | 2021-02-04                     | 1 day
        big-numbers             | y           |                                     | 1  | 400  | 5000000099.23      | 5000000120.48 | 2020-01-01                     | 2021-02-04                     | 1 day
        weekday-pattern         | y           |                                     | 1  | 900  | 30                 | 60            | 2020-01-01                     | 2022-06-19                     | 1 day
        hour-pattern            | y           |                                     | 1  | 1440 | 0                  | 230           | 2021-01-01 00:00               | 2021-03-02 00:00               | 1 hour
        linear-trend            | y           |                                     | 1  | 400  | 1                  | 400           | 2020-01-01                     | 2021-02-04                     | 1 day
        leak-a                  | y           |                                     | 1  | 500  | 100.403            | 116.87        | 2020-01-01                     | 2021-05-15                     | 1 day
        leak-b                  | y           | covariates=x                        | 1  | 500  | 100.403            | 5202.374      | 2020-01-01                     | 2021-05-15                     | 1 day
        wide                    |             | wide                                | 3  | 400  | 100.1              | 119.1         | 2020-01-01                     | 2021-02-04                     | 1 day
        wide                    | north,south |                                     | 2  | 400  | 100.1              | 119.1         | 2020-01-01                     | 2021-02-04                     | 1 day
        wide-dates-as-columns   |             | wide                                | 3  | 400  | 99.2               | 120.5         | 2020-01-01                     | 2021-02-04                     | 1 day
        """;

    public static TheoryData<string> Rows => [.. Table.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_file_is_read_and_its_forecast_begins_where_it_must(string row)
    {
        string[] expected = row.Split('|', StringSplitOptions.TrimEntries);
        SeriesSet set = Cases.Read(expected[0], expected[1], expected[2]);
        Series first = set.Series[0];
        Assert.Equal(int.Parse(expected[3], CultureInfo.InvariantCulture), set.Series.Count);
        Assert.Equal(int.Parse(expected[4], CultureInfo.InvariantCulture), first.Length);
        Assert.Equal(double.Parse(expected[5], CultureInfo.InvariantCulture), first.Target.Values[0], 1e-9);
        Assert.Equal(double.Parse(expected[6], CultureInfo.InvariantCulture), first.Target.Values[^1], 1e-9);
        Assert.Equal(expected[7], set.TimeText(first, 0));
        Assert.Equal(expected[8], set.TimeText(first, first.Length));
        Assert.Equal(expected[9], set.Frequency?.ToString() ?? "rows");
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_a_model_remembers_reads_the_file_alike(string row)
    {
        string[] expected = row.Split('|', StringSplitOptions.TrimEntries);
        SeriesSet set = Cases.Read(expected[0], expected[1], expected[2]);
        SeriesSchema schema = Json.RoundTrip(set.Schema);
        Assert.Equal(set.Schema, schema);
        SeriesSet again = Cases.Read(expected[0], expected[1], expected[2], schema);
        Assert.Equal(set.Series.Select(series => series.Length), again.Series.Select(series => series.Length));
        Assert.Equal(set.Series[0].Target.Values, again.Series[0].Target.Values);
        Assert.Equal(expected[8], again.TimeText(again.Series[0], again.Series[0].Length));
    }

    [Theory]
    [InlineData("latin1", "Größe", "", "latin1.csv is not UTF-8; it was read as Latin-1")]
    [InlineData("utf16le-nobom", "y", "", "utf16le-nobom.csv is not UTF-8; it was read as UTF-16, low byte first")]
    [InlineData("euro", "Umsatz", "", "column 'Umsatz': the comma marks the decimals, as in '9923,24'")]
    [InlineData("euro-thousands", "Umsatz", "", "column 'Umsatz': the comma marks the decimals, '.' the thousands, as in '9.923,24'")]
    [InlineData("thousands", "y", "", "column 'y': ',' marks the thousands, as in '9,923'")]
    [InlineData("currency", "y", "", "column 'y': the currency '$' is left out")]
    [InlineData("percent", "y", "", "column 'y': the percent sign is left out, the values stay in percent")]
    [InlineData("paren", "y", "", "column 'y': numbers in parentheses are negative (45 cells)")]
    [InlineData("missing-question", "y", "", "column 'y': '?' is taken for a missing value (24 cells)")]
    [InlineData("missing-inf", "y", "", "column 'y': 'inf' is taken for a missing value (24 cells)")]
    [InlineData("missing-nan", "y", "", "missing-nan.csv: column 'y' has 24 missing values, the first in line 2")]
    [InlineData("missing-minus999", "y", "", "column 'y': -999 lies far outside and occurs 24 times; if it stands for a missing value, give --missing -999")]
    [InlineData("airquality-uci-style", "CO(GT)", "", "airquality-uci-style.csv: columns 16, 17 of 17 have neither name nor values and were left out")]
    [InlineData("airquality-uci-style", "CO(GT)", "", "column 'CO(GT)': -200 lies far outside and occurs 17 times; if it stands for a missing value, give --missing -200")]
    [InlineData("epoch-ms", "y", "", "taking the times from column 't', read as milliseconds since 1970; --time names another")]
    [InlineData("dst-offset", "load", "", "column 'time': the offsets change as those of Europe/Berlin; forecasts follow its clock, --zone names another")]
    [InlineData("ambiguous-date", "y", "", "column 'date': dates may be dd/MM/yyyy or MM/dd/yyyy; MM/dd/yyyy was chosen, for it spaces the rows evenly; --date-format gives another")]
    [InlineData("no-time", "y", "", "no column of no-time.csv tells a time: the rows are counted as they come; --time names a column")]
    [InlineData("day-column-first", "y", "", "taking the times from column 'timestamp'; --time names another")]
    [InlineData("dst-local", "load", "", "dst-local.csv: 1 time of the night in which clocks are put back stands there twice; the mean was taken, --duplicates gives another rule, --zone tells the two apart")]
    [InlineData("dst-spring-only", "load", "", "the times leave out 1 row; they are missing values")]
    [InlineData("duplicate-row", "y", "", "duplicate-row.csv: 1 row that equals another of the same time was left out")]
    [InlineData("missing-weeks", "y", "", "the times leave out 27 rows; they are missing values")]
    [InlineData("footer", "y", "", "footer.csv: 1 row below the table was left out, line 402 begins with 'Total'")]
    [InlineData("preamble", "y", "", "preamble.csv: the line before the header in line 3 was left out, the first is 'Report generated 2024-01-01'")]
    [InlineData("late-target", "y", "", "the target is blank in the last 10 rows: the forecast starts there")]
    [InlineData("promo-future-rows", "y", "known=promo", "the target is blank in the last 14 rows: the forecast starts there, and what is known of them is the plan")]
    [InlineData("bool-covariate", "y", "covariates=open", "column 'open': true is taken as 1, false as 0")]
    [InlineData("sales-without-zero-rows", "units", "group=sku fill=zero", "the times leave out 2,491 rows of 10 of 10 series; they are zero")]
    public void What_was_inferred_is_remarked(string file, string target, string options, string remark) =>
        Assert.Contains(remark, Cases.Read(file, target, options).Remarks);

    [Theory]
    [InlineData("sensor-irregular", "temp", "", "give --every 5min to take the mean of each such span, or --by-row")]
    [InlineData("sensor-jitter-gaps", "temp", "", "give --every 5min to take the mean of each such span, or --by-row")]
    [InlineData("sales-without-zero-rows", "units", "group=sku", "are absent rows zero (--fill zero) or missing (--fill missing)?")]
    [InlineData("wide", "y", "", "if each column or row is a series of its own, give --wide")]
    [InlineData("wide-dates-as-columns", "y", "", "if each column or row is a series of its own, give --wide")]
    [InlineData("groups", "units", "", "give a rule for them (--duplicates sum, mean or last), or name the column that tells the series apart with --group")]
    [InlineData("groups", "units", "group=store static=promo", "column 'promo' changes from 0 to 1; a static column has one value in each group")]
    [InlineData("c11_esc", "zz", "", @"its columns are: date, \u001b[31my\u001b]0;pwned\u0007")]
    public void What_the_file_leaves_open_is_asked_in_one_line(string file, string target, string options, string message)
    {
        ElmanException refusal = Assert.Throws<ElmanException>(() => Cases.Read(file, target, options));
        Assert.Contains(message, refusal.Message);
        Assert.DoesNotContain(refusal.Message, char.IsControl);
    }

    [Fact]
    public void Business_days_and_months_go_on_as_they_were()
    {
        Assert.Equal(["2021-04-15", "2021-04-16", "2021-04-19", "2021-04-20"], Next("business-days", "close", 4));
        Assert.Equal(["2021-12-01", "2021-12-02", "2021-12-03", "2021-12-04", "2021-12-06"], Next("mon-sat", "y", 5));
        Assert.Equal(["2020-01-31", "2020-02-28", "2020-03-31", "2020-04-30", "2020-05-29"], Next("last-business-day", "y", 5));
        Assert.Equal(["2020Q1", "2020Q2", "2020Q3", "2020Q4", "2021Q1"], Next("quarters", "y", 5));
        Assert.Equal(["1", "2", "3"], Next("no-time", "y", 3));

        static string[] Next(string file, string target, int count)
        {
            SeriesSet set = Cases.Read(file, target, "");
            return [.. Enumerable.Range(0, count).Select(step => set.TimeText(set.Series[0], set.Series[0].Length + step))];
        }
    }

    [Fact]
    public void Known_rows_after_the_last_target_are_the_plan()
    {
        Series series = Cases.Read("promo-future-rows", "y", "known=promo").Series[0];
        Assert.Equal(900, series.Length);
        Assert.Equal(914, series.Known[0].Values.Length);
    }

    [Fact]
    public void Texts_are_categories_and_static_columns_have_one_value()
    {
        Assert.Equal(["rain", "sun"], Cases.Read("string-covariate", "y", "covariates=weather").Series[0].Covariates[0].Categories);
        SeriesSet groups = Cases.Read("groups", "units", "group=store known=promo static=kind");
        Assert.Equal(["a", "b", "late", "ended", "tiny", "zero", "const", "one"], groups.Series.Select(series => series.Group));
        Assert.Equal(["Food", "Food", "Toys", "Toys"], groups.Series.Take(4).Select(series => series.Static[0].Categories![(int)series.Static[0].Values[0]]));
    }

    [Fact]
    public void A_named_zone_tells_the_two_hours_of_autumn_apart()
    {
        Assert.Equal(1, Cases.Read("dst-local", "load", "").Series[0].Target.Values.Count(double.IsNaN));
        SeriesSet exact = Cases.Read("dst-local", "load", "zone=Europe/Berlin");
        Assert.Equal(0, exact.Series[0].Target.Values.Count(double.IsNaN));
        Assert.Equal(Cases.Read("dst-offset", "load", "").Series[0].Target.Values, exact.Series[0].Target.Values);
    }

    [Fact]
    public void Several_targets_are_series_of_their_own()
    {
        SeriesSet set = Cases.Read("wide", "", "wide");
        Assert.Equal(["north", "south", "east"], set.Series.Select(series => series.Group));
        Assert.Equal(["north", "south", "east"], Cases.Read("wide-dates-as-columns", "", "wide").Series.Select(series => series.Group));
        Assert.Equal(("value", "series"), (set.TargetColumn, set.GroupColumn));
    }

    [Fact]
    public void A_category_that_the_model_has_not_seen_is_missing()
    {
        SeriesSchema schema = SeriesSet.Read(Cases.Table("date,w,y\n2020-01-01,rain,1\n2020-01-02,sun,2\n"), Cases.Roles("y", "covariates=w")).Schema;
        SeriesSet later = SeriesSet.Read(Cases.Table("date,w,y\n2020-01-03,sun,3\n2020-01-04,hail,4\n"), schema.Roles, schema);
        Assert.Equal([1, double.NaN], later.Series[0].Covariates[0].Values);
        Assert.Contains("column 'w': the model has not seen hail; taken for missing", later.Remarks);
        Assert.Equal("1 day", later.Frequency!.ToString());
    }

    [Fact]
    public void The_only_column_of_numbers_is_the_target_and_that_is_said()
    {
        SeriesSet set = Cases.Read("euro", "", "");
        Assert.Equal("Umsatz", set.TargetColumn);
        Assert.Contains("forecasting column 'Umsatz', the only other one of numbers; --target names another", set.Remarks);
        Assert.Equal(["Umsatz"], Cases.Read("euro", "", "", set.Schema).Schema!.Roles.Targets);
        string refusal = Assert.Throws<ElmanException>(() => Cases.Read("groups", "", "group=store")).Message;
        Assert.Equal("no column to forecast is named; groups.csv has units, promo: name one with --target, or give --wide if each column is a series", refusal);
    }
}
