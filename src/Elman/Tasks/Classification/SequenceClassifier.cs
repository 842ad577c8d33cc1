using System.Text.Json;

namespace Elman;

/// <summary>
/// Gives sequences labels: texts, or time steps of values, of any length. A recurrent encoder reads the sequence, its steps are pooled, and
/// a linear layer scores the classes.
/// </summary>
/// <example><code>
/// SequenceClassifier model = SequenceClassifier.Train(train, new ClassifierOptions { Encoder = new() { Cell = "gru", Hidden = 64,
/// Direction = Direction.Both } });
/// ClassificationReport report = model.Evaluate(test);
/// string label = model.Predict(test[0].Input).Label;
/// </code></example>
public sealed class SequenceClassifier : TaskModel<Sequence, string, ClassPrediction>
{
    /// <summary>What model files call the task.</summary>
    public const string TaskName = "classification";

    private const int LeastValidation = 100;
    private const ulong BeginningPurpose = 0xB361;

    private readonly SequenceInput _input;
    private readonly ClassLabels _labels;
    private readonly SequenceNet _net;
    private readonly float[] _weights;
    private double _temperature = 1;

    /// <summary>What is taken back from the probabilities as long as no unseen sequences have calibrated them; see <see cref="Temperature.Unsmoothed"/>.</summary>
    private double _smoothing;

    private SequenceClassifier(ClassifierOptions options, SequenceInput input, ClassLabels labels, TrainingRecord? record = null, TaskReport? report = null)
        : base(record, report)
    {
        (Options, _input, _labels) = (options, input, labels);
        _net = new SequenceNet(input, options.Encoder, labels.Outputs, new RandomStream(options.Training.Seed));
        _smoothing = labels.Kind == LabelKind.One && options.Focal == 0 ? options.LabelSmoothing : 0;
        _weights = options.ClassWeights == "balanced" ? [.. labels.Counts.Select(count => labels.Counts.Sum() / (labels.Classes.Count * (float)Math.Max(1, count)))] : [];
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <summary>What it is made of.</summary>
    public ClassifierOptions Options { get; }

    /// <summary>The classes, in the order of the probabilities.</summary>
    public IReadOnlyList<string> Classes => _labels.Classes;

    /// <summary>The columns that it was trained on; null if these were no table's.</summary>
    public SequenceColumns? Columns { get; private set; }

    /// <summary>Whether it reads texts; otherwise time steps of values.</summary>
    public bool ReadsText => _input is not SeriesInput;

    /// <inheritdoc/>
    public override Module Net => _net;

    /// <summary>How it did on sequences that its training had not seen; null if there were none.</summary>
    public new ClassificationReport? Report => (ClassificationReport?)base.Report;

    /// <inheritdoc/>
    protected override int LeastSteps => 25;

    /// <summary>Trains a classifier.</summary>
    /// <param name="examples">Sequences with their labels.</param>
    /// <param name="options">What it is made of; null for the usual.</param>
    /// <param name="test">Sequences to score it on; null to hold some of the examples out.</param>
    /// <param name="validation">Sequences that choose the best epoch; null to hold some of the examples out.</param>
    /// <param name="context">Who looks on, where checkpoints go, who may stop it.</param>
    /// <exception cref="ElmanException">There is nothing to learn, an option has no meaning, the training diverged.</exception>
    public static SequenceClassifier Train(
        IReadOnlyList<Example<Sequence, string>> examples, ClassifierOptions? options = null, IReadOnlyList<Example<Sequence, string>>? test = null,
        IReadOnlyList<Example<Sequence, string>>? validation = null, TrainingContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        options ??= new ClassifierOptions();
        ClassifierOptions.Settings.Check(options);
        ClassLabels labels = ClassLabels.Of(examples.Select(example => example.Target), options);
        foreach (string remark in Remarks(labels, test)) context?.Remark?.Invoke(remark);
        HeldOutPlan<Sequence, string> plan = HeldOutPlan.Cut(examples, test, validation, example => example.Target, options.HeldOut, options.Training,
            ClassifierOptions.Settings.Texts(options, [.. TrainingRecipe.NotCompared]), LeastValidation);
        plan = plan with { Training = [.. plan.Training, .. Beginnings(plan.Training, options)] };
        return TrainHeldOut(plan, training => new SequenceClassifier(options, SequenceInput.Fit([.. training.Select(example => example.Input)], options.Input, context?.Remark), labels), context);
    }

    /// <summary>Trains a classifier on a table, whose columns it remembers.</summary>
    /// <inheritdoc cref="Train(IReadOnlyList{Example{Sequence, string}}, ClassifierOptions?, IReadOnlyList{Example{Sequence, string}}?,
    /// IReadOnlyList{Example{Sequence, string}}?, TrainingContext?)"/>
    public static SequenceClassifier Train(
        SequenceTable examples, ClassifierOptions? options = null, SequenceTable? test = null, SequenceTable? validation = null, TrainingContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        SequenceClassifier model = Train(examples.Labelled(), options, test?.Labelled(), validation?.Labelled(), context);
        model.Columns = examples.Remembered;
        return model;
    }

    /// <summary>A sequence that comes in step by step and is labelled after each.</summary>
    /// <param name="sure">The confidence from which on <see cref="ClassifierStream.Decision"/> stands, in (0, 1]. The probabilities are those that the
    /// model has of whole sequences: early in one they promise more than they hold, so try the level on data of your own.</param>
    /// <param name="least">Steps before which nothing is decided.</param>
    /// <exception cref="ElmanException">The model reads its sequences backward too, or pools them by attention.</exception>
    public ClassifierStream OpenStream(double sure = 1, long least = 1)
    {
        if (sure is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(sure), sure, "a confidence is above 0 and at most 1");
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 1);
        return new(this, _net.OpenSequence(), sure, least);
    }

