using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>elman train with a task that gives sequences labels: reads the data, trains, and shows how the model does on sequences that it has not seen.</summary>
/// <typeparam name="TOptions">The task's options.</typeparam>
internal abstract class LabelledTraining<TOptions>
    where TOptions : class
{
    private readonly Argument<string> _data = new("DATA")
    {
        Description = "A table (CSV, Parquet, SQLite), or a .ts or .arff file; - reads standard input.",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string> _output = new("--output", "-o") { Description = "Where the model goes.", HelpName = "MODEL", Required = true };
    private readonly Option<string?> _test = File("--test", "Sequences to score the model on. [default: a part of DATA]");
    private readonly Option<string?> _validation = File("--validation", "Sequences that choose the best epoch. [default: a part of DATA]");
    private readonly TaskTraining _training = new();
    private readonly SettingOptions<TOptions> _settings;
    private readonly SettingTable<TOptions> _table;

    protected LabelledTraining(SettingTable<TOptions> table) => (_table, _settings) = (table, new SettingOptions<TOptions>(table));

    /// <summary>The options that say what the columns are.</summary>
    protected LabelledData Columns { get; } = new(DataArguments.OfModel());

    /// <summary>Trains on files whose form says it all.</summary>
    protected abstract TaskModel Train(string path, string? test, string? validation, TOptions options, Func<TrainingContext> begin);

    /// <summary>Trains on tables.</summary>
    protected abstract TaskModel Train(SequenceTable data, SequenceTable? test, SequenceTable? validation, TOptions options, TrainingContext context);

    /// <summary>The scores of a model; null if there were no sequences to score it on.</summary>
    protected abstract TaskReport? ReportOf(TaskModel model);

    /// <summary>The command under <c>elman train</c>.</summary>
    public Verb Create(string name, string help, Terminal terminal, params string[] examples)
    {
        var verb = new Verb(name, help, examples) { _data };
        foreach (var option in Columns.Options.Concat([_test, _validation])) verb.Options.Add(option);
        _settings.AddTo(verb);
        foreach (var option in _training.Options) verb.Options.Add(option);
        verb.Options.Add(_output);
        verb.SetAction(result => Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string model = given.GetRequiredValue(_output), data = given.GetRequiredValue(_data);
        OutputPlace.CheckApart(model, [data, .. new[] { given.GetValue(_test), given.GetValue(_validation) }.OfType<string>()]);
        OutputPlace.Check(model);
        var trained = _training.Run(given, model, terminal, start => Train(given, data, terminal, start), one => one, (one, view) =>
        {
            view.Remark(string.Create(CultureInfo.InvariantCulture, $"trained {Names.Count(one.Record.Epochs.Count, "epoch")} in {view.Elapsed.TotalSeconds:0.0} s"));
            return one;
        });
        if (trained is null) return ExitCode.Interrupted;
        terminal.Remark($"wrote {model}");
        if (ReportOf(trained) is { } report) terminal.Out.WriteLine(report.ToString());
        else terminal.Remark("no sequences were kept to score the model on");
        return ExitCode.Done;
    }

    private TaskModel Train(ParseResult given, string data, Terminal terminal, TrainingStart start)
    {
        var options = _settings.Apply(given, _table.Defaults);
        _table.Check(options);
        string? test = given.GetValue(_test), validation = given.GetValue(_validation);
        if (LabelledData.IsSequenceFile(data)) return Train(data, test, validation, options, start.Begin);
        var table = Columns.Read(given, data, terminal, start.View.Remark);
        SequenceTable? Other(string? path) => path is null ? null : Columns.Read(given, path, terminal, _ => { });
        var (tested, chosen) = (Other(test), Other(validation));
        return Train(table, tested, chosen, options, start.Begin());
    }

    private static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "file" };
}

/// <summary>elman train classify.</summary>
internal sealed class TrainClassify() : LabelledTraining<ClassifierOptions>(ClassifierOptions.Settings)
{
    protected override TaskModel Train(string path, string? test, string? validation, ClassifierOptions options, Func<TrainingContext> begin)
    {
        LabelledSequences data = LabelledSequences.Read(path);
        LabelledSequences? tested = test is null ? null : LabelledSequences.Read(test), chosen = validation is null ? null : LabelledSequences.Read(validation);
        return SequenceClassifier.Train(data, options, tested, chosen, begin());
    }

    protected override TaskModel Train(SequenceTable data, SequenceTable? test, SequenceTable? validation, ClassifierOptions options, TrainingContext context) =>
        SequenceClassifier.Train(data, options, test, validation, context);

    protected override TaskReport? ReportOf(TaskModel model) => ((SequenceClassifier)model).Report;
}

/// <summary>elman train regress.</summary>
internal sealed class TrainRegress() : LabelledTraining<RegressorOptions>(RegressorOptions.Settings)
{
    protected override TaskModel Train(string path, string? test, string? validation, RegressorOptions options, Func<TrainingContext> begin)
    {
        IReadOnlyList<Example<Sequence, double[]>>? Numbers(string? file) => file is null ? null : LabelledData.Numbers(LabelledSequences.Read(file), file);
        var (data, tested, chosen) = (Numbers(path)!, Numbers(test), Numbers(validation));
        return SequenceRegressor.Train(data, options, tested, chosen, begin());
    }

    protected override TaskModel Train(SequenceTable data, SequenceTable? test, SequenceTable? validation, RegressorOptions options, TrainingContext context) =>
        SequenceRegressor.Train(data, options, test, validation, context);

    protected override TaskReport? ReportOf(TaskModel model) => ((SequenceRegressor)model).Report;
}
