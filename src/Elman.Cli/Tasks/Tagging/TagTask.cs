using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>Tags of the words of sentences.</summary>
internal sealed class TagTask(DataArguments file, LabelArguments arguments) : CommandTask
{
    public override string Name => "tag";

    public override string Task => Tagger.TaskName;

    public override string PredictHelp => "a tagger gives each word a tag and its probability";

    public override string EvaluateHelp => "a tagger is compared with the right tags";

    public override IReadOnlyList<Option> PredictOptions => [.. arguments.OfPredict, .. file.OfFile];

    public override IReadOnlyList<Option> EvaluateOptions => [.. arguments.OfEvaluate, .. file.OfFile];

    public override IReadOnlyList<string> PredictExamples => ["echo 'Elman runs everywhere' | elman predict pos.elman -", "elman predict pos.elman new.conllu -o tagged.conllu"];

    public override IReadOnlyList<string> EvaluateExamples => ["elman evaluate pos.elman test.conllu --metrics report.json --report report.html"];

    public override Verb Train(Terminal terminal) => new TrainTag().Create(
        Name, "Train a model that tags the words of sentences: parts of speech, names, slots.", terminal,
        "elman train tag train.conllu --column upos -o pos.elman",
        "elman train tag snips.conll --label intent -o slots.elman",
        "elman train tag words.csv --group sentence --column tag -o names.elman");

    public override Verb Demo(Terminal terminal) => TagDemo.Create(terminal);

    public override int Predict(TaskModel model, TaskCall call)
    {
        var tagger = (Tagger)model;
        var answers = new TagAnswers(tagger, arguments, call.Given);
        var columns = tagger.Columns ?? new TaggedColumns();
        if (call.Data == "-" && columns.Group is null)
        {
            using StreamReader reader = new(call.Terminal.Input);
            return PredictedRows.Finish(call, writer => new TagStream(answers, columns).Run(reader, writer));
        }

        if (!TagData.IsTable(call.Data, columns))
        {
            var sentences = TagData.ReadFile(call.Data, columns, tagged: false);
            return PredictedRows.Finish(call, writer => answers.WriteFile(sentences, columns, writer));
        }

        var table = file.ReadTable(call.Given, call.Data, call.Terminal.Input);
        var groups = columns.Read(table, tagged: false);
        return PredictedRows.Finish(call, writer => answers.WriteTable(table, groups, writer));
    }

    public override int Evaluate(TaskModel model, TaskCall call)
    {
        var tagger = (Tagger)model;
        arguments.CheckPlaces(call);
        var columns = tagger.Columns ?? new TaggedColumns();
        var sentences = TagData.IsTable(call.Data, columns) ? [.. columns.Read(file.ReadTable(call.Given, call.Data, call.Terminal.Input)).Select(one => one.Sentence)]
            : call.Data == "-" ? columns.Read("standard input", new StreamReader(call.Terminal.Input)) : TagData.ReadFile(call.Data, columns);
        foreach (string remark in TagData.Unknown(tagger, sentences)) call.Terminal.Remark(remark);
        var report = tagger.Evaluate(sentences);
        arguments.Write(call, report, () => TaggingPage.Of(report, tagger, sentences, call));
        return ExitCode.Done;
    }

    public override void Inspect(TaskModel model, Terminal terminal)
    {
        var tagger = (Tagger)model;
        LabelledDescription.Write(tagger, "tagger", TaggerOptions.Settings.Texts(tagger.Options), terminal,
            ("tags", Names.List([.. tagger.Tags])), ("scheme", tagger.Scheme.ToString().ToLowerInvariant()),
            ("labels", tagger.Labels.Count == 0 ? "none" : Names.List([.. tagger.Labels])),
            ("weights", tagger.Net.ParameterCount.ToString("N0", CultureInfo.InvariantCulture)));
    }
}
