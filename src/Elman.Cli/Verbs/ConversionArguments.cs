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

    public static Option<string?> Order() => new("--order")
    {
        Description = "The modules of a state dict as they are applied, with :layernorm, :embedding, :linear or :relu behind a name that leaves it open, and tanh, relu, sigmoid or last between them.",
        HelpName = "a,b,...",
    };

    public static Option<string?> As() => new("--as") { Description = "A model file of Elman's with the architecture of the state dict: its weights are taken out, the file's put in.", HelpName = "net.elman" };

    public static Option<double> Tolerance() =>
        Checked.RealNumber("--tolerance", "The largest difference that is accepted, as part of the largest magnitude where that exceeds 1.", 0, 1, 1e-5);

    public static Option<ulong> Seed() => Checked.Seed("--seed", "The same seed gives the same probe inputs.", 1);

    public static ReadOptions Options(ParseResult given, Option<string[]> map, Option<string?> entry, Option<string?> order, Option<string?>? like, Terminal terminal)
    {
        string? network = like is null ? null : given.GetValue(like), modules = given.GetValue(order);
        if (network is not null && modules is not null) throw new ElmanException("--order and --as both tell the architecture; give one");
        return new ReadOptions
        {
            Map = given.GetValue(map) ?? [],
            Entry = given.GetValue(entry),
            Order = modules?.Split(',', StringSplitOptions.TrimEntries) ?? [],
            As = network is null ? null : NetworkFile.Load(network),
            Remark = line => terminal.Remark(line),
        };
    }
}
