using System.Globalization;

namespace Elman.Cli;

/// <summary>elman inspect of a model that gives sequences labels.</summary>
internal static class LabelledDescription
{
    public static void Write(TaskModel model, string kind, IReadOnlyDictionary<string, string> settings, Terminal terminal, params ReadOnlySpan<(string Name, string Value)> facts)
    {
        int width = Math.Max(14, settings.Keys.Max(name => name.Length) + 2);
        void Line(string name, string value) => terminal.Out.WriteLine($"{name.PadRight(width)}{terminal.Shown(value)}");
        Line("kind", kind);
        foreach (var (name, value) in facts) Line(name, value);
        var record = model.Record;
        Line("training", string.Create(CultureInfo.InvariantCulture, $"{Names.Count(record.Epochs.Count, "epoch")}, {Names.Count(record.Steps, "step")}"));
        terminal.Out.WriteLine();
        foreach (var (name, value) in settings) Line(name, value);
    }

    /// <summary>What a model reads, in words.</summary>
    public static string Reads(bool text, SequenceColumns? columns) => columns switch
    {
        null => text ? "texts" : "sequences of a .ts or .arff file",
        { Text: { } column } => $"texts in column {Names.Quote(column)}",
        { Group: { } group } => $"the rows of each {Names.Quote(group)}: {Names.List(columns.Features)}",
        _ => $"rows of {Names.Count(columns.Features.Length, "value")}",
    };
}
