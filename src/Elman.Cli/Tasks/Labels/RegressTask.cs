using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>Numbers of sequences, or of their time steps.</summary>
internal sealed class RegressTask(DataArguments file, LabelArguments arguments) : CommandTask
{
    private static readonly string[] Head = ["predicted", "low", "high"];

    public override string Name => "regress";

    public override string Task => SequenceRegressor.TaskName;

    public override string PredictHelp => "a regressor gives a number with its interval";

    public override string EvaluateHelp => "a regressor is compared with the numbers";

    public override IReadOnlyList<Option> PredictOptions => file.OfFile;

    public override IReadOnlyList<Option> EvaluateOptions => [.. arguments.OfEvaluate, .. file.OfFile];

    public override IReadOnlyList<string> PredictExamples => ["elman predict rul.elman engines.csv"];

    public override IReadOnlyList<string> EvaluateExamples => ["elman evaluate rul.elman engines-test.csv"];

    public override Verb Train(Terminal terminal) => new TrainRegress().Create(
        Name, "Train a model that gives sequences a number, or each of their rows one.", terminal,
        "elman train regress engines.csv --group unit --label rul --last -o rul.elman",
        "elman train regress spectra.csv --label fat -o fat.elman");

    public override int Predict(TaskModel model, TaskCall call)
    {
        var regressor = (SequenceRegressor)model;
        if (call.Data == "-" && regressor.ReadsText) return TextLines.Predict(call, regressor.Columns, Head, text => Cells(regressor.Predict(Sequence.Of(text)), ^1));
        if (LabelledData.IsSequenceFile(call.Data))
        {
            var sequences = LabelledSequences.Read(call.Data, labelled: false);
            var numbers = regressor.Predict([.. sequences.Select(example => example.Input)]);
            return PredictedRows.Finish(call, writer => PredictedRows.Write(sequences, Head, at => Cells(numbers[at], ^1), writer));
        }

        var table = LabelledData.Read(file.ReadTable(call.Given, call.Data, call.Terminal.Input), regressor.Columns, labelled: false, call.Model);
        var predictions = regressor.Predict(table.Sequences);
        bool everyRow = regressor.EveryStep && !table.Columns.Last;
        return PredictedRows.Finish(call, writer => PredictedRows.Write(table, Head, (sequence, at) => Cells(predictions[sequence], regressor.EveryStep ? at : ^1), everyRow, writer));
    }

    public override int Evaluate(TaskModel model, TaskCall call)
    {
        var regressor = (SequenceRegressor)model;
        arguments.CheckPlaces(call);
        var examples = LabelledData.IsSequenceFile(call.Data) ? LabelledData.Numbers(LabelledSequences.Read(call.Data), call.Data)
            : regressor.ExamplesOf(LabelledData.Read(file.ReadTable(call.Given, call.Data, call.Terminal.Input), regressor.Columns, labelled: true, call.Model));
        var report = regressor.Evaluate(examples);
        arguments.Write(call, report, () => RegressionPage.Of(report, regressor, examples, call));
        return ExitCode.Done;
    }

    public override void Inspect(TaskModel model, Terminal terminal)
    {
        var regressor = (SequenceRegressor)model;
        LabelledDescription.Write(regressor, "regressor", RegressorOptions.Settings.Texts(regressor.Options), terminal,
            ("gives", regressor.EveryStep ? "a number for each row" : "a number for each sequence"), ("reads", LabelledDescription.Reads(regressor.ReadsText, regressor.Columns)));
    }

    private static string[] Cells(NumberPrediction prediction, Index at)
    {
        double value = prediction.Values.Count == 0 ? double.NaN : prediction.Values[at];
        return [Number(value), Number(value - prediction.Margin), Number(value + prediction.Margin)];
    }

    private static string Number(double value) => double.IsNaN(value) ? "" : value.ToString("G6", CultureInfo.InvariantCulture);
}
