using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>A forecaster that was just trained, with the series that it was trained on.</summary>
/// <param name="Model">The model.</param>
/// <param name="Data">The series.</param>
/// <param name="Remarks">What was remarked on the way.</param>
internal sealed record TrainedForecaster(Forecaster Model, SeriesSet Data, IReadOnlyList<string> Remarks);

/// <summary>The options of the verbs that train a forecaster, and what they do.</summary>
internal sealed class ForecastTraining
{
    private readonly DataArguments _columns = DataArguments.ForTraining();
    private readonly SettingOptions<ForecasterOptions> _settings = new(ForecasterOptions.Settings);
    private readonly Option<string?> _continue = new("--continue") { Description = "Go on from this model with the new rows of DATA; columns and settings are the model's.", HelpName = "MODEL" };
    private readonly TaskTraining _training = new();
    private readonly Option<string?> _future = Future();

    /// <summary>A plan, for the verbs that forecast.</summary>
    public static Option<string?> Future() => new("--future") { Description = "A file with what is known of the rows to come, such as planned promotions.", HelpName = "plan.csv" };

    /// <summary>The file to train on.</summary>
    public Argument<string> Data { get; } = CommonArguments.Data();

    /// <summary>Gives argument and options to a verb.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="forecasts">Whether it also forecasts the rows to come, for which there may be a plan.</param>
    public void AddTo(Command verb, bool forecasts)
    {
        verb.Arguments.Add(Data);
        _columns.AddTo(verb);
        _settings.AddTo(verb);
        foreach (var option in new Option[] { _continue }.Concat(_training.Options))
            verb.Options.Add(option);
        if (forecasts) verb.Options.Add(_future);
    }

    /// <summary>Reads, trains and writes the model.</summary>
    /// <param name="given">The command line.</param>
    /// <param name="model">Where the model goes; its place has been checked.</param>
    /// <param name="terminal">Where the work is shown.</param>
    /// <param name="finish">Called with what came out, while the view is still there.</param>
    /// <returns>What <paramref name="finish"/> gives; null if the training was interrupted, which has been said.</returns>
    public T? Run<T>(ParseResult given, string model, Terminal terminal, Func<TrainedForecaster, TrainingView, T> finish)
        where T : class => _training.Run(given, model, terminal, start => Train(given, start, terminal), trained => trained.Model, finish, canResume: given.GetValue(_continue) is null);

    private TrainedForecaster Train(ParseResult given, TrainingStart start, Terminal terminal)
    {
        var view = start.View;
        var before = given.GetValue(_continue) is { } path ? ModelPlace.Load(path) : null;
        var options = before?.Options ?? _settings.Apply(given, new ForecasterOptions());
        var data = before is null ? _columns.ReadSeries(given, given.GetRequiredValue(Data), terminal.Input, Plan(given)) : ReadAsBefore(given, before, terminal);
        view.Remark(data.Remarks);
        // What the forecast lacks is better said before the training than after it.
        if (given.CommandResult.Command.Options.Contains(_future)) data = PlannedRows.Complete(data, options.Horizon, view.Remark);
        var context = start.Begin();
        if (before is null)
        {
            var model = Forecaster.Train(data, options, context);
            if (model.Record.Outcome != TrainingOutcome.Interrupted) view.Remark(Summary(model, view.Elapsed));
            return Done(model);
        }

        var continued = before.Continue(data, ContinuingRecipe(given, before), context);
        view.Remark(string.Create(CultureInfo.InvariantCulture, $"went on from {given.GetValue(_continue)} for {view.Elapsed.TotalSeconds:0.0} s"));
        return Done(continued);

        TrainedForecaster Done(Forecaster model) => new(model, data, view.Remarks);
    }

    private SeriesSet ReadAsBefore(ParseResult given, Forecaster before, Terminal terminal) => before.Schema is { } schema
        ? _columns.ReadSeries(given, given.GetRequiredValue(Data), schema, terminal.Input, Plan(given))
        : throw new ElmanException("the model to go on from was not trained on a table; train anew");

    private string? Plan(ParseResult given) => given.CommandResult.Command.Options.Contains(_future) ? given.GetValue(_future) : null;

    /// <summary>How the nets are trained may be said anew; what the model is made of stays.</summary>
    private TrainingRecipe ContinuingRecipe(ParseResult given, Forecaster before)
    {
        var options = before.Options with { Training = before.ContinuingRecipe };
        var asked = _settings.Apply(given, options);
        var (old, now) = (ForecasterOptions.Settings.Texts(options), ForecasterOptions.Settings.Texts(asked with { Training = options.Training }));
        return now.Keys.FirstOrDefault(key => now[key] != old[key]) is { } changed
            ? throw new ElmanException($"--continue keeps what the model is made of: its {changed} is {old[changed]}; leave the option out, or train anew")
            : asked.Training;
    }

    /// <summary>One line about how good it is on rows that it had not seen.</summary>
    public static string Judgement(Forecaster forecaster) => forecaster.Report.Backtest is { } backtest ? Judgement(forecaster, backtest) : "too few rows to keep some for a backtest";

    /// <summary>One line about a backtest.</summary>
    public static string Judgement(Forecaster forecaster, BacktestResult backtest)
    {
        var best = backtest.Baselines.MinBy(baseline => baseline.Overall.MeanAbsoluteError)!;
        var (own, other) = (backtest.Model.Overall.MeanAbsoluteError, best.Overall.MeanAbsoluteError);
        string rows = forecaster.Options.Holdout is null ? "rows that it had not seen (and was then trained on too)" : "rows that it has not seen";
        string beside = other > 0 ? string.Create(CultureInfo.InvariantCulture, $", {own / other:0.00} of that of '{best.Name}'") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"on {rows} its mean absolute error was {Figures.Number(own)}{beside}; {backtest.NominalCoverage * 100:0.#} % intervals held {backtest.Model.Coverage * 100:0} %");
    }

    /// <summary>One line about a training that is done.</summary>
    public static string Summary(Forecaster forecaster, TimeSpan took)
    {
        var record = forecaster.Record;
        string nets = record.Epochs.Count == 0 ? "without nets" : $"{Names.Count(record.Epochs.Count, "epoch")} of {Names.Count(forecaster.Nets.Count, "net")}";
        return string.Create(CultureInfo.InvariantCulture, $"trained {nets} in {took.TotalSeconds:0.0} s");
    }
}
