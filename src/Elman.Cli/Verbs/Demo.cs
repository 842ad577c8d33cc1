using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman demo: the whole job on the weather of Seattle, which the command carries with it.</summary>
internal sealed class Demo
{
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The folder for the model, the forecast and the picture.",
        HelpName = "folder",
        DefaultValueFactory = _ => "elman-demo",
    };

    private readonly Option<int> _threads = CommonArguments.Threads();

    public static Verb Create(Terminal terminal)
    {
        var options = new Demo();
        var verb = new Verb("demo", "Train, backtest and forecast the daily maximum temperature of Seattle.", "elman demo")
        {
            options._output, options._threads,
        };
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal) => throw new ElmanException("the demo is not built in yet: " + given.GetValue(_output));
}
