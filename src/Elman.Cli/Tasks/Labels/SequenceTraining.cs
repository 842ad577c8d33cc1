using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman train with a task that labels whole sequences, from a table or from a file whose form says it all.</summary>
/// <typeparam name="TOptions">The task's options.</typeparam>
internal abstract class SequenceTraining<TOptions>(SettingTable<TOptions> table)
    : LabelledTraining<TOptions>(table, "sequences", "A table (CSV, Parquet, SQLite), or a .ts or .arff file; - reads standard input.")
    where TOptions : class
{
    private readonly LabelledData _columns = new(DataArguments.OfModel());

    protected override IReadOnlyList<Option> ColumnOptions => _columns.Options;

    /// <summary>Trains on files whose form says it all.</summary>
    protected abstract TaskModel Train(LabelledFiles files, TOptions options, Func<TrainingContext> begin);

    /// <summary>Trains on tables.</summary>
    protected abstract TaskModel Train(SequenceTable data, SequenceTable? test, SequenceTable? validation, TOptions options, TrainingContext context);

    protected override TaskModel Train(ParseResult given, LabelledFiles files, TOptions options, Terminal terminal, TrainingStart start)
    {
        if (LabelledData.IsSequenceFile(files.Data)) return Train(files, options, start.Begin);
        var table = _columns.Read(given, files.Data, terminal, start.View.Remark);
        SequenceTable? Other(string? path) => path is null ? null : _columns.Read(given, path, terminal, _ => { });
        var (test, validation) = (Other(files.Test), Other(files.Validation));
        return Train(table, test, validation, options, start.Begin());
    }
}

/// <summary>elman train classify.</summary>
internal sealed class TrainClassify() : SequenceTraining<ClassifierOptions>(ClassifierOptions.Settings)
{
    protected override TaskModel Train(LabelledFiles files, ClassifierOptions options, Func<TrainingContext> begin)
    {
        LabelledSequences? Read(string? file) => file is null ? null : LabelledSequences.Read(file);
        var (data, test, validation) = (Read(files.Data)!, Read(files.Test), Read(files.Validation));
        return SequenceClassifier.Train(data, options, test, validation, begin());
    }

    protected override TaskModel Train(SequenceTable data, SequenceTable? test, SequenceTable? validation, ClassifierOptions options, TrainingContext context) =>
        SequenceClassifier.Train(data, options, test, validation, context);

    protected override TaskReport? ReportOf(TaskModel model) => ((SequenceClassifier)model).Report;
}

/// <summary>elman train regress.</summary>
internal sealed class TrainRegress() : SequenceTraining<RegressorOptions>(RegressorOptions.Settings)
{
    protected override TaskModel Train(LabelledFiles files, RegressorOptions options, Func<TrainingContext> begin)
    {
        IReadOnlyList<Example<Sequence, double[]>>? Numbers(string? file) => file is null ? null : LabelledData.Numbers(LabelledSequences.Read(file), file);
        var (data, test, validation) = (Numbers(files.Data)!, Numbers(files.Test), Numbers(files.Validation));
        return SequenceRegressor.Train(data, options, test, validation, begin());
    }

    protected override TaskModel Train(SequenceTable data, SequenceTable? test, SequenceTable? validation, RegressorOptions options, TrainingContext context) =>
        SequenceRegressor.Train(data, options, test, validation, context);

    protected override TaskReport? ReportOf(TaskModel model) => ((SequenceRegressor)model).Report;
}