    /// <summary>Scores the model on sequences that its training has not seen.</summary>
    public new ClassificationReport Evaluate(IReadOnlyList<Example<Sequence, string>> examples) => (ClassificationReport)base.Evaluate(examples);

    /// <summary>Reads a model.</summary>
    /// <exception cref="ElmanException">There is no such file, it is damaged, or no classifier.</exception>
    public static SequenceClassifier Load(string path) => Load(ModelFile.Read(path));

    internal static SequenceClassifier Load(ModelFile file)
    {
        file.RequireTask(TaskName);
        ClassifierOptions options = file.Section("options", json => ClassifierOptions.Settings.Read(json));
        SequenceInput input = file.Section("input", SequenceInput.Read);
        ClassLabels labels = file.Section("labels", ClassLabels.Read);
        TrainingRecord record = file.Section("training", TrainingRecord.Read);
        ClassificationReport? report = file.OptionalSection("report", ClassificationReport.Read);
        SequenceClassifier model = file.Build(() => new SequenceClassifier(options, input, labels, record, report));
        model.Columns = file.OptionalSection("columns", SequenceColumns.Read);
        (model._temperature, model._smoothing) = file.Section("calibration", ReadCalibration);
        file.LoadInto(model.Net);
        return model;
    }

    /// <inheritdoc/>
    protected override int LengthOf(Sequence input) => _input.LengthOf(input);

    /// <inheritdoc/>
    protected override Tensor Loss(IReadOnlyList<Example<Sequence, string>> batch)
    {
        Tensor scores = _net.Forward([.. batch.Select(example => example.Input)]);
        if (_labels.Kind == LabelKind.One)
        {
            int[] target = [.. batch.Select(example => _labels.Find(example.Target) ?? Elman.Loss.Ignored)];
            if (Options.Focal > 0) return Elman.Loss.Focal(scores, target, (float)Options.Focal, _weights);
            return Elman.Loss.CrossEntropy(scores, target, _weights, labelSmoothing: (float)Options.LabelSmoothing);
        }
        float[] targets = new float[batch.Count * _labels.Outputs];
        for (int row = 0; row < batch.Count; row++) Targets(batch[row].Target, targets.AsSpan(row * _labels.Outputs, _labels.Outputs));
        return Elman.Loss.BinaryCrossEntropy(scores, Tensor.From(targets, batch.Count, _labels.Outputs));
    }

    /// <inheritdoc/>
    protected override IEnumerable<ClassPrediction> Decode(IReadOnlyList<Sequence> batch)
    {
        foreach (Sequence sequence in batch) _input.Check(sequence);
        Tensor scores = _net.Forward(batch);
        return [.. Enumerable.Range(0, batch.Count).Select(row => Said(scores.Span.Slice(row * _labels.Outputs, _labels.Outputs)))];
    }

    /// <summary>What scores [outputs] mean.</summary>
    internal ClassPrediction Said(ReadOnlySpan<float> scores) => new(Classes, Probabilities(scores, _temperature));

