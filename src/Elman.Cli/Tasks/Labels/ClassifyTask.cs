using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>Labels of whole sequences: texts, recordings, rows.</summary>
internal sealed class ClassifyTask(DataArguments file, LabelArguments arguments) : CommandTask
{
    private const string PredictedName = "predicted", ProbabilityName = "probability";

    public override string Name => "classify";

    public override string Task => SequenceClassifier.TaskName;

    public override string PredictHelp => "a classifier gives each sequence a label and its probability";

    public override string EvaluateHelp => "a classifier is compared with the labels";

    public override IReadOnlyList<Option> PredictOptions => [.. arguments.OfPredict, .. file.OfFile];

    public override IReadOnlyList<Option> EvaluateOptions => [.. arguments.OfEvaluate, .. file.OfFile];

    public override IReadOnlyList<string> PredictExamples => ["elman predict intents.elman new.csv --top 3 -o labelled.csv", "tail -f lines.txt | elman predict intents.elman -"];

    public override IReadOnlyList<string> EvaluateExamples => ["elman evaluate intents.elman test.csv --metrics report.json --report report.html"];

    public override Verb Train(Terminal terminal) => new TrainClassify().Create(
        Name, "Train a model that gives sequences a label: texts, recordings of sensors, rows.", terminal,
        "elman train classify intents.csv --text utterance --label intent -o intents.elman",
        "elman train classify sensors.csv --group recording --label activity -o activity.elman",
        "elman train classify ECG_TRAIN.ts --test ECG_TEST.ts -o ecg.elman");

    public override Verb Demo(Terminal terminal) => ClassifyDemo.Create(terminal);

    public override int Predict(TaskModel model, TaskCall call)
    {
        var classifier = (SequenceClassifier)model;
        if (call.Data == "-" && classifier.ReadsText) return TextLines.Predict(call, classifier.Columns, Head(classifier, call.Given), text => Cells(classifier, classifier.Predict(Sequence.Of(text)), call.Given));
        if (LabelledData.IsSequenceFile(call.Data))
        {
            var sequences = LabelledSequences.Read(call.Data, labelled: false);
            var labels = classifier.Predict([.. sequences.Select(example => example.Input)]);
            return PredictedRows.Finish(call, writer => PredictedRows.Write(sequences, Head(classifier, call.Given), at => Cells(classifier, labels[at], call.Given), writer));
        }

        var table = LabelledData.Read(file.ReadTable(call.Given, call.Data, call.Terminal.Input), classifier.Columns, labelled: false, call.Model);
        var predictions = classifier.Predict(table.Sequences);
        return PredictedRows.Finish(call, writer => PredictedRows.Write(table, Head(classifier, call.Given), (sequence, _) => Cells(classifier, predictions[sequence], call.Given), everyRow: false, writer));
    }

    public override int Evaluate(TaskModel model, TaskCall call)
    {
        var classifier = (SequenceClassifier)model;
        arguments.CheckPlaces(call);
        IReadOnlyList<Example<Sequence, string>> examples = LabelledData.IsSequenceFile(call.Data) ? LabelledSequences.Read(call.Data)
            : LabelledData.Read(file.ReadTable(call.Given, call.Data, call.Terminal.Input), classifier.Columns, labelled: true, call.Model).Labelled();
        var report = classifier.Evaluate(examples);
        arguments.Write(call, report, () => ClassificationPage.Of(report, classifier, examples, call));
        return ExitCode.Done;
    }

    public override void Inspect(TaskModel model, Terminal terminal)
    {
        var classifier = (SequenceClassifier)model;
        LabelledDescription.Write(classifier, "classifier", ClassifierOptions.Settings.Texts(classifier.Options), terminal,
            ("classes", Names.List([.. classifier.Classes])), ("reads", LabelledDescription.Reads(classifier.ReadsText, classifier.Columns)));
    }

    private string[] Head(SequenceClassifier model, ParseResult given) =>
    [
        .. model.Options.Labels == LabelKind.Several ? [PredictedName]
            : Enumerable.Range(1, Math.Min(arguments.Top(given), model.Classes.Count)).SelectMany(rank => rank == 1 ? (string[])[PredictedName, ProbabilityName] : [PredictedName + rank, ProbabilityName + rank]),
        .. arguments.Probabilities(given) ? model.Classes.Select(label => "p_" + label) : [],
    ];

    private IEnumerable<string> Cells(SequenceClassifier model, ClassPrediction prediction, ParseResult given)
    {
        double? threshold = arguments.Threshold(given);
        if (model.Options.Labels == LabelKind.Several) yield return string.Join(model.Options.Separator, prediction.Labels(threshold ?? 0.5));
        else
        {
            foreach (var (label, probability) in prediction.Top(arguments.Top(given)))
            {
                yield return probability >= (threshold ?? 0) ? label : "";
                yield return Probability(probability);
            }
        }

        if (!arguments.Probabilities(given)) yield break;
        foreach (float probability in prediction.Probabilities) yield return Probability(probability);
    }

    private static string Probability(float value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
