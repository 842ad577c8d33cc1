using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman predict: continues every series of a CSV file.</summary>
internal sealed class Predict
{
    private readonly Argument<string> _model = CommonArguments.Model();
    private readonly Argument<string> _data = CommonArguments.Data();
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Where the forecast goes, as CSV. [default: standard output]", HelpName = "forecast.csv" };
    private readonly Option<string?> _plot = new("--plot") { Description = "Draws the forecast into an SVG file.", HelpName = "forecast.svg" };
    private readonly Option<int> _threads = CommonArguments.Threads();

    public static Verb Create(Terminal terminal)
    {
        var options = new Predict();
        var verb = new Verb(
            "predict",
            "Forecast the steps after the last row of a CSV file.",
            "elman predict weather.elman weather.csv -o forecast.csv --plot forecast.svg",
            "cat sales.csv | elman predict sales.elman - | head")
        {
            options._model, options._data, options._output, options._plot, options._threads,
        };
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal) => throw new ElmanException("forecasting is not built in yet: " + given.GetValue(_model));
}
