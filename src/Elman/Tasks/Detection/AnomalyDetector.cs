using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Elman;

/// <summary>
/// Says of each row of one or many signals whether it is what the rows before let expect. A small recurrent net forecasts the next row; how far it was off, against how far it usually
/// is, gives a tail probability, and the last rows against all before a likelihood of change. Nothing is learned from labels.
/// </summary>
/// <example><code>
/// AnomalyDetector model = AnomalyDetector.Train(table, new DetectorColumns { Time = "t", Targets = ["pressure", "flow"] });
/// DetectionStream live = model.OpenStream();
/// Detection now = live.Push(time, 3.1, 0.7);
/// </code></example>
public sealed class AnomalyDetector : TaskModel
{
    /// <summary>What model files call the task.</summary>
    public const string TaskName = "anomaly detection";

    private const int FewestRows = 30;

    private readonly Sequential _net;
    private TrainingRecord? _record;
    private double[][] _errors, _levels;

    private AnomalyDetector(DetectorOptions options, DetectorColumns columns, SignalScales scales, double[][] errors, double[][] levels, TrainingRecord? record = null)
    {
        (Options, Columns, Scales, _errors, _levels, _record) = (options, columns, scales, errors, levels, record);
        RandomStream random = new(options.Training.Seed);
        _net = Sequential.Named(
            ("recurrent", Cells.Create(options.Cell, scales.InputSize, options.Hidden, random, new RecurrentOptions { Layers = options.Layers })),
            ("output", new Linear(options.Hidden, scales.SignalNames.Length, random)));
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <summary>What it is made of.</summary>
    public DetectorOptions Options { get; }

    /// <summary>Which columns of a table it reads.</summary>
    public DetectorColumns Columns { get; }

    /// <summary>[D] the names of the signals.</summary>
    public IReadOnlyList<string> Signals => Scales.SignalNames;

    /// <summary>The net: what is known before a row, [N, T, I] → how much each signal changes, in units of its usual change, [N, T, D].</summary>
    public Module Net => _net;

    /// <inheritdoc/>
    public override TrainingRecord Record => _record ?? throw new InvalidOperationException("the model has not been trained yet");

    /// <summary>Whether rows need times.</summary>
    public bool NeedsTimes => Scales.Calendar is not null;

    internal SignalScales Scales { get; }

    /// <summary>Trains a detector on the rows of a table. Most of them should be usual; they need no labels.</summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">Which of its columns are what; null for all columns of numbers.</param>
    /// <param name="options">What the detector is made of; null for the usual.</param>
    /// <param name="context">Who looks on, where checkpoints go, who may stop it.</param>
    /// <exception cref="ElmanException">A column is missing or holds something else, there are too few rows, the training diverged.</exception>
    public static AnomalyDetector Train(Table table, DetectorColumns? columns = null, DetectorOptions? options = null, TrainingContext? context = null)
    {
        (DetectorRows rows, DetectorColumns found) = (columns ?? new DetectorColumns()).Read(table, context?.Remark);
        return Train(rows, found, options, context);
    }

    /// <summary>Trains a detector on rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="options">What the detector is made of; null for the usual.</param>
    /// <param name="context">Who looks on, where checkpoints go, who may stop it.</param>
    /// <exception cref="ElmanException">There are too few rows, or the training diverged.</exception>
    public static AnomalyDetector Train(DetectorRows rows, DetectorOptions? options = null, TrainingContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Train(rows, new DetectorColumns { Targets = [.. rows.Signals] }, options, context);
    }

    private static AnomalyDetector Train(DetectorRows rows, DetectorColumns columns, DetectorOptions? options, TrainingContext? context)
    {
        options ??= new DetectorOptions();
        context ??= new TrainingContext();
        DetectorOptions.Settings.Check(options);
        if (rows.Count < FewestRows) throw new ElmanException($"there are {Names.Count(rows.Count, "row")} to learn from; a detector needs {FewestRows} at least, and a few hundred to be of use");
        for (int d = 0; d < rows.Signals.Count; d++)
            if (rows.Values[d].All(double.IsNaN)) throw new ElmanException($"column {Names.Quote(rows.Signals[d])} has no value; leave it out");
        AnomalyDetector model = new(options, columns, SignalScales.Of(rows), [], []);
        int validation = Math.Clamp((int)(rows.Count * options.ValidationShare), 5, rows.Count / 2);
        context.Phase?.Invoke("training");
        model.Fit(new DetectorExamples(model.Scales, rows), rows.Count - validation, context);
        if (model.Record.Outcome == TrainingOutcome.Interrupted) return model;
        context.Phase?.Invoke("errors");
        model._errors = model.MeasureErrors(rows, rows.Count - validation);
        model._levels = [.. rows.Values.Select((values, d) => values.Where(value => !double.IsNaN(value)).Select(value => model.Scales.Standard(d, value)).TakeLast(options.Memory).ToArray())];
        return model;
    }

    /// <summary>Reads a model.</summary>
    /// <exception cref="ElmanException">There is no such file, it is damaged, or no detector.</exception>
    public static AnomalyDetector Load(string path) => Load(ModelFile.Read(path));

    internal static AnomalyDetector Load(ModelFile file)
    {
        file.RequireTask(TaskName);
        DetectorOptions options = file.Section("options", json => DetectorOptions.Settings.Read(json));
        DetectorColumns columns = file.Section("columns", DetectorColumns.Read);
        SignalScales scales = file.Section("signals", SignalScales.Read);
        double[][] errors = file.Section("errors", ReadLists), levels = file.Section("levels", ReadLists);
        TrainingRecord record = file.Section("training", TrainingRecord.Read);
        if (errors.Length != scales.SignalNames.Length || levels.Length != errors.Length || errors.Concat(levels).Any(one => one.Any(double.IsNaN)))
            throw JsonFields.Damaged($"{file.Source}: the errors are not those of {scales.SignalNames.Length} signals");
        AnomalyDetector model = file.Build(() => new AnomalyDetector(options, columns, scales, errors, levels, record));
        file.LoadInto(model.Net);
        return model;
    }

    /// <inheritdoc/>
    public override void Save(string path) => ModelFile.Write(path, Task,
        [("options", json => DetectorOptions.Settings.Write(json, Options)), ("columns", Columns.Write), ("signals", Scales.Write), ("errors", json => WriteLists(json, _errors)), ("levels", json => WriteLists(json, _levels)), ("training", Record.WriteUntimed)], Net);

    /// <summary>A stream of rows, at its beginning.</summary>
    /// <param name="sensitivity">0 … 99; null for the model's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sensitivity is none.</exception>
    public DetectionStream OpenStream(double? sensitivity = null)
    {
        double given = sensitivity ?? Options.Sensitivity;
        if (!(given >= 0 && given <= 99)) throw new ArgumentOutOfRangeException(nameof(sensitivity), given, "the sensitivity is a number from 0 to 99");
        return new DetectionStream(this, given);
    }

    /// <summary>Judges rows from the first to the last, as a new stream does.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="sensitivity">0 … 99; null for the model's.</param>
    public IReadOnlyList<Detection> Detect(DetectorRows rows, double? sensitivity = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        DetectionStream stream = OpenStream(sensitivity);
        return [.. Enumerable.Range(0, rows.Count).Select(row => stream.Push(rows[row]))];
    }

    /// <summary>Judges rows as they come, as a new stream does.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="sensitivity">0 … 99; null for the model's.</param>
    /// <param name="cancellation">Ends it.</param>
    public async IAsyncEnumerable<Detection> DetectAsync(IAsyncEnumerable<DetectorRow> rows, double? sensitivity = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        DetectionStream stream = OpenStream(sensitivity);
        await foreach (DetectorRow row in rows.WithCancellation(cancellation).ConfigureAwait(false)) yield return stream.Push(row);
    }

    /// <summary>Compares what it finds with labels.</summary>
    /// <param name="rows">Rows with labels.</param>
    /// <param name="sensitivity">0 … 99; null for the model's.</param>
    /// <exception cref="ArgumentException">The rows have no labels.</exception>
    public DetectionReport Evaluate(DetectorRows rows, double? sensitivity = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return DetectionReport.Of(rows.Labels ?? throw new ArgumentException("the rows have no labels", nameof(rows)), Detect(rows, sensitivity));
    }

    /// <summary>How far forecasts were off in training, in units of the usual change: the memory of a new stream.</summary>
    internal ReadOnlySpan<double> ErrorsOf(int signal) => _errors[signal];

    /// <summary>The values of the last training rows, in standard units.</summary>
    internal ReadOnlySpan<double> LevelsOf(int signal) => _levels[signal];

    private static double[][] ReadLists(JsonElement json) => [.. json.EnumerateArray().Select(NumberLists.Read)];

    private static void WriteLists(Utf8JsonWriter json, double[][] lists)
    {
        json.WriteStartArray();
        foreach (double[] one in lists) NumberLists.Write(json, null, one);
        json.WriteEndArray();
    }

    private void Fit(DetectorExamples examples, int border, TrainingContext context)
    {
        TrainingRecipe recipe = Options.Training.Left(context);
        Dictionary<string, string> settings = new(DetectorOptions.Settings.Texts(Options, [.. TrainingRecipe.NotCompared])) { ["data"] = examples.Digest };
        int window = Math.Min(Options.Window, border - 1), stride = Math.Max(1, window / 4);
        int[] starts = [.. Enumerable.Range(0, ((border - 1 - window) / stride) + 1).Select(i => border - window - (i * stride))];
        Trainer trainer = recipe.Trainer(_net, context, settings);
        // The net comes to the rows for validation as a stream does: with a window of rows before them.
        int before = Math.Min(window, border - 1);
        double Validate()
        {
            using (TensorScope.Begin())
            using (Inference.Begin()) return Loss(examples.Batch([border - before], examples.Count - border + before, before)).ToScalar();
        }
        _record = trainer.Run(recipe.Batches(starts.Length, chosen => examples.Batch([.. chosen.Select(i => starts[i])], window, 0)), Loss, Validate, context.Cancellation);
    }

    /// <summary>The mean absolute error in units of the usual change: a spike in training must not draw the forecast to it.</summary>
    private Tensor Loss(DetectorBatch batch) => Elman.Loss.MeanAbsoluteError(_net.Forward(batch.Inputs), batch.Targets, batch.Weights);

    /// <summary>The errors of a stream over the training rows. Those that the net has learned from are too small, and are made as large as those it has not.</summary>
    private double[][] MeasureErrors(DetectorRows rows, int border)
    {
        int signals = rows.Signals.Count, skip = Math.Min(Options.WarmUp, border / 2);
        List<double>[] errors = [.. Enumerable.Range(0, signals).Select(_ => new List<double>())];
        int[] learned = new int[signals];
        DetectionForecast forecast = new(this);
        double[] error = new double[signals];
        for (int row = 0; row < rows.Count; row++)
        {
            DetectorRow one = rows[row];
            forecast.Foretell(one.Time);
            forecast.Errors(one.Values, error);
            forecast.Take(one.Values);
            if (row <= skip) continue;
            for (int d = 0; d < signals; d++)
            {
                if (double.IsNaN(error[d])) continue;
                errors[d].Add(error[d]);
                if (row < border) learned[d]++;
            }
        }
        return [.. errors.Select((all, d) => Levelled(all, learned[d]))];
    }

    private static double[] Levelled(List<double> errors, int learned)
    {
        double[] levelled = [.. errors];
        if (learned == 0 || learned == levelled.Length) return levelled;
        double ratio = Middle(levelled.AsSpan(learned)) / Math.Max(Middle(levelled.AsSpan(0, learned)), 1e-9);
        ratio = Math.Clamp(ratio, 1, 3);
        for (int i = 0; i < learned; i++) levelled[i] *= ratio;
        return levelled;
    }

    private static double Middle(ReadOnlySpan<double> errors)
    {
        double[] sizes = errors.ToArray();
        for (int i = 0; i < sizes.Length; i++) sizes[i] = Math.Abs(sizes[i]);
        Array.Sort(sizes);
        return sizes[sizes.Length / 2];
    }
}
