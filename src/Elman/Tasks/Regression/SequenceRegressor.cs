using System.Text.Json;

namespace Elman;

/// <summary>
/// Gives sequences numbers: one for the whole, or one for each time step, each with an interval that is calibrated on sequences that
/// training did not see.
/// </summary>
/// <example><code>
/// SequenceRegressor model = SequenceRegressor.Train(engines);
/// Console.WriteLine(model.Report);
/// NumberPrediction left = model.Predict(engine);
/// </code></example>
public sealed class SequenceRegressor : TaskModel<Sequence, double[], NumberPrediction>
{
    /// <summary>What model files call the task.</summary>
    public const string TaskName = "regression";

    private readonly SequenceInput _input;
    private readonly SequenceNet _net;
    private readonly Scaler _scaler;
    private double _margin;

    private SequenceRegressor(RegressorOptions options, SequenceInput input, Scaler scaler, TrainingRecord? record = null, TaskReport? report = null)
        : base(record, report)
    {
        (Options, _input, _scaler) = (options, input, scaler);
        _net = new SequenceNet(input, options.Encoder, 1, new RandomStream(options.Training.Seed));
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <summary>What it is made of.</summary>
    public RegressorOptions Options { get; }

    /// <summary>Whether it gives a number for each time step; otherwise one for the sequence.</summary>
    public bool EveryStep => Options.Encoder.Pooling == Pooling.None;

    /// <summary>The columns that it was trained on; null if these were no table's.</summary>
    public SequenceColumns? Columns { get; private set; }

    /// <summary>Whether it reads texts; otherwise time steps of values.</summary>
    public bool ReadsText => _input is not SeriesInput;

    /// <inheritdoc/>
    public override Module Net => _net;

    /// <summary>How it did on sequences that its training had not seen; null if there were none.</summary>
    public new RegressionReport? Report => (RegressionReport?)base.Report;

    /// <inheritdoc/>
    protected override int LeastSteps => 25;

    /// <summary>Trains a regressor that gives a sequence one number.</summary>
    /// <inheritdoc cref="Train(IReadOnlyList{Example{Sequence, double[]}}, RegressorOptions?, IReadOnlyList{Example{Sequence, double[]}}?,
    /// IReadOnlyList{Example{Sequence, double[]}}?, TrainingContext?)"/>
    public static SequenceRegressor Train(
        IReadOnlyList<Example<Sequence, double>> examples, RegressorOptions? options = null, IReadOnlyList<Example<Sequence, double>>? test = null,
        IReadOnlyList<Example<Sequence, double>>? validation = null, TrainingContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return Train(Lists(examples), options, test is null ? null : Lists(test), validation is null ? null : Lists(validation), context);

        static Example<Sequence, double[]>[] Lists(IReadOnlyList<Example<Sequence, double>> numbers) =>
            [.. numbers.Select(example => new Example<Sequence, double[]>(example.Input, [example.Target]))];
    }

    /// <summary>Trains a regressor.</summary>
    /// <param name="examples">Sequences with their numbers: one for each, or, with <see cref="Pooling.None"/>, one for each time step, NaN
    /// where it is not known.</param>
    /// <param name="options">What it is made of; null for the usual.</param>
    /// <param name="test">Sequences to score it on; null to hold some of the examples out.</param>
    /// <param name="validation">Sequences that choose the best epoch; null to hold some of the examples out.</param>
    /// <param name="context">Who looks on, where checkpoints go, who may stop it.</param>
    /// <exception cref="ElmanException">There is nothing to learn, an option has no meaning, the training diverged.</exception>
    public static SequenceRegressor Train(
        IReadOnlyList<Example<Sequence, double[]>> examples, RegressorOptions? options = null, IReadOnlyList<Example<Sequence, double[]>>? test = null,
        IReadOnlyList<Example<Sequence, double[]>>? validation = null, TrainingContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        options ??= new RegressorOptions();
        RegressorOptions.Settings.Check(options);
        CheckLabels(examples, options);
        if (options.Encoder.Pooling == Pooling.None) options = options with { Input = options.Input with { Stride = options.Input.Stride ?? 1 } };
        HeldOutPlan<Sequence, double[]> plan = HeldOutPlan.Cut(examples, test, validation, _ => null, options.HeldOut, options.Training,
            RegressorOptions.Settings.Texts(options, [.. TrainingRecipe.NotCompared]));
        SequenceRegressor Create(IReadOnlyList<Example<Sequence, double[]>> training) => new(options, SequenceInput.Fit([.. training.Select(example => example.Input)], options.Input, context?.Remark),
            Scaler.Fit(ScalerKind.Standard, training.Select(example => (ReadOnlyMemory<double>)example.Target)));
        SequenceRegressor model = TrainHeldOut(plan, Create, context);
        if (model._margin == 0 && model.Record.Outcome != TrainingOutcome.Interrupted)
        {
            model.Calibrate(plan.All);
            context?.Remark?.Invoke("no sequences were held out, so the intervals are those of the training: they are too narrow");
        }
        return model;
    }

    /// <summary>
    /// Trains a regressor on a table, whose columns it remembers. Where the label changes within a sequence each time step has its own
    /// number, and the net looks back only; its report
    /// scores all of them.
    /// </summary>
    /// <inheritdoc cref="Train(IReadOnlyList{Example{Sequence, double[]}}, RegressorOptions?, IReadOnlyList{Example{Sequence, double[]}}?,
    /// IReadOnlyList{Example{Sequence, double[]}}?, TrainingContext?)"/>
    public static SequenceRegressor Train(
        SequenceTable examples, RegressorOptions? options = null, SequenceTable? test = null, SequenceTable? validation = null, TrainingContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        options ??= new RegressorOptions();
        bool steps = examples.LabelsChange;
        if (steps)
        {
            context?.Remark?.Invoke("the label changes within sequences: a number for each row, from the rows up to it");
            options = options with { Encoder = options.Encoder with { Pooling = Pooling.None, Direction = Direction.Forward } };
        }
        SequenceRegressor model = Train(Numbers(examples), options, test is null ? null : Numbers(test), validation is null ? null : Numbers(validation), context);
        model.Columns = examples.Remembered;
        return model;

        IReadOnlyList<Example<Sequence, double[]>> Numbers(SequenceTable table) => steps ? table.NumbersOfSteps() : table.Numbers();
    }

    /// <summary>The examples of a table as the model takes them: a number for each time step, or for each sequence.</summary>
    /// <exception cref="ElmanException">The labels are no numbers.</exception>
    public IReadOnlyList<Example<Sequence, double[]>> ExamplesOf(SequenceTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return EveryStep ? table.NumbersOfSteps() : table.Numbers();
    }

    /// <summary>Scores the model on sequences that its training has not seen.</summary>
    public new RegressionReport Evaluate(IReadOnlyList<Example<Sequence, double[]>> examples) => (RegressionReport)base.Evaluate(examples);

    /// <summary>Reads a model.</summary>
    /// <exception cref="ElmanException">There is no such file, it is damaged, or no regressor.</exception>
    public static SequenceRegressor Load(string path) => Load(ModelFile.Read(path));

    internal static SequenceRegressor Load(ModelFile file)
    {
        file.RequireTask(TaskName);
        RegressorOptions options = file.Section("options", json => RegressorOptions.Settings.Read(json));
        SequenceInput input = file.Section("input", SequenceInput.Read);
        Scaler scaler = file.Section("label", Scaler.Read);
        TrainingRecord record = file.Section("training", TrainingRecord.Read);
        RegressionReport? report = file.OptionalSection("report", RegressionReport.Read);
        SequenceRegressor model = file.Build(() => new SequenceRegressor(options, input, scaler, record, report));
        model.Columns = file.OptionalSection("columns", SequenceColumns.Read);
        model._margin = file.Section("calibration", json => json.RequiredNumber("calibration", "margin"));
        file.LoadInto(model.Net);
        return model;
    }

    /// <inheritdoc/>
    protected override int LengthOf(Sequence input) => _input.LengthOf(input);

    /// <inheritdoc/>
    protected override Tensor Loss(IReadOnlyList<Example<Sequence, double[]>> batch)
    {
        Tensor scores = _net.Forward([.. batch.Select(example => example.Input)]);
        int width = scores.Count / batch.Count;
        float[] targets = new float[scores.Count], weights = new float[scores.Count];
        for (int row = 0; row < batch.Count; row++)
        {
            double[] numbers = batch[row].Target;
            for (int step = 0; step < numbers.Length; step++)
            {
                if (double.IsNaN(numbers[step])) continue;
                targets[row * width + step] = (float)((numbers[step] - _scaler.Offset) / _scaler.Scale);
                weights[row * width + step] = 1;
            }
        }
        return Elman.Loss.MeanSquaredError(scores.Reshape(batch.Count, width), Tensor.From(targets, batch.Count, width), Tensor.From(weights, batch.Count, width));
    }

    /// <inheritdoc/>
    protected override IEnumerable<NumberPrediction> Decode(IReadOnlyList<Sequence> batch)
    {
        foreach (Sequence sequence in batch) _input.Check(sequence);
        Tensor scores = _net.Forward(batch);
        int width = scores.Count / batch.Count;
        return [.. Enumerable.Range(0, batch.Count).Select(row => new NumberPrediction(Numbers(scores.Span.Slice(row * width, EveryStep ? batch[row].Length : 1)), _margin))];
    }

    /// <inheritdoc/>
    protected override RegressionReport Score(IReadOnlyList<Example<Sequence, double[]>> examples, IReadOnlyList<NumberPrediction> predictions)
    {
        (double Label, double Number)[] pairs = Pairs(examples, predictions);
        double[] numbers = [.. pairs.Select(pair => pair.Number)];
        return RegressionReport.Of([.. pairs.Select(pair => pair.Label)], numbers, [.. numbers.Select(number => number - _margin)], [.. numbers.Select(number => number + _margin)],
            Options.Level, _scaler.Offset);
    }

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, Action<Utf8JsonWriter> Write)> Sections() =>
    [
        ("options", json => RegressorOptions.Settings.Write(json, Options)),
        ("input", _input.Write),
        ("label", _scaler.WriteTo),
        ("calibration", WriteCalibration),
        .. Columns is { } columns ? [("columns", columns.Write)] : Array.Empty<(string, Action<Utf8JsonWriter>)>(),
    ];

