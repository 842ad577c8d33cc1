using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman train tag.</summary>
internal sealed class TrainTag()
    : LabelledTraining<TaggerOptions>(TaggerOptions.Settings, "sentences", "A file in CoNLL-U or with columns as in CoNLL, or a table with --group; - reads standard input.")
{
    private readonly TagData _columns = new(DataArguments.OfModel());
    private readonly Option<bool> _noCrf = new("--no-crf") { Description = "Score the tag of each word by itself." };

    protected override IReadOnlyList<Option> ColumnOptions => _columns.Options;

    protected override IReadOnlyList<Option> FurtherOptions => [_noCrf];

    protected override TaggerOptions Apply(ParseResult given, TaggerOptions options) => given.GetValue(_noCrf) ? options with { Crf = false } : options;

    protected override TaskModel Train(ParseResult given, LabelledFiles files, TaggerOptions options, Terminal terminal, TrainingStart start)
    {
        IReadOnlyList<TaggedSentence>? Read(string? path) => path is null ? null : _columns.Read(given, path, terminal);
        var (sentences, test, validation) = (Read(files.Data)!, Read(files.Test), Read(files.Validation));
        var model = Tagger.Train(sentences, options, test, validation, start.Begin());
        model.Columns = _columns.Columns(given);
        return model;
    }

    protected override TaskReport? ReportOf(TaskModel model) => ((Tagger)model).Report;
}
