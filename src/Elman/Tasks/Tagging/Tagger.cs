using System.Numerics.Tensors;
using System.Text.Json;

namespace Elman;

/// <summary>
/// Gives each word of a sentence a tag: parts of speech, chunks, names, slots; and, where the training has one, the sentence a label. Words
/// and their characters are read in both directions (Lample
/// et al. 2016), a <see cref="Crf"/> finds the best legal sequence.
/// </summary>
/// <example><code>
/// Tagger model = Tagger.Train(sentences);
/// foreach ((string word, string tag, float confidence) in model.Tag("Elman runs everywhere")) Console.WriteLine($"{word} {tag}
/// {confidence:0.00}");
/// </code></example>
public sealed partial class Tagger : TaskModel<TaggedSentence, TaggedSentence, TagPrediction>
{
    /// <summary>What model files call the task.</summary>
    public const string TaskName = "tagging";

    private readonly TaggerWords _words;
    private readonly TagLabels _labels;
    private readonly TaggerNet _net;

    private Tagger(TaggerOptions options, TaggerWords words, TagLabels labels, TrainingRecord? record = null, TaskReport? report = null)
        : base(record, report)
    {
        (Options, _words, _labels) = (options, words, labels);
        _net = new TaggerNet(options, words, labels, new RandomStream(options.Training.Seed));
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <summary>What it is made of.</summary>
    public TaggerOptions Options { get; }

    /// <summary>The tags that it can give.</summary>
    public IReadOnlyList<string> Tags => _labels.Tags;

    /// <summary>The labels that it can give a sentence; empty for none.</summary>
    public IReadOnlyList<string> Labels => _labels.Labels;

    /// <summary>The scheme of the tags.</summary>
    public TagScheme Scheme => _labels.Scheme;

    /// <summary>Further columns that each word needs.</summary>
    public int Features => _words.Features.Count;

    /// <summary>The columns that it was trained on; null if that is not known.</summary>
    public TaggedColumns? Columns { get; set; }

    /// <inheritdoc/>
    public override Module Net => _net;

    /// <summary>How it did on sentences that its training had not seen; null if there were none.</summary>
    public new TaggingReport? Report => (TaggingReport?)base.Report;

    /// <inheritdoc/>
    protected override int LeastSteps => 150;

    /// <summary>Trains a tagger.</summary>
    /// <param name="sentences">Sentences with their tags.</param>
    /// <param name="options">What it is made of; null for the usual.</param>
    /// <param name="test">Sentences to score it on; null to hold some out.</param>
    /// <param name="validation">Sentences that choose the best epoch; null to hold some out.</param>
    /// <param name="context">Who looks on, where checkpoints go, who may stop it.</param>
    /// <exception cref="ElmanException">There is nothing to learn, tags break their scheme, an option has no meaning, the training
    /// diverged.</exception>
    public static Tagger Train(
        IReadOnlyList<TaggedSentence> sentences, TaggerOptions? options = null, IReadOnlyList<TaggedSentence>? test = null, IReadOnlyList<TaggedSentence>? validation = null,
        TrainingContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        options ??= new TaggerOptions();
        TaggerOptions.Settings.Check(options);
        sentences = [.. sentences.Where(sentence => sentence.Words.Count > 0)];
        if (sentences.Count == 0) throw new ElmanException("there are no sentences with words to learn from; give at least one");
        foreach (IReadOnlyList<TaggedSentence>? part in new[] { sentences, test, validation }) RequireAlike(part ?? [], sentences[0]);
        TagScheme scheme = TagSchemes.Detect([.. sentences.Select(sentence => sentence.Tags!)]);
        RequireLegal(scheme, sentences);
        foreach (string remark in Remarks(sentences, scheme, test)) context?.Remark?.Invoke(remark);
        HeldOutPlan<TaggedSentence, TaggedSentence> plan = HeldOutPlan.Cut(Examples(sentences), test is null ? null : Examples(test), validation is null ? null : Examples(validation),
            example => example.Target.Label, options.HeldOut, options.Training, TaggerOptions.Settings.Texts(options, [.. TrainingRecipe.NotCompared]));
        return TrainHeldOut(plan, training => Untrained(options, [.. training.Select(example => example.Target)], scheme), context);
    }

    /// <summary>Scores the model on sentences that its training has not seen.</summary>
    /// <param name="sentences">Sentences with the right tags; these may break their scheme, spans are then counted as conlleval
    /// does.</param>
    /// <exception cref="ElmanException">There is no sentence, or one has no tags.</exception>
    public TaggingReport Evaluate(IReadOnlyList<TaggedSentence> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        if (sentences.Count > 0) RequireAlike(sentences, sentences[0]);
        return (TaggingReport)base.Evaluate(Examples(sentences));
    }

    /// <summary>Tags the words of a text.</summary>
    /// <param name="text">A sentence; it is cut into words, signs each by themselves.</param>
    /// <returns>Each word with its tag and how probable that is.</returns>
    public IReadOnlyList<(string Word, string Tag, float Confidence)> Tag(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        TagPrediction said = Predict(new TaggedSentence(Tokens.Of(text, TextUnit.Word)));
        return [.. said.Words.Select((word, i) => (word, said.Tags[i], said.Confidences[i]))];
    }

    /// <summary>The most probable sequences of tags of a sentence, best first.</summary>
    /// <param name="input">The sentence.</param>
    /// <param name="count">How many, at most.</param>
    public IReadOnlyList<TagAlternative> Best(TaggedSentence input, int count)
    {
        ArgumentNullException.ThrowIfNull(input);
        using TensorScope scope = TensorScope.Begin();
        using Inference inference = Inference.Begin();
        (Tensor scores, _, int[] lengths) = _net.Forward([Checked(input)]);
        double logPartition = _net.Crf.Marginals(scores, lengths)[0].LogPartition;
        return [.. _net.Crf.Best(scores, count, lengths)[0].Select(path => new TagAlternative(_labels.Names(path.Tags), Math.Min(1, Math.Exp(path.Score - logPartition))))];
    }

    /// <summary>Reads a model.</summary>
    /// <exception cref="ElmanException">There is no such file, it is damaged, or no tagger.</exception>
    public static Tagger Load(string path) => Load(ModelFile.Read(path));

    internal static Tagger Load(ModelFile file)
    {
        file.RequireTask(TaskName);
        TaggerOptions options = file.Section("options", json => TaggerOptions.Settings.Read(json));
        TaggerWords words = file.Section("words", TaggerWords.Read);
        TagLabels labels = file.Section("tags", TagLabels.Read);
        TrainingRecord record = file.Section("training", TrainingRecord.Read);
        TaggingReport? report = file.OptionalSection("report", TaggingReport.Read);
        Tagger model = file.Build(() => new Tagger(options, words, labels, record, report));
        model.Columns = file.OptionalSection("columns", TaggedColumns.Read);
        file.LoadInto(model.Net);
        return model;
    }

    /// <inheritdoc/>
    protected override int LengthOf(TaggedSentence input) => input.Words.Count;

    /// <inheritdoc/>
    protected override Tensor Loss(IReadOnlyList<Example<TaggedSentence, TaggedSentence>> batch)
    {
        (Tensor scores, Tensor? labels, int[] lengths) = _net.Forward([.. batch.Select(example => example.Input)]);
        int steps = scores.Shape[1];
        int[] tags = new int[batch.Count * steps];
        Array.Fill(tags, Elman.Loss.Ignored);
        for (int row = 0; row < batch.Count; row++)
        {
            int[] numbers = _labels.Numbers(batch[row].Target.Tags!) ?? throw new InvalidOperationException("a sentence to learn from has tags that are not known");
            numbers.CopyTo(tags, row * steps);
        }
        Tensor loss = Options.Crf ? _net.Crf.Loss(scores, tags, lengths) : Elman.Loss.CrossEntropy(scores, tags);
        if (labels is null) return loss;
        return loss + (float)Options.LabelWeight * Elman.Loss.CrossEntropy(labels, [.. batch.Select(example => _labels.LabelNumber(example.Target.Label))], labelSmoothing: (float)Options.LabelSmoothing);
    }

    /// <summary>1 − F1 of spans, or the part of wrong tags; with labels, the mean of that and the part of wrong labels.</summary>
    protected override double? Error(IReadOnlyList<Example<TaggedSentence, TaggedSentence>> examples)
    {
        List<TaggedAnswer> answers = [];
        foreach (Example<TaggedSentence, TaggedSentence>[] batch in examples.Chunk(PredictionBatch))
        {
            using TensorScope scope = TensorScope.Begin();
            (Tensor scores, Tensor? labels, int[] lengths) = _net.Forward([.. batch.Select(example => example.Input)]);
            int[][] tags = _net.Crf.Viterbi(scores, lengths);
            int[] said = labels?.ArgMax(1) ?? [];
            answers.AddRange(batch.Select((example, i) => new TaggedAnswer(example.Target.Tags!, _labels.Names(tags[i]))
            {
                Label = labels is null || example.Target.Label is null ? null : (example.Target.Label, Labels[said[i]], ""),
            }));
        }
        TaggingReport report = TaggingReport.Of(answers, Scheme != TagScheme.Plain);
        double wrong = 1 - (report.HasSpans ? report.Micro.F1 : report.TokenAccuracy);
        return report.LabelAccuracy is { } right ? (wrong + 1 - right) / 2 : wrong;
    }

    /// <inheritdoc/>
    protected override IEnumerable<TagPrediction> Decode(IReadOnlyList<TaggedSentence> batch)
    {
        (Tensor scores, Tensor? labels, int[] lengths) = _net.Forward([.. batch.Select(Checked)]);
        int[][] tags = _net.Crf.Viterbi(scores, lengths);
        TagPosterior[] posteriors = _net.Crf.Marginals(scores, lengths);
        Tensor? chances = labels?.Softmax();
        return [.. batch.Select((input, row) => Said(input, tags[row], posteriors[row], chances is null ? default : chances.Span.Slice(row * Labels.Count, Labels.Count)))];
    }

    /// <inheritdoc/>
    protected override TaggingReport Score(IReadOnlyList<Example<TaggedSentence, TaggedSentence>> examples, IReadOnlyList<TagPrediction> predictions) => TaggingReport.Of(
    [
        .. examples.Zip(predictions, (example, said) => new TaggedAnswer(example.Target.Tags!, said.Tags)
        {
            Floor = [.. example.Input.Words.Select(_labels.Usual)],
            Known = [.. example.Input.Words.Select(_labels.Knows)],
            Label = example.Target.Label is { } label && said.Label is { } saidLabel ? (label, saidLabel, _labels.LabelFloor) : null,
        }),
    ], Scheme != TagScheme.Plain);

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, Action<Utf8JsonWriter> Write)> Sections() =>
    [
        ("options", json => TaggerOptions.Settings.Write(json, Options)), ("words", _words.Write), ("tags", _labels.Write),
        .. Columns is { } columns ? [("columns", columns.Write)] : Array.Empty<(string, Action<Utf8JsonWriter>)>(),
    ];