    /// <inheritdoc/>
    protected override void Describe(Example<Sequence, double[]> example, BinaryWriter digest)
    {
        foreach (double number in example.Target) digest.Write(number);
        example.Input.Describe(digest);
    }

    /// <summary>The ⌈(n + 1)·level⌉-th smallest error: split conformal prediction (Lei et al. 2018, section 2.2).</summary>
    protected override void Calibrate(IReadOnlyList<Example<Sequence, double[]>> unseen)
    {
        double[] errors = [.. Pairs(unseen, Predict([.. unseen.Select(example => example.Input)])).Select(pair => Math.Abs(pair.Label - pair.Number)).Order()];
        if (errors.Length > 0) _margin = errors[Math.Min((int)Math.Ceiling((errors.Length + 1) * Options.Level), errors.Length) - 1];
    }

    /// <inheritdoc/>
    protected override void CalibrateAs(TaskModel<Sequence, double[], NumberPrediction> other) => _margin = ((SequenceRegressor)other)._margin;

    private void WriteCalibration(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("margin", _margin);
        json.WriteEndObject();
    }

    private double[] Numbers(ReadOnlySpan<float> scores)
    {
        double[] numbers = new double[scores.Length];
        _scaler.Inverse(scores, numbers);
        return numbers;
    }

