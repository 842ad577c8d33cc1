using System.Globalization;
using System.Text;

namespace Elman;

/// <summary>The report as lines of text.</summary>
internal static class TaggingReportText
{
    private const int NameWidth = 32;

    public static string Of(TaggingReport report)
    {
        StringBuilder text = new();
        text.AppendLine(Line($"{Names.Count(report.Sentences, "sentence")}, {Names.Count(report.Tokens, "word")}"));
        Share("token accuracy", report.TokenAccuracy, report.FloorAccuracy);
        if (report.HasSpans) Share("span F1", report.Micro.F1, report.FloorF1);
        if (report.LabelAccuracy is { } label) Share("label accuracy", label, report.LabelFloor);
        Share("whole sentences right", report.SentenceAccuracy, null);
        if (report.WholeAccuracy is { } whole) Share("label and tags right", whole, null);
        if (report.UnknownTokens is { } unknown)
        {
            if (unknown < report.Tokens) Share("words seen in training", report.KnownAccuracy!.Value, null);
            if (unknown > 0) text.AppendLine(Line($"{"words not seen",-24}{Percent(report.UnknownAccuracy!.Value),9}   {Names.Count(unknown, "word")}"));
        }
        if (report.Scores.Count > 0) Table(text, report);
        return text.ToString().TrimEnd();

        void Share(string name, double value, double? floor) =>
            text.AppendLine(Line($"{name,-24}{Percent(value),9}{(floor is { } least ? Line($"   most frequent {(name[0] == 'l' ? "label" : "tag of each word")} {Percent(least)}") : "")}"));
    }

    private static void Table(StringBuilder text, TaggingReport report)
    {
        int width = Math.Max(8, report.Scores.Max(score => Names.Shown(score.Name, NameWidth).Length));
        text.AppendLine(Line($"{(report.HasSpans ? "type" : "tag").PadRight(width)}{"precision",11}{"recall",9}{"F1",9}{"support",9}"));
        foreach (ClassScore score in report.Scores) Row(score.Name, score);
        if (report.HasSpans) Row("all", report.Micro);
        text.AppendLine(Line($"{"macro".PadRight(width)}{"",20}{Percent(report.MacroF1),9}"));
        text.AppendLine(Line($"{"weighted".PadRight(width)}{"",20}{Percent(report.WeightedF1),9}{report.Micro.Support,9:N0}"));

        void Row(string name, ClassScore score) =>
            text.AppendLine(Line($"{Names.Shown(name, NameWidth).PadRight(width)}{Percent(score.Precision),11}{Percent(score.Recall),9}{Percent(score.F1),9}{score.Support,9:N0}"));
    }

    private static string Percent(double share) => Line($"{100 * share:0.00} %");

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
