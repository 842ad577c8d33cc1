using System.Collections.Immutable;
using System.Text.Json;

namespace Elman.Tests.Settings;

public sealed class SettingTableTests
{
    private sealed record Part
    {
        public double Rate { get; init; } = 0.5;

        public TimeSpan? Limit { get; init; }
    }

    private sealed record Whole
    {
        public int Count { get; init; } = 3;

        public ulong Seed { get; init; } = 1;

        public float Share { get; init; } = 0.1f;

        public int? Patience { get; init; } = 8;

        public string Cell { get; init; } = "lstm";

        public ScalerKind Scaler { get; init; } = ScalerKind.MinMax;

        public bool Loud { get; init; }

        public long? Memory { get; init; }

        public ImmutableArray<double> Levels { get; init; } = [0.5];

        public ImmutableArray<string> Columns { get; init; } = [];

        public Part Part { get; init; } = new();
    }

    private static readonly SettingTable<Part> Inner = new SettingTable<Part>(new Part())
        .Real("rate", "How fast.", o => o.Rate, (o, v) => o with { Rate = v }, double.Epsilon, double.MaxValue)
        .Duration("time limit", "How long.", o => o.Limit, (o, v) => o with { Limit = v }, TimeSpan.FromSeconds(1), "none")
        .Rule(o => o.Rate > 1 && o.Limit is null ? "a rate above 1 needs a time limit" : null);

    private static readonly SettingTable<Whole> Table = new SettingTable<Whole>(new Whole())
        .Whole("count", "How many.", o => o.Count, (o, v) => o with { Count = v }, 1, 10, "rows")
        .Whole("seed", "Luck.", o => o.Seed, (o, v) => o with { Seed = v }, ulong.MinValue, ulong.MaxValue)
        .Real("share", "A part.", o => o.Share, (o, v) => o with { Share = v }, 0, 0.9)
        .WholeOrNone("patience", "Forgiven.", o => o.Patience, (o, v) => o with { Patience = v }, 1, int.MaxValue, "never")
        .Choice("cell", "Which.", o => o.Cell, (o, v) => o with { Cell = v }, () => Cells.Names)
        .Choice("scaler", "How.", o => o.Scaler, (o, v) => o with { Scaler = v })
        .Flag("loud", "Noise.", o => o.Loud, (o, v) => o with { Loud = v })
        .Size("memory", "Bytes.", o => o.Memory, (o, v) => o with { Memory = v }, "no limit")
        .Reals("levels", "Levels.", o => o.Levels, (o, v) => o with { Levels = v }, "some levels", levels => levels.Length > 0)
        .Texts("columns", "Names.", o => o.Columns, (o, v) => o with { Columns = v }, option: "")
        .OfOldFiles((_, o) => o with { Columns = ["old"] })
        .Include(Inner, o => o.Part, (o, part) => o with { Part = part });

    private static readonly Whole Changed = new()
    {
        Count = 7,
        Seed = ulong.MaxValue,
        Share = 0.3f,
        Patience = null,
        Cell = "gru-original",
        Scaler = ScalerKind.Mean,
        Loud = true,
        Memory = 3 << 20,
        Levels = [0.25, 0.75],
        Columns = ["a", "b"],
        Part = new Part { Rate = 2.5, Limit = TimeSpan.FromMinutes(90) },
    };

    private static string Json(Whole options) => JsonText.Of(json => Table.Write(json, options));

