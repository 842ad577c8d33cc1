using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>
/// elman train with a task that learns labels: reads the data, trains, and shows how the model does on what it has not seen.
/// </summary>
/// <typeparam name="TOptions">The task's options.</typeparam>
internal abstract class LabelledTraining<TOptions>
    where TOptions : class
{
    private readonly Argument<string> _data;
    private readonly Option<string> _output = new("--output", "-o") { Description = "Where the model goes.", HelpName = "MODEL", Required = true };
    private readonly Option<string?> _test, _validation;
    private readonly TaskTraining _training = new();
    private readonly SettingOptions<TOptions> _settings;
    private readonly SettingTable<TOptions> _table;
    private readonly string _noun;

    /// <param name="table">The settings.</param>
    /// <param name="noun">What is labelled, in the plural.</param>
    /// <param name="data">What DATA may be.</param>
    protected LabelledTraining(SettingTable<TOptions> table, string noun, string data)
    {
        (_table, _settings, _noun) = (table, new SettingOptions<TOptions>(table), noun);
        _data = new Argument<string>("DATA") { Description = data, Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "" };
        string what = char.ToUpperInvariant(noun[0]) + noun[1..];
        _test = File("--test", $"{what} to score the model on. [default: a part of DATA]");
        _validation = File("--validation", $"{what} that choose the best epoch. [default: a part of DATA]");
    }

    /// <summary>The options that say what the columns are.</summary>
    protected abstract IReadOnlyList<Option> ColumnOptions { get; }

    /// <summary>Options that stand behind the settings.</summary>
    protected virtual IReadOnlyList<Option> FurtherOptions => [];

    /// <summary>The settings with what <see cref="FurtherOptions"/> say.</summary>
    protected virtual TOptions Apply(ParseResult given, TOptions options) => options;

    /// <summary>Reads the data, and trains when it has called <see cref="TrainingStart.Begin"/>.</summary>
    protected abstract TaskModel Train(ParseResult given, LabelledFiles files, TOptions options, Terminal terminal, TrainingStart start);

    /// <summary>The scores of a model; null if there was nothing to score it on.</summary>
    protected abstract TaskReport? ReportOf(TaskModel model);

    /// <summary>The command under <c>elman train</c>.</summary>
    public Verb Create(string name, string help, Terminal terminal, params string[] examples)
    {
        var verb = new Verb(name, help, examples) { _data };
        foreach (var option in ColumnOptions.Concat([_test, _validation])) verb.Options.Add(option);
        _settings.AddTo(verb);
        foreach (var option in FurtherOptions.Concat(_training.Options)) verb.Options.Add(option);
        verb.Options.Add(_output);
        verb.SetAction(result => Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string model = given.GetRequiredValue(_output);
        LabelledFiles files = new(given.GetRequiredValue(_data), given.GetValue(_test), given.GetValue(_validation));
        OutputPlace.CheckApart(model, [files.Data, .. new[] { files.Test, files.Validation }.OfType<string>()]);
        OutputPlace.Check(model);
        var trained = _training.Run(given, model, terminal, start => Train(given, files, Options(given), terminal, start), one => one, (one, view) =>
        {
            view.Remark(TrainingSummary.Of(one, view.Elapsed));
            return one;
        });
        if (trained is null) return ExitCode.Interrupted;
        terminal.Remark($"wrote {model}");
        if (ReportOf(trained) is { } report) terminal.Out.WriteLine(report.ToString());
        else terminal.Remark($"no {_noun} were kept to score the model on");
        return ExitCode.Done;
    }

    private TOptions Options(ParseResult given)
    {
        var options = Apply(given, _settings.Apply(given, _table.Defaults));
        _table.Check(options);
        return options;
    }

    private static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "file" };
}

/// <summary>The files of a training.</summary>
/// <param name="Data">What is learned from.</param>
/// <param name="Test">What scores the model; null for a part of the data.</param>
/// <param name="Validation">What chooses the best epoch; null for a part of the data.</param>
internal sealed record LabelledFiles(string Data, string? Test, string? Validation);

/// <summary>One line about a training that is done.</summary>
internal static class TrainingSummary
{
    public static string Of(TaskModel model, TimeSpan took) =>
        string.Create(CultureInfo.InvariantCulture, $"trained {Names.Count(model.Record.Epochs.Count, "epoch")} in {took.TotalSeconds:0.0} s");
}
