using System.CommandLine;

namespace Elman.Cli;

/// <summary>Forecasts of the columns of a table.</summary>
internal sealed class ForecastTask : CommandTask
{
    private readonly Option<string?> _plot = new("--plot") { Description = "Draws the forecast into an SVG file.", HelpName = "forecast.svg" };
    private readonly DataArguments _columns = DataArguments.OfModel();

    public override string Name => "forecast";

    public override string Task => Forecaster.TaskName;

    public override string PredictHelp => "a forecaster gives the steps after the last row";

    public override string EvaluateHelp => "a forecaster makes a backtest";

    public override IReadOnlyList<Option> PredictOptions => [_plot, .. _columns.All];

    public override IReadOnlyList<Option> EvaluateOptions => _columns.All;

    public override IReadOnlyList<string> PredictExamples =>
    [
        "elman predict weather.elman weather.csv -o forecast.csv --plot forecast.svg",
        "cat sales.csv | elman predict sales.elman - | head",
    ];

    public override IReadOnlyList<string> EvaluateExamples => ["elman evaluate weather.elman weather.csv"];

    public override Verb Train(Terminal terminal) => TrainForecast.Create(terminal);

    public override int Predict(TaskModel model, TaskCall call)
    {
        var (terminal, output, plot) = (call.Terminal, call.Output, call.Given.GetValue(_plot));
        if (plot is not null)
        {
            OutputPlace.CheckApart(plot, call.Model, call.Data);
            OutputPlace.Check(plot);
        }

        if (output is not null && plot is not null && Path.GetFullPath(output) == Path.GetFullPath(plot))
            throw new ElmanException($"--output and --plot both name {output}; give two files");

        var forecaster = (Forecaster)model;
        var table = ModelPlace.ReadSeries(forecaster, _columns, call.Given, call.Data, terminal);
        var series = table.Series;
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
        terminal.Out.Write(TerminalChart.Draw(ForecastPicture.Of(series[0], forecasts[0], ForecastPicture.RowsShown(forecaster)), terminal));
        return ExitCode.Done;
    }

    public override int Evaluate(TaskModel model, TaskCall call)
    {
        var forecaster = (Forecaster)model;
        var table = ModelPlace.ReadSeries(forecaster, _columns, call.Given, call.Data, call.Terminal);
        BacktestTable.Write(forecaster.Backtest(table.Series), forecaster.Target, call.Terminal);
        return ExitCode.Done;
    }

    public override void Inspect(TaskModel model, Terminal terminal) => ModelDescription.Write((Forecaster)model, terminal);
}