    /// <inheritdoc/>
    protected override ClassificationReport Score(IReadOnlyList<Example<Sequence, string>> examples, IReadOnlyList<ClassPrediction> predictions)
    {
        IReadOnlyList<float>[] probabilities = [.. predictions.Select(prediction => prediction.Probabilities)];
        return _labels.Kind == LabelKind.Several
            ? ClassificationReport.OfLabelSets(Classes, [.. examples.Select(example => _labels.Split(example.Target))], probabilities, 0.5, _labels.Split(_labels.Floor))
            : ClassificationReport.Of(Classes, [.. examples.Select(example => example.Target)], probabilities, _labels.Floor);
    }

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, Action<Utf8JsonWriter> Write)> Sections() =>
    [
        ("options", json => ClassifierOptions.Settings.Write(json, Options)),
        ("input", _input.Write),
        ("labels", _labels.Write),
        ("calibration", WriteCalibration),
        .. Columns is { } columns ? [("columns", columns.Write)] : Array.Empty<(string, Action<Utf8JsonWriter>)>(),
    ];

    /// <inheritdoc/>
    protected override void Describe(Example<Sequence, string> example, BinaryWriter digest)
    {
        digest.Write(example.Target);
        example.Input.Describe(digest);
    }

    /// <inheritdoc/>
    protected override void Calibrate(IReadOnlyList<Example<Sequence, string>> unseen)
    {
        if (_labels.Kind != LabelKind.One || unseen.Count < Temperature.FewSequences) return;
        (_temperature, _smoothing) = (1, 0);
        _temperature = Temperature.Fit([.. Predict([.. unseen.Select(example => example.Input)]).Select(prediction => prediction.Probabilities)],
            [.. unseen.Select(example => _labels.Find(example.Target))]);
    }

    /// <inheritdoc/>
    protected override void CalibrateAs(TaskModel<Sequence, string, ClassPrediction> other) =>
        (_temperature, _smoothing) = (((SequenceClassifier)other)._temperature, ((SequenceClassifier)other)._smoothing);

    private static (double Temperature, double Smoothing) ReadCalibration(JsonElement json)
    {
        StrictFields fields = new(json, "calibration");
        (double temperature, double smoothing) = (fields.Figure("temperature"), fields.Has("smoothing") ? fields.Figure("smoothing") : 0);
        fields.Finish();
        return temperature > 0 && smoothing is >= 0 and < 1 ? (temperature, smoothing) : throw JsonFields.Damaged($"calibration: temperature {temperature}, smoothing {smoothing}");
    }

    private void WriteCalibration(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("temperature", _temperature);
        json.WriteNumber("smoothing", _smoothing);
        json.WriteEndObject();
    }

    /// <summary>1 for each label that is there; of ordered classes for each that the label is above.</summary>
    private void Targets(string label, Span<float> targets)
    {
        if (_labels.Kind == LabelKind.Ordered) targets[..(_labels.Find(label) ?? 0)].Fill(1);
        else
            foreach (string one in _labels.Split(label))
                if (_labels.Find(one) is { } at) targets[at] = 1;
    }

    private float[] Probabilities(ReadOnlySpan<float> scores, double temperature)
    {
        double[] scaled = new double[scores.Length];
        for (int i = 0; i < scaled.Length; i++) scaled[i] = scores[i] / temperature;
        return _labels.Kind switch
        {
            LabelKind.One => Temperature.Unsmoothed(Temperature.Softmax(scaled), _smoothing),
            LabelKind.Several => [.. scaled.Select(score => (float)(1 / (1 + Math.Exp(-score))))],
            _ => OfOrder(scaled),
        };
    }

    /// <summary>
    /// From the probabilities of being above each class, made to fall (Frank and Hall 2001, section 2), those of being each.
    /// </summary>
    private static float[] OfOrder(double[] scores)
    {
        float[] probabilities = new float[scores.Length + 1];
        double above = 1;
        for (int i = 0; i < scores.Length; i++)
        {
            double next = Math.Min(above, 1 / (1 + Math.Exp(-scores[i])));
            probabilities[i] = (float)(above - next);
            above = next;
        }
        probabilities[^1] = (float)above;
        return probabilities;
    }

    /// <summary>Beginnings of sequences, of random length, with the labels of the whole.</summary>
    private static IEnumerable<Example<Sequence, string>> Beginnings(IReadOnlyList<Example<Sequence, string>> training, ClassifierOptions options)
    {
        RandomStream random = new(options.Training.Seed, BeginningPurpose);
        foreach (Example<Sequence, string> example in training)
            for (int i = 0; i < options.Beginnings && example.Input.Length > 1; i++) yield return example with { Input = example.Input.Beginning(1 + random.NextInt(example.Input.Length - 1)) };
    }

    private static IEnumerable<string> Remarks(ClassLabels labels, IReadOnlyList<Example<Sequence, string>>? test)
    {
        string[] once = [.. labels.Classes.Where((_, at) => labels.Counts[at] == 1)];
        if (once.Length > 0)
            yield return $"{(once.Length == 1 ? "the label" : $"{once.Length} labels,")} {Names.List(once)}{(once.Length == 1 ? "" : ",")} occur{(once.Length == 1 ? "s" : "")} once: trained on, never tested; give more sequences of it, or leave it out";
        if (test is null) yield break;
        string[] unknown = [.. test.SelectMany(example => labels.Split(example.Target)).Where(label => labels.Find(label) is null).Distinct()];
        if (unknown.Length > 0) yield return $"the test has {Names.Count(unknown.Length, "label")} that the training does not know, {Names.List(unknown)}; these sequences count as wrong";
    }
}
