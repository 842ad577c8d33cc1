using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>elman train tag: reads sentences, trains, and shows how the model does on those that it has not seen.</summary>
internal sealed class TrainTag
{
    private readonly Argument<string> _data = new("DATA") { Description = "A file in CoNLL-U or with columns as in CoNLL, or a table with --group; - reads standard input.", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "" };
    private readonly Option<string> _output = new("--output", "-o") { Description = "Where the model goes.", HelpName = "MODEL", Required = true };
    private readonly Option<string?> _test = new("--test") { Description = "Sentences to score the model on. [default: a part of DATA]", HelpName = "file" };
    private readonly Option<string?> _validation = new("--validation") { Description = "Sentences that choose the best epoch. [default: a part of DATA]", HelpName = "file" };
    private readonly Option<bool> _noCrf = new("--no-crf") { Description = "Score the tag of each word by itself." };
    private readonly TagData _columns = new(DataArguments.OfModel());
    private readonly SettingOptions<TaggerOptions> _settings = new(TaggerOptions.Settings);
    private readonly TaskTraining _training = new();

    public static Verb Create(Terminal terminal)
    {
        var options = new TrainTag();
        var verb = new Verb(
            "tag",
            "Train a model that tags the words of sentences: parts of speech, names, slots.",
            "elman train tag train.conllu --column upos -o pos.elman",
            "elman train tag snips.conll --label intent -o slots.elman",
            "elman train tag words.csv --group sentence --column tag -o names.elman")
        {
            options._data,
        };
        foreach (var option in options._columns.Options.Concat([options._test, options._validation])) verb.Options.Add(option);
        options._settings.AddTo(verb);
        verb.Options.Add(options._noCrf);
        foreach (var option in options._training.Options) verb.Options.Add(option);
        verb.Options.Add(options._output);
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string model = given.GetRequiredValue(_output), data = given.GetRequiredValue(_data);
        OutputPlace.CheckApart(model, [data, .. new[] { given.GetValue(_test), given.GetValue(_validation) }.OfType<string>()]);
        OutputPlace.Check(model);
        var trained = _training.Run(given, model, terminal, start => Train(given, data, terminal, start), one => one, (one, view) =>
        {
            view.Remark(Summary(one, view.Elapsed));
            return one;
        });
        if (trained is null) return ExitCode.Interrupted;
        terminal.Remark($"wrote {model}");
        if (trained.Report is { } report) terminal.Out.WriteLine(report.ToString());
        else terminal.Remark("no sentences were kept to score the model on");
        return ExitCode.Done;
    }

    /// <summary>One line about a training that is done.</summary>
    public static string Summary(Tagger model, TimeSpan took) =>
        string.Create(CultureInfo.InvariantCulture, $"trained {Names.Count(model.Record.Epochs.Count, "epoch")} in {took.TotalSeconds:0.0} s");

    private Tagger Train(ParseResult given, string data, Terminal terminal, TrainingStart start)
    {
        var options = _settings.Apply(given, TaggerOptions.Settings.Defaults);
        if (given.GetValue(_noCrf)) options = options with { Crf = false };
        TaggerOptions.Settings.Check(options);
        var sentences = _columns.Read(given, data, terminal);
        IReadOnlyList<TaggedSentence>? Other(string? path) => path is null ? null : _columns.Read(given, path, terminal);
        var (test, validation) = (Other(given.GetValue(_test)), Other(given.GetValue(_validation)));
        var model = Tagger.Train(sentences, options, test, validation, start.Begin());
        model.Columns = _columns.Columns(given);
        return model;
    }
}
