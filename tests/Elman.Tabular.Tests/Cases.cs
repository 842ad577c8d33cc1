using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Elman.Tabular.Tests;

/// <summary>The files of the folder Cases, read with options as a command line has them.</summary>
internal static class Cases
{
    public static SeriesSet Read(string file, string targets, string options, SeriesSchema? remembered = null)
    {
        using FileStream stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Cases", file + ".csv"));
        CsvOptions csv = new() { Missing = Values(options, "missing"), DateFormat = Value(options, "date-format"), Likely = remembered?.Notation };
        return SeriesSet.Read(Elman.Table.ReadCsv(file + ".csv", stream, csv), remembered?.Roles ?? Roles(targets, options), remembered);
    }

    public static Table Table(string csv) => Elman.Table.ReadCsv("data.csv", new MemoryStream(Encoding.UTF8.GetBytes(csv)));

    public static SeriesRoles Roles(string targets, string options) => new()
    {
        Targets = targets.Split(',', StringSplitOptions.RemoveEmptyEntries),
        Time = Value(options, "time"),
        Group = Value(options, "group"),
        Covariates = Values(options, "covariates"),
        Known = Values(options, "known"),
        Static = Values(options, "static"),
        Duplicates = Value(options, "duplicates") is { } rule ? Enum.Parse<DuplicateRule>(rule, ignoreCase: true) : null,
        Fill = Value(options, "fill") is { } fill ? Enum.Parse<FillRule>(fill, ignoreCase: true) : null,
        Every = Value(options, "every") is { } span ? TimeSpan.Parse(span, CultureInfo.InvariantCulture) : null,
        ByRow = options.Split(' ').Contains("by-row"),
        Wide = options.Split(' ').Contains("wide"),
        Zone = Value(options, "zone"),
    };

    private static string? Value(string options, string name) => options.Split(' ').FirstOrDefault(word => word.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    private static string[] Values(string options, string name) => Value(options, name)?.Split(',') ?? [];
}

/// <summary>What a model file keeps.</summary>
internal static class Json
{
    public static SeriesSchema RoundTrip(SeriesSchema schema) => SeriesSchema.Read(Parsed(schema.WriteTo));

    public static TimeNotation RoundTrip(TimeNotation notation) => TimeNotation.Read(Parsed(notation.WriteTo));

    private static JsonElement Parsed(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream)) write(writer);
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }
}
