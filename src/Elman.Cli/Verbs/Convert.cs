using System.CommandLine;
using Elman.Formats;

namespace Elman.Cli;

/// <summary>elman convert: turns a model file of one kind into another, and proves it.</summary>
internal sealed class Convert
{
    private static readonly string[] Written = [.. ModelFormat.All.Where(format => format.Write is not null).Select(format => format.Name)];

    private readonly Argument<string> _input = ConversionArguments.File("IN");
    private readonly Argument<string> _output = new("OUT") { Description = "Where the new file goes." };
    private readonly Option<string?> _to = new("--to") { Description = $"The kind of the new file: {string.Join(", ", Written)}. [default: by its extension]", HelpName = "kind" };
    private readonly Option<string[]> _map = ConversionArguments.Map();
    private readonly Option<string?> _entry = ConversionArguments.Entry();
    private readonly Option<string?> _order = ConversionArguments.Order();
    private readonly Option<string?> _as = ConversionArguments.As();
    private readonly Option<double> _tolerance = ConversionArguments.Tolerance();
    private readonly Option<ulong> _seed = ConversionArguments.Seed();

    public static Verb Create(Terminal terminal)
    {
        var options = new Convert();
        var verb = new Verb(
            "convert",
            "Turn a model of another system into Elman's, or back, and measure the largest difference of what both compute.",
            "elman convert tagger.pt tagger.elman",
            "elman convert checkpoint.pt tagger.safetensors --map encoder.=lstm.",
            "elman convert classifier.safetensors classifier.elman --order embed,lstm,last,head.0,relu,head.2")
        {
            options._input, options._output, options._to, options._map, options._entry, options._order, options._as, options._tolerance, options._seed,
        };
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string input = given.GetRequiredValue(_input), output = given.GetRequiredValue(_output);
        ModelFormat to = Target(given.GetValue(_to), output);
        OutputPlace.CheckApart(output, input);
        OutputPlace.Check(output);
        double tolerance = given.GetValue(_tolerance);
        var proof = Conversion.Convert(input, output, to, ConversionArguments.Options(given, _map, _entry, _order, _as, terminal), given.GetValue(_seed), tolerance);
        if (ComparisonTable.Write(proof, tolerance, terminal))
        {
            terminal.Remark($"wrote {output}");
            return ExitCode.Done;
        }

        terminal.Remark($"{output} was not written: it would compute something else than {input}");
        return ExitCode.Failed;
    }

    private static ModelFormat Target(string? to, string output)
    {
        if (to is not null)
            return ModelFormat.All.FirstOrDefault(format => format.Name == to) ?? throw new ElmanException($"--to takes a kind of model, not {Names.Quote(to)} (see: elman convert --help)");
        return ModelFormat.ByExtension(output) ?? throw new ElmanException($"{output}: its extension is that of no kind of model; say which with --to (see: elman convert --help)");
    }
}