    /// <inheritdoc/>
    protected override void Describe(Example<TaggedSentence, TaggedSentence> example, BinaryWriter digest)
    {
        digest.Write(example.Target.Label ?? "");
        digest.Write(example.Input.Words.Count);
        for (int i = 0; i < example.Input.Words.Count; i++)
        {
            digest.Write(example.Input.Words[i]);
            digest.Write(example.Target.Tags![i]);
            foreach (string feature in example.Input.Features.Count == 0 ? [] : example.Input.Features[i]) digest.Write(feature);
        }
    }

    private TagPrediction Said(TaggedSentence input, int[] tags, TagPosterior posterior, ReadOnlySpan<float> chances)
    {
        int label = chances.IsEmpty ? -1 : TensorPrimitives.IndexOfMax(chances);
        string[] names = _labels.Names(tags);
        return new TagPrediction
        {
            Words = input.Words,
            Tags = names,
            Confidences = [.. tags.Select((tag, step) => _labels.Confidence(tag, posterior.Of(step)))],
            Spans = Scheme == TagScheme.Plain ? [] : [.. TagSchemes.Spans(names).Select(span => (span, Confidence(span, tags, posterior)))],
            Probabilities = [.. Enumerable.Range(0, tags.Length).Select(step => _labels.Outer(posterior.Of(step)))],
            Label = label < 0 ? null : Labels[label],
            LabelConfidence = label < 0 ? 0 : chances[label],
        };
    }

    /// <summary>The probability of the run of its tags; of a scheme that does not mark the end, less that of the run going on.</summary>
    private float Confidence(TagSpan span, int[] tags, TagPosterior posterior)
    {
        ReadOnlySpan<int> run = tags.AsSpan(span.Start, span.Length);
        double probability = posterior.Of(span.Start, run);
        if (_labels.GoesOn(run[^1]) is { } more && span.End < tags.Length) probability -= posterior.Of(span.Start, [.. run, more]);
        return (float)Math.Clamp(probability, 0, 1);
    }

    private TaggedSentence Checked(TaggedSentence sentence)
    {
        if (sentence.Words.Count > 0 && FeaturesOf(sentence) != Features)
            throw new ElmanException($"the words of a sentence have {Names.Count(FeaturesOf(sentence), "further column")}, the model reads {Features}; give it sentences like those that it was trained on");
        return sentence;
    }

    private static Tagger Untrained(TaggerOptions options, IReadOnlyList<TaggedSentence> training, TagScheme scheme) =>
        new(options, TaggerWords.Of(training, options), TagLabels.Of(training, scheme, options.Scheme));
}
