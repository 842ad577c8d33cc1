using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman train detect.</summary>
internal sealed class TrainDetect
{
    private readonly Argument<string> _data = CommonArguments.Data();
    private readonly Option<string?> _time = CommonArguments.Column("--time", "The column of the times. [default: the one that holds dates, or is named date, time, ...]");
    private readonly Option<string[]> _targets = CommonArguments.Columns("--targets", "The columns to watch, separated by commas. [default: all columns of numbers]");
    private readonly Option<string?> _label = CommonArguments.Column("--label", "A column that says of each row whether it is an anomaly; it is not learned from.");
    private readonly Option<string> _output = new("--output", "-o") { Description = "Where the model goes.", HelpName = "MODEL", Required = true };
    private readonly DataArguments _file = DataArguments.OfModel();
    private readonly SettingOptions<DetectorOptions> _settings = new(DetectorOptions.Settings);
    private readonly TaskTraining _training = new();

    public Verb Create(Terminal terminal)
    {
        var verb = new Verb("detect", "Train a model that finds anomalies and changes in one or many signals, without labels.",
            "elman train detect sensors.csv --time t --targets a,b,c -o pump.elman", "elman train detect load.csv -o load.elman") { _data, _time, _targets, _label };
        foreach (var option in _file.OfFile) verb.Options.Add(option);
        _settings.AddTo(verb);
        foreach (var option in _training.Options) verb.Options.Add(option);
        verb.Options.Add(_output);
        verb.SetAction(result => Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string place = given.GetRequiredValue(_output), data = given.GetRequiredValue(_data);
        OutputPlace.CheckApart(place, data);
        OutputPlace.Check(place);
        var options = _settings.Apply(given, DetectorOptions.Settings.Defaults);
        var columns = new DetectorColumns { Time = given.GetValue(_time), Targets = [.. given.GetValue(_targets) ?? []], Label = given.GetValue(_label) };
        Table? table = null;
        var model = _training.Run(given, place, terminal, start =>
        {
            table = _file.ReadTable(given, data, terminal.Input);
            foreach (string line in table.Remarks) start.View.Remark(line);
            return AnomalyDetector.Train(table, columns, options, start.Begin());
        }, one => one, (one, view) =>
        {
            view.Remark(TrainingSummary.Of(one, view.Elapsed));
            return one;
        });
        if (model is null) return ExitCode.Interrupted;
        terminal.Remark($"wrote {place}");
        var (rows, _) = model.Columns.Read(table!);
        if (rows.Labels is not null) terminal.Out.WriteLine(model.Evaluate(rows).ToString());
        else Summarize(model, rows, terminal);
        return ExitCode.Done;
    }

    /// <summary>How many alarms there would have been on what was learned from: many say that the sensitivity is too high, or the rows too unusual to learn from.</summary>
    private static void Summarize(AnomalyDetector model, DetectorRows rows, Terminal terminal)
    {
        var said = model.Detect(rows);
        terminal.Out.WriteLine($"{Names.Count(rows.Count, "row")} of {Names.List([.. model.Signals])}; on them {Names.Count(said.Count(one => one.IsAnomaly), "row")} would be unusual, with {Names.Count(said.Count(one => one.IsAlarm), "alarm")}");
    }
}
