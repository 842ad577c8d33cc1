using System.Text.Json;

namespace Elman;

/// <summary>
/// How well sequences were labelled that training had not seen, beside the label that was most frequent there. It prints itself and turns
/// into JSON.
/// </summary>
public sealed class ClassificationReport : TaskReport
{
    /// <summary>Bins of the calibration error.</summary>
    private const int Bins = 15;

    private ClassificationReport(bool isMultiLabel, int count, IReadOnlyList<ClassScore> classes) => (IsMultiLabel, Count, Classes) = (isMultiLabel, count, classes);

    /// <summary>Whether a sequence has any number of labels; the accuracy is then the part of them whose labels are all right.</summary>
    public bool IsMultiLabel { get; }

    /// <summary>Sequences that were scored.</summary>
    public int Count { get; }

    /// <summary>The classes of the model, in its order, and behind them those that only the data have.</summary>
    public IReadOnlyList<ClassScore> Classes { get; }

    /// <summary>The part of the sequences whose label is right.</summary>
    public double Accuracy { get; private init; }

    /// <summary>The accuracy of the label that was most frequent in training, given to every sequence.</summary>
    public double Floor { get; private init; }

    /// <summary>The label of the floor.</summary>
    public string FloorLabel { get; private init; } = "";

    /// <summary>The mean F1 of all classes.</summary>
    public double MacroF1 => ClassScore.MacroF1(Classes);

    /// <summary>The mean F1, each class by how often it was there.</summary>
    public double WeightedF1 => ClassScore.WeightedF1(Classes);

    /// <summary>F1 over all labels together; of single labels it is the accuracy.</summary>
    public double MicroF1 => ClassScore.MicroF1(Classes);

    /// <summary>
    /// The mean −log of the probability of what was there, in nats; classes that the model does not know are left out. Of several labels a
    /// sequence it is the mean over the labels.
    /// </summary>
    public double LogLoss { get; private init; }

    /// <summary>
    /// The expected calibration error: the mean difference, over 15 bins of confidence, between how sure the model was and how often it was
    /// right (Naeini et al. 2015, section 2). NaN for
    /// several labels a sequence.
    /// </summary>
    public double CalibrationError { get; private init; }

    /// <summary>
    /// Row: what was there; column: what was predicted; both in the order of <see cref="Classes"/>. Empty for several labels a sequence.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> Confusion { get; private init; } = [];

