using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Elman.Cli;

/// <summary>Options that check their range and say so in one line.</summary>
internal static class Checked
{
    public static Option<int> WholeNumber(string name, string description, int least, int most, int byDefault) =>
        Number(name, description, int.TryParse, least, most, byDefault, "a whole number");

    public static Option<ulong> Seed(string name, string description, ulong byDefault) =>
        Number(name, description, ulong.TryParse, ulong.MinValue, ulong.MaxValue, byDefault, "a whole number");

    /// <summary>A number between <paramref name="least"/> and <paramref name="most"/>, the ends included.</summary>
    public static Option<double> RealNumber(string name, string description, double least, double most, double byDefault) =>
        Number(name, description, double.TryParse, least, most, byDefault, "a number");

    /// <summary>A number of bytes, perhaps in units of 1024, 1024² or 1024³; null where the option is not given.</summary>
    public static Option<long?> Size(string name, string description)
    {
        return new Option<long?>(name)
        {
            Description = description,
            HelpName = "size",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                int power = text.Length == 0 ? 0 : "KMG".IndexOf(char.ToUpperInvariant(text[^1])) + 1;
                long unit = 1L << (10 * power);
                return long.TryParse(power > 0 ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out long count) && count > 0 && count <= long.MaxValue / unit
                    ? count * unit
                    : Fail<long?>(result, $"{name} takes a size such as 512K, 256M or 2G, not {Names.Quote(text)}");
            },
        };
    }

    private delegate bool Parse<T>(string text, NumberStyles style, IFormatProvider culture, out T value);

    private static Option<T> Number<T>(string name, string description, Parse<T> parse, T least, T most, T byDefault, string kind)
        where T : IComparable<T>, IFormattable
    {
        return new Option<T>(name)
        {
            Description = description,
            HelpName = kind == "a number" ? "x" : "n",
            DefaultValueFactory = _ => byDefault,
            CustomParser = result => Value(result, name, parse, least, most, kind),
        };
    }

    private static T Value<T>(ArgumentResult result, string name, Parse<T> parse, T least, T most, string kind)
        where T : IComparable<T>, IFormattable
    {
        string text = result.Tokens[0].Value;
        return parse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T value) && value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : Fail<T>(result, string.Create(CultureInfo.InvariantCulture, $"{name} takes {kind} from {least:0.######} to {most:0.######}, not {Names.Quote(text)}"));
    }

    private static T Fail<T>(ArgumentResult result, string message)
    {
        result.AddError(message);
        return default!;
    }
}
