using System.CommandLine;

namespace Elman.Cli;

/// <summary>Forecasts of the columns of a table.</summary>
internal sealed class ForecastTask(DataArguments columns) : CommandTask
{
    private readonly PredictForecast _predict = new(columns);

    public override string Name => "forecast";

    public override string Task => Forecaster.TaskName;

    public override string PredictHelp => "a forecaster gives the steps after the last row";

    public override string EvaluateHelp => "a forecaster makes a backtest";

    public override IReadOnlyList<Option> PredictOptions => _predict.Options;

    public override IReadOnlyList<Option> EvaluateOptions => columns.All;

    public override IReadOnlyList<string> PredictExamples => PredictForecast.Examples;

    public override IReadOnlyList<string> EvaluateExamples => ["elman evaluate weather.elman weather.csv"];

    public override IReadOnlyList<Verb> Verbs(Terminal terminal) => [ForecastVerb.Create(terminal), Backtest.Create(terminal), Tune.Create(terminal)];

    public override Verb Train(Terminal terminal) => TrainForecast.Create(terminal);

    public override int Predict(TaskModel model, TaskCall call) => _predict.Run((Forecaster)model, call);

    public override int Evaluate(TaskModel model, TaskCall call)
    {
        var forecaster = (Forecaster)model;
        var data = ModelPlace.ReadSeries(forecaster, columns, call.Given, call.Data, call.Terminal);
        BacktestTable.Write(Backtest.Measure(forecaster, data, stride: 1, call.Terminal).Result, forecaster, call.Terminal);
        return ExitCode.Done;
    }

    public override void Inspect(TaskModel model, Terminal terminal) => ModelDescription.Write((Forecaster)model, terminal);
}
