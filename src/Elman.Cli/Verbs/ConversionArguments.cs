using System.CommandLine;
using Elman.Formats;

namespace Elman.Cli;

/// <summary>What the verbs that read models of other systems have in common.</summary>
internal static class ConversionArguments
{
    public static Argument<string> File(string name) => new(name) { Description = "A model file; its kind is seen from its content." };

    public static Option<string[]> Map() => new("--map")
    {
        Description = "Renames tensors of a state dict; an OLD that ends with a dot is a prefix. May be given several times.",
        HelpName = "OLD=NEW",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    public static Option<string?> Entry() => new("--entry") { Description = "Which state dict, where a file holds several.", HelpName = "name" };

    public static Option<double> Tolerance() =>
        Checked.RealNumber("--tolerance", "The largest difference that is accepted, as part of the largest magnitude where that exceeds 1.", 0, 1, 1e-5);

    public static Option<ulong> Seed() => Checked.Seed("--seed", "The same seed gives the same probe inputs.", 1);

    public static ReadOptions Options(ParseResult given, Option<string[]> map, Option<string?> entry, Terminal terminal) => new()
    {
        Map = given.GetValue(map) ?? [],
        Entry = given.GetValue(entry),
        Remark = line => terminal.Remark(line),
    };
}
