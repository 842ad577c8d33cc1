using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>Models that write texts: elman train generate, elman generate, elman evaluate.</summary>
internal sealed class GenerateTask(LabelArguments arguments) : CommandTask
{
    public override string Name => "generate";

    public override string Task => LanguageModel.TaskName;

    public override string PredictHelp => "a language model says how probable each line of a text is";

    public override string EvaluateHelp => "a language model foretells a text";

    public override IReadOnlyList<Option> EvaluateOptions => [arguments.Metrics];

    public override IReadOnlyList<string> EvaluateExamples => ["elman evaluate bard.elman other-plays.txt --metrics report.json"];

    public override IReadOnlyList<Verb> Verbs(Terminal terminal) => [Generate.Create(terminal)];

    public override Verb Train(Terminal terminal) => new TrainGenerate().Create(terminal);

    public override Verb Demo(Terminal terminal) => GenerateDemo.Create(terminal);

    /// <summary>Each line of the text with its nats and its bits a character.</summary>
    public override int Predict(TaskModel model, TaskCall call)
    {
        var language = (LanguageModel)model;
        using var reader = new StringReader(TextFile.Read(call.Data, call.Terminal.Input));
        void Write(TextWriter writer)
        {
            CsvFile.WriteRow(writer, ["text", "tokens", "nats", "bits_per_character"]);
            while (reader.ReadLine() is { } line)
            {
                if (line.Length == 0) continue;
                var report = language.EvaluateLine(line);
                CsvFile.WriteRow(writer, [line, report.Tokens.ToString(CultureInfo.InvariantCulture), Figure(report.Nats), Figure(report.BitsPerCharacter)]);
            }
        }

        if (call.Output is { } path) CsvFile.WriteText(path, Write);
        else Write(call.Terminal.FileOut);
        return ExitCode.Done;
    }

    public override int Evaluate(TaskModel model, TaskCall call)
    {
        arguments.CheckPlaces(call);
        var report = ((LanguageModel)model).Evaluate(TextFile.Read(call.Data, call.Terminal.Input));
        arguments.Write(call, report);
        return ExitCode.Done;
    }

    public override void Inspect(TaskModel model, Terminal terminal)
    {
        var language = (LanguageModel)model;
        LabelledDescription.Write(language, "language model", LanguageModelOptions.Settings.Texts(language.Options), terminal,
            ("tokens", (language.TokenCount - 2).ToString("N0", CultureInfo.InvariantCulture)), ("parameters", language.Net.ParameterCount.ToString("N0", CultureInfo.InvariantCulture)));
        if (language.Report is { } report) terminal.Out.WriteLine($"\n{report}");
    }

    private static string Figure(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
