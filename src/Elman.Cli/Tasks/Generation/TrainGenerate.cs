using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman train generate.</summary>
internal sealed class TrainGenerate
{
    private readonly Argument<string> _text = new("TEXT") { Description = "A text in UTF-8; - reads standard input." };
    private readonly Option<string> _output = new("--output", "-o") { Description = "Where the model goes.", HelpName = "MODEL", Required = true };
    private readonly Option<string?> _test = new("--test") { Description = "The text that scores the model. [default: the end of TEXT]", HelpName = "file" };
    private readonly Option<string?> _validation = new("--validation") { Description = "The text that chooses the best epoch. [default: a part of TEXT]", HelpName = "file" };
    private readonly SettingOptions<LanguageModelOptions> _settings = new(LanguageModelOptions.Settings);
    private readonly TaskTraining _training = new();

    public Verb Create(Terminal terminal)
    {
        var verb = new Verb("generate", "Train a model that writes texts of the kind of one: characters, words or bytes.",
            "elman train generate corpus.txt -o bard.elman", "elman train generate news.txt --unit word --time-limit 1h -o news.elman") { _text, _test, _validation };
        _settings.AddTo(verb);
        foreach (var option in _training.Options) verb.Options.Add(option);
        verb.Options.Add(_output);
        verb.SetAction(result => Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string place = given.GetRequiredValue(_output), data = given.GetRequiredValue(_text);
        var (test, validation) = (given.GetValue(_test), given.GetValue(_validation));
        OutputPlace.CheckApart(place, [data, .. new[] { test, validation }.OfType<string>()]);
        OutputPlace.Check(place);
        var options = _settings.Apply(given, LanguageModelOptions.Settings.Defaults);
        string? Read(string? path) => path is null ? null : TextFile.Read(path, terminal.Input);
        var model = _training.Run(given, place, terminal, start => LanguageModel.Train(Read(data)!, options, Read(test), Read(validation), start.Begin()), one => one, (one, view) =>
        {
            view.Remark(TrainingSummary.Of(one, view.Elapsed));
            return one;
        });
        if (model is null) return ExitCode.Interrupted;
        terminal.Remark($"wrote {place}");
        if (model.Report is { } report) terminal.Out.WriteLine(report.ToString());
        return ExitCode.Done;
    }
}
