using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>Detectors of anomalies: elman train detect, elman detect, elman evaluate.</summary>
internal sealed class DetectTask(DataArguments file, LabelArguments arguments) : CommandTask
{
    private readonly Option<string?> _labels = CommonArguments.Column("--labels", "Of a detector: the column that says of each row whether it is an anomaly. [default: that of the training]");

    public override string Name => "detect";

    public override string Task => AnomalyDetector.TaskName;

    public override string PredictHelp => "a detector judges each row";

    public override string EvaluateHelp => "a detector is compared with a column of labels";

    public override IReadOnlyList<Option> PredictOptions => [.. file.OfFile];

    public override IReadOnlyList<Option> EvaluateOptions => [arguments.Metrics, _labels, .. file.OfFile];

    public override IReadOnlyList<string> EvaluateExamples => ["elman evaluate pump.elman labelled.csv --labels broken"];

    public override IReadOnlyList<Verb> Verbs(Terminal terminal) => [Detect.Create(terminal)];

    public override Verb Train(Terminal terminal) => new TrainDetect().Create(terminal);

    public override Verb Demo(Terminal terminal) => DetectDemo.Create(terminal);

    public override int Predict(TaskModel model, TaskCall call)
    {
        var detector = (AnomalyDetector)model;
        var table = file.ReadTable(call.Given, call.Data, call.Terminal.Input);
        return PredictedRows.Finish(call, writer => new DetectionCells(detector).Write(table, detector.OpenStream(), alarmsOnly: false, writer));
    }

    public override int Evaluate(TaskModel model, TaskCall call)
    {
        var detector = (AnomalyDetector)model;
        arguments.CheckPlaces(call);
        string label = call.Given.GetValue(_labels) ?? detector.Columns.Label
            ?? throw new ElmanException("which column says what is an anomaly? name it with --labels");
        var table = file.ReadTable(call.Given, call.Data, call.Terminal.Input);
        arguments.Write(call, detector.Evaluate((detector.Columns with { Label = label }).Read(table).Rows));
        return ExitCode.Done;
    }

    public override void Inspect(TaskModel model, Terminal terminal)
    {
        var detector = (AnomalyDetector)model;
        LabelledDescription.Write(detector, "detector of anomalies", DetectorOptions.Settings.Texts(detector.Options), terminal,
            ("signals", Names.List([.. detector.Signals])), ("time", detector.Columns.Time is { } time ? Names.Quote(time) : "rows are counted"),
            ("parameters", detector.Net.ParameterCount.ToString("N0", CultureInfo.InvariantCulture)));
    }
}
