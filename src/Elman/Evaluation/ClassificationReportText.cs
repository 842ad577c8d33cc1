using System.Globalization;
using System.Text;

namespace Elman;

/// <summary>The report as lines of text: scores against the floor, a line for each class, and which classes are taken for which.</summary>
internal static class ClassificationReportText
{
    private const int MostClasses = 40, MostConfusions = 5, LabelWidth = 24;

    public static string Of(ClassificationReport report)
    {
        StringBuilder text = new();
        text.AppendLine(Line($"{Names.Count(report.Count, "sequence")}: accuracy {report.Accuracy:P1}, macro F1 {report.MacroF1:0.000}, weighted F1 {report.WeightedF1:0.000}{(report.IsMultiLabel ? Line($", micro F1 {report.MicroF1:0.000}") : "")}"));
        text.AppendLine(Line($"floor: always '{Names.Shown(report.FloorLabel)}', accuracy {report.Floor:P1}"));
        text.AppendLine(Line($"log-loss {report.LogLoss:0.000} nats{(double.IsNaN(report.CalibrationError) ? "" : Line($", calibration error {report.CalibrationError:P1}"))}"));
        ClassLines(text, report.Classes);
        foreach ((string there, string said, int count) in Confusions(report).Take(MostConfusions))
            text.AppendLine(Line($"'{Names.Shown(there)}' was taken for '{Names.Shown(said)}' {count} {(count == 1 ? "time" : "times")}"));
        return text.ToString().TrimEnd();
    }

    /// <summary>The pairs of classes that are confused, the most frequent first.</summary>
    public static IEnumerable<(string There, string Said, int Count)> Confusions(ClassificationReport report) =>
        from there in Enumerable.Range(0, report.Confusion.Count)
        from said in Enumerable.Range(0, report.Confusion.Count)
        let count = report.Confusion[there][said]
        where there != said && count > 0
        orderby count descending
        select (report.Classes[there].Name, report.Classes[said].Name, count);

    /// <summary>A line for each class, the largest first where they are many.</summary>
    public static void ClassLines(StringBuilder text, IReadOnlyList<ClassScore> classes)
    {
        int width = Math.Min(LabelWidth, classes.Select(score => Names.Shown(score.Name, LabelWidth).Length).DefaultIfEmpty().Max());
        text.AppendLine(Line($"{"".PadRight(width)}  precision  recall     F1  support"));
        IEnumerable<ClassScore> shown = classes.Count <= MostClasses ? classes : classes.OrderByDescending(score => score.Support).Take(MostClasses);
        foreach (ClassScore score in shown)
            text.AppendLine(Line($"{Names.Shown(score.Name, LabelWidth).PadRight(width)}  {score.Precision,9:0.000}  {score.Recall,6:0.000}  {score.F1,5:0.000}  {score.Support,7:N0}"));
        if (classes.Count > MostClasses) text.AppendLine(Line($"and {classes.Count - MostClasses} more classes"));
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
