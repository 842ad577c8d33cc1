using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Elman;

/// <summary>
/// Foretells the next character, word or byte of a text, and so writes texts of its kind. Vectors of tokens, recurrent layers, a linear layer over all tokens; trained by truncated backpropagation with a state that
/// goes on through the text.
/// </summary>
/// <example><code>
/// LanguageModel model = LanguageModel.Train(File.ReadAllText("corpus.txt"));
/// foreach (string piece in model.Generate("ROMEO:", new Sampling { Temperature = 0.8, TopK = 40, Seed = 7 })) Console.Write(piece);
/// </code></example>
public sealed class LanguageModel : TaskModel
{
    /// <summary>What model files call the task.</summary>
    public const string TaskName = "language model";

    private const int ScoredAtOnce = 512, ValidationStreams = 16;

    private readonly LanguageTokens _tokens;
    private readonly Sequential _net;
    private TrainingRecord? _record;

    private LanguageModel(LanguageModelOptions options, LanguageTokens tokens, TrainingRecord? record = null)
    {
        (Options, _tokens, _record) = (options, tokens, record);
        _net = Build(options, tokens.Count);
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <summary>What it is made of.</summary>
    public LanguageModelOptions Options { get; }

    /// <summary>The net: the number of a token → the scores of the one that follows, for every token that is known; "&lt;padding&gt;" and "&lt;unknown&gt;" come first.</summary>
    public Module Net => _net;

    /// <inheritdoc/>
    public override TrainingRecord Record => _record ?? throw new InvalidOperationException("the model has not been trained yet");

    /// <summary>The number of tokens, with "&lt;padding&gt;" and "&lt;unknown&gt;".</summary>
    public int TokenCount => _tokens.Count;

    /// <summary>How it did on the text that its training had not seen; null if there was none.</summary>
    public LanguageReport? Report { get; private set; }

    /// <summary>Trains a model.</summary>
    /// <param name="text">The text to learn from.</param>
    /// <param name="options">What it is made of; null for the usual.</param>
    /// <param name="test">The text that scores it; null for the end of the text.</param>
    /// <param name="validation">The text that chooses the best epoch; null for a part before that.</param>
    /// <param name="context">Who looks on, where checkpoints go, who may stop it.</param>
    /// <exception cref="ElmanException">The text is too short, an option has no meaning, the training diverged.</exception>
    public static LanguageModel Train(string text, LanguageModelOptions? options = null, string? test = null, string? validation = null, TrainingContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= new LanguageModelOptions();
        LanguageModelOptions.Settings.Check(options);
        context ??= new TrainingContext();
        if (test is null) (text, test) = End(text, options.TestShare);
        if (validation is null) (text, validation) = End(text, options.ValidationShare);
        LanguageTokens tokens = LanguageTokens.Of(text, options);
        int[] training = tokens.Numbers(text), chosen = tokens.Numbers(validation);
        if (training.Length < 2) throw new ElmanException("the text has fewer than two tokens to learn from; give a longer one");
        context.Remark?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{Names.Count(training.Length, "token")}, {tokens.Count - 2:N0} of them different"));
        LanguageModel model = new(options, tokens);
        context.Phase?.Invoke("training");
        model.Fit(training, chosen, context);
        if (model.Record.Outcome == TrainingOutcome.Interrupted || test.Length == 0) return model;
        context.Phase?.Invoke("test");
        model.Report = model.Evaluate(test);
        return model;
    }

    /// <summary>Reads a model.</summary>
    /// <exception cref="ElmanException">There is no such file, it is damaged, or no language model.</exception>
    public static LanguageModel Load(string path) => Load(ModelFile.Read(path));

    internal static LanguageModel Load(ModelFile file)
    {
        file.RequireTask(TaskName);
        LanguageModelOptions options = file.Section("options", json => LanguageModelOptions.Settings.Read(json));
        LanguageTokens tokens = file.Section("tokens", LanguageTokens.Read);
        TrainingRecord record = file.Section("training", TrainingRecord.Read);
        LanguageReport? report = file.OptionalSection("report", LanguageReport.Read);
        LanguageModel model = file.Build(() => new LanguageModel(options, tokens, record) { Report = report });
        file.LoadInto(model.Net);
        return model;
    }

    /// <inheritdoc/>
    public override void Save(string path) => ModelFile.Write(path, Task,
        [("options", json => LanguageModelOptions.Settings.Write(json, Options)), ("tokens", _tokens.Write), .. Report is { } report ? [("report", report.Write)] : Array.Empty<(string, Action<System.Text.Json.Utf8JsonWriter>)>(), ("training", Record.WriteUntimed)],
        Net);

    /// <summary>Scores the model on a text that its training has not seen.</summary>
    /// <param name="text">The text, of two tokens at least.</param>
    /// <exception cref="ElmanException">It is shorter.</exception>
    public LanguageReport Evaluate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int[] tokens = _tokens.Numbers(text);
        return tokens.Length < 2 ? throw new ElmanException("the text has fewer than two tokens, so there is none to foretell; give a longer one") : Scored(tokens, text);
    }

