using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman backtest: measures a model on days it has not seen, beside two baselines.</summary>
internal sealed class Backtest
{
    private readonly Argument<string> _model = CommonArguments.Model();
    private readonly Argument<string> _data = CommonArguments.Data();
    private readonly DataArguments _columns = DataArguments.OfModel();
    private readonly Option<int> _threads = CommonArguments.Threads();

    public static Verb Create(Terminal terminal)
    {
        var options = new Backtest();
        var verb = new Verb(
            "backtest",
            "Measure a model with a rolling origin on the rows it was not trained on.",
            "elman backtest weather.elman weather.csv")
        {
            options._model, options._data, options._threads,
        };
        options._columns.AddTo(verb);
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        CommonArguments.UseThreads(given.GetValue(_threads));
        var model = ModelPlace.Load(given.GetRequiredValue(_model));
        var table = ModelPlace.ReadSeries(model, _columns, given, given.GetRequiredValue(_data), terminal);
        BacktestTable.Write(model.Backtest(table.Series), model.Target, terminal);
        return ExitCode.Done;
    }
}
