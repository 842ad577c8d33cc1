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

    private readonly SequenceInput _input;
    private readonly ClassLabels _labels;
    private readonly SequenceNet _net;
    private readonly float[] _weights;
    private double _temperature = 1;

    private SequenceClassifier(ClassifierOptions options, SequenceInput input, ClassLabels labels, TrainingRecord? record = null, TaskReport? report = null)
        : base(record, report)
    {
        (Options, _input, _labels) = (options, input, labels);
        _net = new SequenceNet(input, options.Encoder, labels.Outputs, new RandomStream(options.Training.Seed));
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
        model._temperature = file.Section("calibration", json => json.RequiredNumber("calibration", "temperature"));
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
        return [.. Enumerable.Range(0, batch.Count).Select(row => new ClassPrediction(Classes, Probabilities(scores.Span.Slice(row * _labels.Outputs, _labels.Outputs), _temperature)))];
    }

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
        if (_labels.Kind != LabelKind.One) return;
        _temperature = 1;
        _temperature = Temperature.Fit([.. Predict([.. unseen.Select(example => example.Input)]).Select(prediction => prediction.Probabilities)],
            [.. unseen.Select(example => _labels.Find(example.Target))]);
    }

    /// <inheritdoc/>
    protected override void CalibrateAs(TaskModel<Sequence, string, ClassPrediction> other) => _temperature = ((SequenceClassifier)other)._temperature;

    private void WriteCalibration(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("temperature", _temperature);
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
            LabelKind.One => Temperature.Softmax(scaled),
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
