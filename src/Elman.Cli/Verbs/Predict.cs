using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman predict: continues every series of a CSV file.</summary>
internal sealed class Predict
{
    private readonly Argument<string> _model = CommonArguments.Model();
    private readonly Argument<string> _data = CommonArguments.Data();
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Where the forecast goes, as CSV. [default: standard output]", HelpName = "forecast.csv" };
    private readonly Option<string?> _plot = new("--plot") { Description = "Draws the forecast into an SVG file.", HelpName = "forecast.svg" };
    private readonly DataArguments _columns = DataArguments.OfModel();
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
        options._columns.AddTo(verb);
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string? output = given.GetValue(_output) is "-" ? null : given.GetValue(_output), plot = given.GetValue(_plot);
        string model = given.GetRequiredValue(_model), data = given.GetRequiredValue(_data);
        foreach (string place in new[] { output, plot }.OfType<string>())
        {
            OutputPlace.CheckApart(place, model, data);
            OutputPlace.Check(place);
        }

        if (output is not null && plot is not null && Path.GetFullPath(output) == Path.GetFullPath(plot))
            throw new ElmanException($"--output and --plot both name {output}; give two files");
        CommonArguments.UseThreads(given.GetValue(_threads));

        var forecaster = ModelPlace.Load(model);
        var table = ModelPlace.ReadSeries(forecaster, _columns, given, data, terminal);
        var series = LongEnough(table.Series, forecaster, terminal);
        var forecasts = forecaster.Predict(series);
        if (plot is not null)
            ForecastOutput.Draw(plot, forecaster, series, forecasts, terminal);
        if (output is null)
        {
            ForecastCsv.Write(forecasts, table, terminal.Out);
            return ExitCode.Done;
        }

        ForecastOutput.Write(output, forecaster, table, forecasts);
        if (series.Count > 1)
            terminal.Remark($"the chart shows the first of {series.Count} series; {output} holds all");
        terminal.Out.Write(TerminalChart.Draw(ForecastPicture.Of(series[0], forecasts[0], forecaster.Options.Context), terminal));
        return ExitCode.Done;
    }

    /// <summary>One new store must not keep all the others from their forecasts. Where all are too short, the model says so.</summary>
    private static IReadOnlyList<Series> LongEnough(IReadOnlyList<Series> series, Forecaster model, Terminal terminal)
    {
        var (enough, few) = (series.Where(one => one.Length >= model.Options.Context).ToArray(), series.Where(one => one.Length < model.Options.Context).ToArray());
        if (enough.Length == 0 || few.Length == 0)
            return series;
        terminal.Remark($"left out, for the model looks at {model.Options.Context} rows: {Names.List([.. few.Select(one => $"{Names.Quote(one.Group)} with {one.Length}")])}");
        return enough;
    }
}
