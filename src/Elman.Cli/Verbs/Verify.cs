using System.CommandLine;
using Elman.Formats;

namespace Elman.Cli;

/// <summary>elman verify: compares what two model files compute.</summary>
internal sealed class Verify
{
    private readonly Argument<string> _first = ConversionArguments.File("A");
    private readonly Argument<string> _second = ConversionArguments.File("B");
    private readonly Option<string[]> _map = ConversionArguments.Map();
    private readonly Option<string?> _entry = ConversionArguments.Entry();
    private readonly Option<string?> _order = ConversionArguments.Order();
    private readonly Option<string?> _as = ConversionArguments.As();
    private readonly Option<double> _tolerance = ConversionArguments.Tolerance();
    private readonly Option<ulong> _seed = ConversionArguments.Seed();

    public static Verb Create(Terminal terminal)
    {
        var options = new Verify();
        var verb = new Verb(
            "verify",
            "Compare what two model files, of any kinds, compute for the same inputs; exit code 1 if it differs.",
            "elman verify tagger.pt tagger.elman")
        {
            options._first, options._second, options._map, options._entry, options._order, options._as, options._tolerance, options._seed,
        };
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        var proof = Conversion.Verify(
            given.GetRequiredValue(_first), given.GetRequiredValue(_second), ConversionArguments.Options(given, _map, _entry, _order, _as, terminal), given.GetValue(_seed));
        return ComparisonTable.Write(proof, given.GetValue(_tolerance), terminal) ? ExitCode.Done : ExitCode.Failed;
    }
}
