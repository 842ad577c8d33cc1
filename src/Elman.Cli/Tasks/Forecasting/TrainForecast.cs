using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman train forecast: trains a forecaster, and writes the model only.</summary>
internal sealed class TrainForecast
{
    private readonly ForecastTraining _training = new();
    private readonly Option<string> _output = new("--output", "-o") { Description = "Where the model goes.", HelpName = "MODEL", Required = true };

    public static Verb Create(Terminal terminal)
    {
        var options = new TrainForecast();
        var verb = new Verb(
            "forecast",
            "Train a model that forecasts a column of a table.",
            "elman train forecast weather.csv --target temp_max -o weather.elman",
            "elman train forecast sales.csv --target units --group store --known promo --horizon 28 -o sales.elman",
            "elman train forecast sales.csv --continue sales.elman -o newer.elman");
        options._training.AddTo(verb, forecasts: false);
        verb.Options.Add(options._output);
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string model = given.GetRequiredValue(_output);
        OutputPlace.CheckApart(model, given.GetRequiredValue(_training.Data));
        OutputPlace.Check(model);
        if (_training.Run(given, model, terminal, (trained, _) => trained) is not { } done) return ExitCode.Interrupted;
        terminal.Remark($"wrote {model}");
        terminal.Remark(ForecastTraining.Judgement(done.Model));
        return ExitCode.Done;
    }
}