    /// <summary>Scores single labels.</summary>
    /// <param name="classes">The classes that the model knows.</param>
    /// <param name="labels">What was there, for each sequence.</param>
    /// <param name="probabilities">For each sequence the probability of each class, in their order.</param>
    /// <param name="floorLabel">The most frequent label of the training.</param>
    /// <exception cref="ArgumentException">The numbers do not fit.</exception>
    public static ClassificationReport Of(IReadOnlyList<string> classes, IReadOnlyList<string> labels, IReadOnlyList<IReadOnlyList<float>> probabilities, string floorLabel)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(probabilities);
        Check(classes, labels.Count, probabilities);
        string[] all = [.. classes, .. labels.Except(classes).Order(StringComparer.Ordinal)];
        Dictionary<string, int> index = all.Select((label, at) => (label, at)).ToDictionary(pair => pair.label, pair => pair.at);
        int[][] confusion = [.. all.Select(_ => new int[all.Length])];
        double logLoss = 0;
        int known = 0;
        (double Confidence, double Right, int Count)[] bins = new (double, double, int)[Bins];
        for (int i = 0; i < labels.Count; i++)
        {
            int there = index[labels[i]], said = Largest(probabilities[i]);
            confusion[there][said]++;
            ref (double Confidence, double Right, int Count) bin = ref bins[Math.Clamp((int)Math.Ceiling(probabilities[i][said] * Bins) - 1, 0, Bins - 1)];
            bin = (bin.Confidence + probabilities[i][said], bin.Right + (said == there ? 1 : 0), bin.Count + 1);
            if (there >= classes.Count) continue;
            known++;
            logLoss -= Math.Log(Math.Max(probabilities[i][there], float.Epsilon));
        }
        return new ClassificationReport(isMultiLabel: false, labels.Count,
            [.. all.Select((label, at) => new ClassScore(label, confusion[at].Sum(), confusion.Sum(row => row[at]), confusion[at][at]))])
        {
            Accuracy = Enumerable.Range(0, all.Length).Sum(at => confusion[at][at]) / Math.Max(1.0, labels.Count),
            Floor = labels.Count(label => label == floorLabel) / Math.Max(1.0, labels.Count),
            FloorLabel = floorLabel,
            LogLoss = known == 0 ? double.NaN : logLoss / known,
            CalibrationError = bins.Sum(bin => Math.Abs(bin.Confidence - bin.Right)) / Math.Max(1.0, labels.Count),
            Confusion = confusion,
        };
    }

    /// <summary>Scores any number of labels a sequence.</summary>
    /// <param name="classes">The labels that the model knows.</param>
    /// <param name="labels">What was there, for each sequence.</param>
    /// <param name="probabilities">For each sequence the probability of each label, in their order.</param>
    /// <param name="threshold">From which probability a label is given.</param>
    /// <param name="floor">The labels that were most frequent together in the training.</param>
    /// <exception cref="ArgumentException">The numbers do not fit.</exception>
    public static ClassificationReport OfLabelSets(
        IReadOnlyList<string> classes, IReadOnlyList<IReadOnlyCollection<string>> labels, IReadOnlyList<IReadOnlyList<float>> probabilities, double threshold, IReadOnlyCollection<string> floor)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(floor);
        Check(classes, labels.Count, probabilities);
        string[] all = [.. classes, .. labels.SelectMany(set => set).Except(classes).Order(StringComparer.Ordinal)];
        int[] support = new int[all.Length], predicted = new int[all.Length], correct = new int[all.Length];
        double logLoss = 0;
        int right = 0;
        for (int i = 0; i < labels.Count; i++)
        {
            bool whole = true;
            for (int at = 0; at < all.Length; at++)
            {
                bool there = labels[i].Contains(all[at]), said = at < classes.Count && probabilities[i][at] >= threshold;
                if (there) support[at]++;
                if (said) predicted[at]++;
                if (there && said) correct[at]++;
                whole &= there == said;
                if (at < classes.Count) logLoss -= Math.Log(Math.Max(there ? probabilities[i][at] : 1 - probabilities[i][at], float.Epsilon));
            }
            if (whole) right++;
        }
        return new ClassificationReport(isMultiLabel: true, labels.Count, [.. all.Select((label, at) => new ClassScore(label, support[at], predicted[at], correct[at]))])
        {
            Accuracy = right / Math.Max(1.0, labels.Count),
            Floor = labels.Count(set => set.Count == floor.Count && floor.All(set.Contains)) / Math.Max(1.0, labels.Count),
            FloorLabel = string.Join(' ', floor),
            LogLoss = logLoss / Math.Max(1.0, (double)labels.Count * classes.Count),
            CalibrationError = double.NaN,
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteNumber("sequences", Count);
        json.WriteBoolean("multi_label", IsMultiLabel);
        json.WriteNumber("accuracy", Accuracy);
        json.WriteNumber("floor", Floor);
        json.WriteString("floor_label", FloorLabel);
        json.WriteNumber("macro_f1", MacroF1);
        json.WriteNumber("weighted_f1", WeightedF1);
        json.WriteNumber("micro_f1", MicroF1);
        json.WriteFigure("log_loss", LogLoss);
        json.WriteFigure("calibration_error", CalibrationError);
        json.WriteStartArray("classes");
        foreach (ClassScore score in Classes) score.Write(json);
        json.WriteEndArray();
        json.WriteStartArray("confusion");
        foreach (IReadOnlyList<int> row in Confusion)
        {
            json.WriteStartArray();
            foreach (int count in row) json.WriteNumberValue(count);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    internal static ClassificationReport Read(JsonElement json)
    {
        StrictFields fields = new(json, "report");
        int count = fields.Whole("sequences", 0, int.MaxValue);
        bool several = fields.Flag("multi_label");
        double accuracy = fields.Figure("accuracy"), floor = fields.Figure("floor");
        string floorLabel = fields.Text("floor_label");
        double logLoss = fields.Figure("log_loss"), calibration = fields.Figure("calibration_error");
        ClassScore[] classes = fields.List("classes", (item, _) => ClassScore.Read(item));
        int[][] confusion = fields.List("confusion", (row, _) => row.EnumerateArray().Select(cell => cell.GetInt32()).ToArray());
        foreach (string derived in (string[])["macro_f1", "weighted_f1", "micro_f1"]) fields.Figure(derived);
        fields.Finish();
        if (confusion.Length > 0 && (confusion.Length != classes.Length || confusion.Any(row => row.Length != classes.Length))) throw JsonFields.Damaged("report: a confusion of another size than the classes");
        return new ClassificationReport(several, count, classes)
        {
            Accuracy = accuracy,
            Floor = floor,
            FloorLabel = floorLabel,
            LogLoss = logLoss,
            CalibrationError = calibration,
            Confusion = confusion,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => ClassificationReportText.Of(this);

    /// <summary>The class of the largest probability, of equal ones the first.</summary>
    internal static int Largest(IReadOnlyList<float> probabilities)
    {
        int best = 0;
        for (int at = 1; at < probabilities.Count; at++)
            if (probabilities[at] > probabilities[best]) best = at;
        return best;
    }

    private static void Check(IReadOnlyList<string> classes, int sequences, IReadOnlyList<IReadOnlyList<float>> probabilities)
    {
        if (probabilities.Count != sequences) throw new ArgumentException($"{probabilities.Count} predictions for {sequences} sequences", nameof(probabilities));
        if (probabilities.FirstOrDefault(row => row.Count != classes.Count) is { } odd)
            throw new ArgumentException($"a prediction has {odd.Count} probabilities for {classes.Count} classes", nameof(probabilities));
    }
}