    private static Whole Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Table.Read(document.RootElement);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        Assert.Equal(
            """{"count":7,"seed":18446744073709551615,"share":0.3,"cell":"gru-original","scaler":"Mean","loud":true,"memory":3145728,"levels":[0.25,0.75],"columns":["a","b"],"rate":2.5,"time_limit":5400}""",
            Json(Changed));
        Assert.Equal(Json(Changed), Json(Read(Json(Changed))));
        Assert.Equal(Json(new Whole()), Json(Read(Json(new Whole()))));
        Assert.Null(Read(Json(Changed)).Patience);
    }

    [Fact]
    public void Every_text_is_what_the_setting_reads()
    {
        string[] texts = ["7", "18446744073709551615", "0.3", "never", "gru-original", "mean", "yes", "3M", "0.25, 0.75", "a, b", "2.5", "90m"];
        Assert.Equal(texts, Table.Select(setting => setting.Text(Changed)));
        Whole read = Table.Zip(texts).Aggregate(new Whole(), (options, pair) => pair.First.TryParse(pair.Second, options) ?? throw new InvalidOperationException(pair.First.Name));
        Assert.Equal(Json(Changed), Json(read));
    }

    [Theory]
    [InlineData("count", "0", "a whole number from 1 to 10")]
    [InlineData("count", "2.5", "a whole number from 1 to 10")]
    [InlineData("count", "1e99", "a whole number from 1 to 10")]
    [InlineData("seed", "-1", "a whole number of at least 0")]
    [InlineData("share", "NaN", "a number from 0 to 0.9")]
    [InlineData("patience", "nevre", "a whole number of at least 1, or never")]
    [InlineData("patience", "0", "a whole number of at least 1, or never")]
    [InlineData("cell", "transformer", "rnn, rnn-relu, lstm, gru")]
    [InlineData("scaler", "MinMax", "standard, min-max or mean")]
    [InlineData("memory", "9999999999G", "a size such as 512K, 256M or 2G")]
    [InlineData("memory", "0", "a size such as 512K, 256M or 2G")]
    [InlineData("time limit", "5 parsecs", "a time such as 30s, 5m or 2h")]
    [InlineData("time limit", "10ms", "a time such as 30s, 5m or 2h")]
    [InlineData("rate", "0", "a positive number")]
    public void What_a_setting_does_not_take_is_refused(string name, string text, string takes)
    {
        Assert.Null(Table[name].TryParse(text, new Whole()));
        Assert.StartsWith(takes, Table[name].Takes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_out_of_range_is_named_with_the_range()
    {
        static void Refuses(Whole options, string message) => Assert.Equal(message, Assert.Throws<ElmanException>(() => Table.Check(options)).Message);
        Table.Check(new Whole());
        Table.Check(Changed);
        Refuses(new Whole { Count = 11 }, "the count must be 1 … 10 rows; it is 11");
        Refuses(new Whole { Share = float.NaN }, "the share must be 0 … 0.9; it is NaN");
        Refuses(new Whole { Patience = 0 }, "the patience must be at least 1; it is 0");
        Refuses(new Whole { Levels = default }, "the levels must be some levels; it is ");
        Refuses(new Whole { Scaler = (ScalerKind)7 }, "there is no scaler '7'; known are standard, min-max, mean");
        Refuses(new Whole { Part = new Part { Rate = double.PositiveInfinity } }, "the rate must be a positive number; it is Infinity");
        Refuses(new Whole { Part = new Part { Rate = 2 } }, "a rate above 1 needs a time limit");
    }

    [Fact]
    public void A_file_without_a_key_is_damaged_unless_it_is_older_than_the_setting()
    {
        string json = Json(Changed);
        Assert.Equal("options: 'count' is missing; the file is damaged or of a newer version",
            Assert.Throws<ElmanException>(() => Read(json.Replace("\"count\"", "\"conut\"", StringComparison.Ordinal))).Message);
        Assert.Equal(["old"], Read(json.Replace("\"columns\"", "\"colunms\"", StringComparison.Ordinal)).Columns);
        Assert.Equal("options: expected a whole number from 1 to 10 for 'count', it is 77; the file is damaged or of a newer version",
            Assert.Throws<ElmanException>(() => Read(json.Replace("\"count\":7", "\"count\":77", StringComparison.Ordinal))).Message);
        Assert.Contains("expected an object", Assert.Throws<ElmanException>(() => Read("[]")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_settings_do_not_share_a_name() => Assert.Contains("two settings have the name 'rate'", Assert.Throws<ArgumentException>(() =>
        new SettingTable<Part>(new Part()).Include(Inner, o => o, (_, v) => v).Include(Inner, o => o, (_, v) => v)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_documents_show_the_settings_of_the_code() => SettingsPage.Match("docs/forecaster.md", ForecasterOptions.Settings.ToMarkdown());
}
