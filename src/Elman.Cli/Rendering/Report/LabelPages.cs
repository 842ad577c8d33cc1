using System.Globalization;

namespace Elman.Cli;

/// <summary>A page about a classifier: scores, the confusion matrix, the worst examples.</summary>
internal static class ClassificationPage
{
    private const int MostClasses = 60, MostExamples = 30, TextLength = 300;

    public static HtmlPage Of(ClassificationReport report, SequenceClassifier model, IReadOnlyList<Example<Sequence, string>> examples, TaskCall call) =>
        Of(report, model, examples, $"{Path.GetFileName(call.Model)} on {Path.GetFileName(call.Data)}", ShellLine.Of(call.Given));

    /// <param name="report">The scores.</param>
    /// <param name="model">The model.</param>
    /// <param name="examples">What it was scored on.</param>
    /// <param name="title">What the page is about.</param>
    /// <param name="commandLine">How it was made.</param>
    public static HtmlPage Of(ClassificationReport report, SequenceClassifier model, IReadOnlyList<Example<Sequence, string>> examples, string title, string commandLine)
    {
        HtmlPage page = new(title);
        page.Paragraph(string.Create(CultureInfo.InvariantCulture, $"{Names.Count(report.Count, "sequence")}: accuracy {report.Accuracy:P1}, macro F1 {report.MacroF1:0.000}, weighted F1 {report.WeightedF1:0.000}."), "lead");
        page.Paragraph(string.Create(CultureInfo.InvariantCulture, $"Always '{report.FloorLabel}', the most frequent label of the training, would be right in {report.Floor:P1}. Log-loss {report.LogLoss:0.000} nats{(double.IsNaN(report.CalibrationError) ? "" : $", calibration error {report.CalibrationError.ToString("P1", CultureInfo.InvariantCulture)}")}."));
        page.Heading("Classes");
        page.Table(["class", "precision", "recall", "F1", "support"], report.Classes.Select(score => (string[])[score.Name, Figure(score.Precision), Figure(score.Recall), Figure(score.F1), score.Support.ToString("N0", CultureInfo.InvariantCulture)]));
        if (report.Confusion.Count is > 0 and <= MostClasses)
        {
            page.Heading("What was taken for what");
            page.Paragraph("A row is what was there, a column what was said.", "faint");
            page.Matrix([.. report.Classes.Select(score => score.Name)], report.Confusion);
        }

        Worst(page, model, examples);
        page.Heading("How this was made");
        page.Code(commandLine);
        return page;
    }

    private static void Worst(HtmlPage page, SequenceClassifier model, IReadOnlyList<Example<Sequence, string>> examples)
    {
        if (model.Options.Labels == LabelKind.Several) return;
        var wrong = examples.Zip(model.Predict([.. examples.Select(example => example.Input)]), (example, said) => (example, said))
            .Select((pair, at) => (pair.example, pair.said, at)).Where(one => one.said.Label != one.example.Target).OrderByDescending(one => one.said.Confidence).Take(MostExamples).ToArray();
        if (wrong.Length == 0) return;
        page.Heading("Wrong, and most sure");
        page.Table(["sequence", "was", "said", "sure", "content"], wrong.Select(one => (string[])[(one.at + 1).ToString("N0", CultureInfo.InvariantCulture), one.example.Target, one.said.Label,
            one.said.Confidence.ToString("P0", CultureInfo.InvariantCulture), Names.Shown(one.example.Input.ToString(), TextLength)]));
    }

    private static string Figure(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}

/// <summary>A page about a regressor: scores, and the sequences whose number was missed most.</summary>
internal static class RegressionPage
{
    private const int MostExamples = 30;

    public static HtmlPage Of(RegressionReport report, SequenceRegressor model, IReadOnlyList<Example<Sequence, double[]>> examples, TaskCall call)
    {
        HtmlPage page = new($"{Path.GetFileName(call.Model)} on {Path.GetFileName(call.Data)}");
        page.Paragraph(string.Create(CultureInfo.InvariantCulture, $"{Names.Count(report.Count, "number")}: MAE {report.MeanAbsoluteError:G4}, RMSE {report.RootMeanSquaredError:G4}, R² {report.Determination:0.000}."), "lead");
        page.Paragraph(string.Create(CultureInfo.InvariantCulture, $"Always the mean of the training: MAE {report.FloorMeanAbsoluteError:G4}, RMSE {report.FloorRootMeanSquaredError:G4}. {report.NominalCoverage:P0} intervals held {report.Coverage:P0}."));
        page.Heading("Farthest off");
        var missed = examples.Zip(model.Predict([.. examples.Select(example => example.Input)]), (example, said) => (Was: example.Target.Length == 0 ? double.NaN : example.Target[^1], said.Value, example.Input))
            .Select((one, at) => (one.Was, one.Value, one.Input, at)).Where(one => double.IsFinite(one.Was)).OrderByDescending(one => Math.Abs(one.Was - one.Value)).Take(MostExamples);
        page.Table(["sequence", "was", "said", "off by"], missed.Select(one => (string[])[(one.at + 1).ToString("N0", CultureInfo.InvariantCulture), Figures.Number(one.Was), Figures.Number(one.Value), Figures.Number(one.Value - one.Was)]));
        page.Heading("How this was made");
        page.Code(ShellLine.Of(call.Given));
        return page;
    }
}
