using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Elman;

/// <summary>
/// A task that learns from examples. A subclass says what is its own: the <see cref="Net"/> (encoder and head), the <see cref="Loss"/> of a batch, what the outputs
/// <see cref="Decode">mean</see>, and the scores. Its own <c>Train</c> prepares the data, makes the net and calls <see cref="Fit"/>.
/// </summary>
/// <typeparam name="TInput">The input of an example: a sequence, a text, ….</typeparam>
/// <typeparam name="TTarget">What should come out: a label, a number, labels for every step, ….</typeparam>
/// <typeparam name="TPrediction">What does: a label with its probability, ….</typeparam>
public abstract partial class TaskModel<TInput, TTarget, TPrediction> : TaskModel
{
    private protected const int PredictionBatch = 256;

    private TrainingRecord? _record;

    /// <param name="record">How the training went, of a model that is loaded; null before <see cref="Fit"/>.</param>
    /// <param name="report">How it did on examples not seen, of a model that is loaded.</param>
    protected TaskModel(TrainingRecord? record = null, TaskReport? report = null) => (_record, Report) = (record, report);

    /// <summary>Encoder and head.</summary>
    public abstract Module Net { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It has not been trained.</exception>
    public override TrainingRecord Record => _record ?? throw new InvalidOperationException("the model has not been trained yet");

    /// <summary>What comes out for one input.</summary>
    public TPrediction Predict(TInput input) => Predict([input])[0];

    /// <summary>What comes out for inputs in any number; the bits are those of each alone. Any number of threads may call it at once.</summary>
    public IReadOnlyList<TPrediction> Predict(IReadOnlyList<TInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        List<TPrediction> predictions = new(inputs.Count);
        foreach (TInput[] batch in inputs.Chunk(PredictionBatch))
        {
            using TensorScope scope = TensorScope.Begin();
            using Inference inference = Inference.Begin();
            predictions.AddRange(Decode(batch));
        }
        return predictions;
    }

    /// <summary>Scores the model on examples that its training has not seen.</summary>
    public TaskReport Evaluate(IReadOnlyList<Example<TInput, TTarget>> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Count == 0) throw new ElmanException("there are no examples to evaluate on; give at least one");
        return Score(examples, Predict([.. examples.Select(example => example.Input)]));
    }

    /// <inheritdoc/>
    public override void Save(string path) => ModelFile.Write(path, Task, [.. Sections(), .. ReportSection(), ("training", Record.WriteUntimed)], Net);

    /// <summary>The loss of a batch, a scalar; a <see cref="TensorScope"/> is open.</summary>
    protected abstract Tensor Loss(IReadOnlyList<Example<TInput, TTarget>> batch);

    /// <summary>Runs the net and decodes: one prediction for each input. A <see cref="TensorScope"/> and an <see cref="Inference"/> are open.</summary>
    protected abstract IEnumerable<TPrediction> Decode(IReadOnlyList<TInput> batch);

    /// <summary>The scores of predictions.</summary>
    protected abstract TaskReport Score(IReadOnlyList<Example<TInput, TTarget>> examples, IReadOnlyList<TPrediction> predictions);

    /// <summary>The sections of the model file, besides the training's record: options, vocabulary, ….</summary>
    protected abstract IEnumerable<(string Name, Action<Utf8JsonWriter> Write)> Sections();

    /// <summary>Writes all of an example that the training sees, so that an interrupted one is not resumed with other data.</summary>
    protected abstract void Describe(Example<TInput, TTarget> example, BinaryWriter digest);

    /// <summary>
    /// What chooses the best epoch, the less the better: how wrong the model is on examples held out. Null for the mean loss.
    /// </summary>
    protected virtual double? Error(IReadOnlyList<Example<TInput, TTarget>> examples) => null;

    /// <summary>Time steps of an input: batch mates are of similar length.</summary>
    protected virtual int LengthOf(TInput input) => 1;

    /// <summary>Trains the net.</summary>
    /// <param name="training">Examples to learn from.</param>
    /// <param name="validation">Examples that choose the best epoch; empty for none.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="settings">What the net depends on: the task's options as <see cref="SettingTable{TOptions}.Texts(TOptions, ReadOnlySpan{string})"/> gives them, without <see cref="TrainingRecipe.NotCompared"/>.</param>
    /// <param name="context">Who looks on, where checkpoints go, who may stop it.</param>
    /// <exception cref="ElmanException">There is nothing to learn from, the training diverged, or the checkpoint does not fit.</exception>
    protected void Fit(
        IReadOnlyList<Example<TInput, TTarget>> training, IReadOnlyList<Example<TInput, TTarget>> validation, TrainingRecipe recipe,
        IReadOnlyDictionary<string, string> settings, TrainingContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentNullException.ThrowIfNull(recipe);
        if (training.Count == 0) throw new ElmanException("there are no examples to train on; give at least one");
        TrainingRecipe.Settings.Check(recipe);
        context ??= new TrainingContext();
        Trainer trainer = recipe.Trainer(Net, context, new Dictionary<string, string>(settings) { ["data"] = Fingerprint(training, validation) });
        int passes = (int)(((long)LeastSteps * recipe.BatchSize + training.Count - 1) / training.Count);
        int[] lengths = [.. training.Select(example => LengthOf(example.Input))];
        BatchSource<Example<TInput, TTarget>[]> source = BatchSource.ByLength(
            [.. Enumerable.Repeat(lengths, passes).SelectMany(pass => pass)], recipe.BatchSize, recipe.Seed,
            rows => Array.ConvertAll(rows, row => training[row % training.Count]), batch => batch.Length);
        _record = trainer.Run(source, Loss, Validation(trainer, validation), context.Cancellation);
    }

    /// <summary>
    /// Optimizer steps that an epoch has at least: few examples are gone over several times in one, so that what follows each epoch is
    /// worth its time.
    /// </summary>
    protected virtual int LeastSteps => 1;

    private IEnumerable<(string, Action<Utf8JsonWriter>)> ReportSection() => Report is { } report ? [("report", report.Write)] : [];

    private Func<double>? Validation(Trainer trainer, IReadOnlyList<Example<TInput, TTarget>> validation)
    {
        if (validation.Count == 0) return null;
        BatchSource<Example<TInput, TTarget>[]> batches = BatchSource.InOrder(validation.Count, PredictionBatch, rows => Array.ConvertAll(rows, row => validation[row]));
        return () => Error(validation) ?? trainer.Evaluate(batches, Loss);
    }

    private string Fingerprint(params ReadOnlySpan<IReadOnlyList<Example<TInput, TTarget>>> parts)
    {
        using Sha256 hash = new();
        using (BinaryWriter writer = new(hash, Encoding.UTF8, leaveOpen: true))
        {
            foreach (IReadOnlyList<Example<TInput, TTarget>> part in parts)
            {
                writer.Write(part.Count.ToString(CultureInfo.InvariantCulture));
                foreach (Example<TInput, TTarget> example in part) Describe(example, writer);
            }
        }
        return Convert.ToHexStringLower(hash.Finish());
    }
}
