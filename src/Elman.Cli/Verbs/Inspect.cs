using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman inspect: shows what a model file holds.</summary>
internal sealed class Inspect
{
    private readonly Argument<string> _model = CommonArguments.Model();

    public static Verb Create(Terminal terminal)
    {
        var options = new Inspect();
        var verb = new Verb(
            "inspect",
            "Show a model's layers, shapes, parameter counts and training record.",
            "elman inspect weather.elman")
        {
            options._model,
        };
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        ModelDescription.Write(ModelPlace.Load(given.GetRequiredValue(_model)), terminal);
        return ExitCode.Done;
    }
}