    /// <summary>What was there beside what is said, where it is known.</summary>
    private static (double Label, double Number)[] Pairs(IReadOnlyList<Example<Sequence, double[]>> examples, IReadOnlyList<NumberPrediction> predictions) =>
        [.. examples.Zip(predictions).SelectMany(pair => pair.First.Target.Zip(pair.Second.Values)).Where(pair => !double.IsNaN(pair.First))];

    private static void CheckLabels(IReadOnlyList<Example<Sequence, double[]>> examples, RegressorOptions options)
    {
        bool steps = options.Encoder.Pooling == Pooling.None;
        for (int i = 0; i < examples.Count; i++)
        {
            int expected = steps ? examples[i].Input.Length : 1;
            if (examples[i].Target.Length != expected) throw new ElmanException($"sequence {i + 1} has {Names.Count(examples[i].Target.Length, "label")}, expected {(steps ? $"one for each of its {expected} time steps" : "one")}");
            if (examples[i].Target.Any(double.IsInfinity)) throw new ElmanException($"sequence {i + 1} has an infinite label; correct it");
        }
        if (steps && (options.Input.Stride ?? 1) > 1) throw new ElmanException("a number for each time step needs a stride of 1; leave the stride out");
        double[] known = [.. examples.SelectMany(example => example.Target).Where(number => !double.IsNaN(number)).Distinct().Take(2)];
        if (known.Length < 2)
            throw new ElmanException(known.Length == 0 ? "there are no labels to learn; every sequence needs one" : $"all labels are {known[0]}: there is nothing to learn; give data whose labels differ");
    }
}