    /// <summary>Scores the model on a line, as one that follows the end of another: its first token is foretold too.</summary>
    /// <param name="line">The line.</param>
    public LanguageReport EvaluateLine(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return Scored([_tokens.Start, .. _tokens.Numbers(line)], line);
    }

    /// <summary>How many tokens of a text the model does not know.</summary>
    /// <param name="text">The text.</param>
    public int UnknownIn(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _tokens.Numbers(text).Count(token => token == Vocabulary.Unknown);
    }

    private LanguageReport Scored(int[] tokens, string text)
    {
        double[] frequencies = _tokens.Frequencies();
        double all = Math.Log(frequencies.Sum());
        return new LanguageReport(tokens.Length - 1, text.EnumerateRunes().Count(), tokens.Skip(1).Count(token => token == Vocabulary.Unknown),
            Nats(tokens).Sum(), tokens.Skip(1).Sum(token => all - Math.Log(frequencies[token])));
    }

    /// <summary>Writes on from a text, piece by piece: characters, or words with the blanks before them. The prompt is not part of what comes.</summary>
    /// <param name="prompt">What was there; empty for nothing.</param>
    /// <param name="sampling">How tokens are drawn; null for the usual.</param>
    /// <param name="sample">Which of several samples of the seed it is.</param>
    /// <exception cref="ArgumentException">A number of the sampling has no meaning.</exception>
    public IEnumerable<string> Generate(string prompt, Sampling? sampling = null, int sample = 0)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        sampling ??= new Sampling();
        return Pieces(prompt, sampling, new TokenSampler(sampling, _tokens.Count, sample));
    }

    /// <summary>As <see cref="Generate"/>, with a pause for others before each piece.</summary>
    /// <param name="prompt">What was there; empty for nothing.</param>
    /// <param name="sampling">How tokens are drawn; null for the usual.</param>
    /// <param name="cancellation">Ends it.</param>
    public async IAsyncEnumerable<string> GenerateAsync(string prompt, Sampling? sampling = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (string piece in Generate(prompt, sampling))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return piece;
            await System.Threading.Tasks.Task.Yield();
        }
    }

    /// <summary>A text that goes on from another, whole.</summary>
    /// <inheritdoc cref="Generate"/>
    public string Complete(string prompt, Sampling? sampling = null, int sample = 0) => string.Concat(Generate(prompt, sampling, sample));

    private static Sequential Build(LanguageModelOptions options, int classes)
    {
        RandomStream random = new(options.Training.Seed);
        Embedding vectors = new(classes, options.VectorValues, random);
        // Vectors of length 1: those of deviation 1, as an embedding draws them, drown what the layers say at first, and are far too large for an output.
        foreach (ref float value in vectors.Weight.WritableSpan()) value /= MathF.Sqrt(options.VectorValues);
        int last = options.IsTied ? options.VectorValues : options.Hidden;
        RecurrentLayer recurrent = Cells.Create(options.Cell, options.VectorValues, last, random, new RecurrentOptions
        {
            Layers = options.Layers,
            HiddenSizes = last == options.Hidden ? null : [.. Enumerable.Repeat(options.Hidden, options.Layers - 1), last],
            Dropout = options.Layers > 1 ? options.Dropout : 0,
            InputDropout = options.LockedDropout,
            WeightDropout = options.WeightDropout,
        });
        return Sequential.Named(("tokens", vectors), ("recurrent", recurrent), ("dropout", new Dropout(options.Dropout)),
            ("output", options.IsTied ? new Linear(vectors.Weight) : new Linear(last, classes, random)));
    }

    /// <summary>Cuts a share off the end, at an end of a line if there is one near.</summary>
    private static (string Begin, string End) End(string text, double share)
    {
        int at = (int)(text.Length * (1 - share));
        if (at >= text.Length) return (text, "");
        int line = text.IndexOf('\n', at);
        if (line >= 0 && line - at < (text.Length - at) / 10) at = line + 1;
        if (at > 0 && at < text.Length && char.IsLowSurrogate(text[at])) at--;
        return (text[..at], text[at..]);
    }

    private void Fit(int[] training, int[] validation, TrainingContext context)
    {
        TrainingRecipe recipe = Options.Training.Left(context);
        Dictionary<string, string> settings = new(LanguageModelOptions.Settings.Texts(Options, [.. TrainingRecipe.NotCompared]))
        {
            ["data"] = Convert.ToHexStringLower(Sha256.Of([.. MemoryMarshal.AsBytes<int>(training), .. MemoryMarshal.AsBytes<int>(validation)])),
        };
        LanguageText text = new(training, recipe.BatchSize, Options.Window);
        Trainer trainer = recipe.Trainer(_net, context, settings);
        BatchSource<LanguageWindow>? held = validation.Length < 2 ? null : new LanguageText(validation, ValidationStreams, Options.Window).Windows(null);
        _record = trainer.Run(text.Windows(recipe.Seed), Loss, held is null ? null : () => trainer.Evaluate(held, Loss), context.Cancellation);
    }

    private (Tensor Loss, State? Next) Loss(LanguageWindow window, State? state)
    {
        (Tensor scores, State? next) = _net.Forward(window.Input, state);
        return (Elman.Loss.CrossEntropy(scores, window.Targets), next);
    }

    /// <summary>−ln p of each token but the first.</summary>
    private IEnumerable<double> Nats(int[] tokens)
    {
        CarriedState state = new();
        for (int at = 0; at < tokens.Length - 1; at += ScoredAtOnce)
        {
            int steps = Math.Min(ScoredAtOnce, tokens.Length - 1 - at);
            double[] nats = new double[steps];
            using (TensorScope.Begin())
            using (Inference.Begin())
            {
                (Tensor scores, State? next) = _net.Forward(Tensor.From([.. tokens.AsSpan(at, steps).ToArray().Select(token => (float)token)], 1, steps), state.Value);
                int classes = _tokens.Count;
                for (int t = 0; t < steps; t++)
                {
                    ReadOnlySpan<float> row = scores.Span.Slice(t * classes, classes);
                    nats[t] = LogSum(row) - row[tokens[at + t + 1]];
                }
                state.Keep(next);
            }
            foreach (double one in nats) yield return one;
        }
    }

    private static double LogSum(ReadOnlySpan<float> scores)
    {
        double top = TensorPrimitives.Max(scores), sum = 0;
        foreach (float score in scores) sum += Math.Exp(score - top);
        return top + Math.Log(sum);
    }

    private IEnumerable<string> Pieces(string prompt, Sampling sampling, TokenSampler sampler)
    {
        RecurrentStream stream = _net.OpenStream();
        int[] before = _tokens.Numbers(prompt);
        LanguageTokens.TextJoiner joiner = _tokens.Join(prompt);
        float[] scores = new float[_tokens.Count];
        stream.Step(before.Length == 0 ? [_tokens.Start] : [before[0]]).CopyTo(scores);
        foreach (int token in before.Skip(1)) stream.Step(token).CopyTo(scores);
        foreach (int token in before) sampler.Saw(token);
        string held = "";
        for (int drawn = 0; drawn < sampling.Length; drawn++)
        {
            // Neither is a text.
            scores[Vocabulary.Padding] = scores[Vocabulary.Unknown] = float.NegativeInfinity;
            int token = sampler.Next(scores);
            held += joiner.Add(token);
            (string sure, held, bool isEnd) = Until(held, sampling.Stop);
            if (sure.Length > 0) yield return sure;
            if (isEnd) yield break;
            stream.Step(token).CopyTo(scores);
        }
        if (held.Length > 0) yield return held;
    }

    /// <summary>What of a text may go out: up to a text that ends it, or what cannot become the beginning of one.</summary>
    private static (string Sure, string Held, bool IsEnd) Until(string text, IReadOnlyList<string> stops)
    {
        if (stops.Count == 0) return (text, "", false);
        int end = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        if (end >= 0) return (text[..end], "", true);
        int sure = text.Length;
        foreach (string stop in stops)
            for (int length = Math.Min(stop.Length - 1, text.Length); length > 0; length--)
            {
                if (!text.EndsWith(stop[..length], StringComparison.Ordinal)) continue;
                sure = Math.Min(sure, text.Length - length);
                break;
            }
        return (text[..sure], text[sure..], false);
    }
}
