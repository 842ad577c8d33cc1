namespace Elman;

/// <summary>How a net is trained, whatever its task. Together with the first weights, the data and the loss it fixes the result to the bit.</summary>
/// <example><code>
/// TrainingRecipe recipe = new() { Optimizer = "adamw", LearningRate = 2e-3, TimeLimit = TimeSpan.FromMinutes(1) };
/// TrainingRecord record = recipe.Trainer(net, context, settings).Run(recipe.Batches(count, Gather), Loss, validate, context.Cancellation);
/// </code></example>
public sealed record TrainingRecipe
{
    /// <summary>One of <see cref="Optimizers.Names"/>.</summary>
    public string Optimizer { get; init; } = "adam";

    /// <summary>The learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>How the learning rate goes on, one of <see cref="Schedules.Names"/>.</summary>
    public string Schedule { get; init; } = "decay";

    /// <summary>Steps in which the learning rate rises to its value.</summary>
    public int WarmUpSteps { get; init; }

    /// <summary>N: examples of a training step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>λ; see <see cref="Elman.Optimizers.Create"/>.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The largest norm of the gradient of a step; null for any.</summary>
    public double? ClipNorm { get; init; } = 1;

    /// <summary>Passes over the training data, at most.</summary>
    public int Epochs { get; init; } = 40;

    /// <summary>Optimizer steps, at most; null for as many as the epochs have.</summary>
    public long? Steps { get; init; }

    /// <summary>
    /// How long the training may take; null for any time. It is turned into a number of steps, <see cref="TrainingRecord.PlannedSteps"/>: as
    /// <see cref="Steps"/> of another run that gives the same bits, on any machine.
    /// </summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Epochs in a row without a better loss after which training stops; null never stops early.</summary>
    public int? Patience { get; init; } = 8;

    /// <summary>The same seed gives the same model, to the bit, for any number of threads.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>All settings: their ranges, keys, options and explanations.</summary>
    public static SettingTable<TrainingRecipe> Settings { get; } = new SettingTable<TrainingRecipe>(new TrainingRecipe())
        .Choice("optimizer", "The optimizer.", o => o.Optimizer, (o, v) => o with { Optimizer = v }, () => Optimizers.Names)
        .Real("learning rate", "The learning rate.", o => o.LearningRate, (o, v) => o with { LearningRate = v }, double.Epsilon, double.MaxValue, option: "--lr")
        .Choice("schedule", "How the learning rate goes on: decay falls in the last fifth of the steps, cosine after the first tenth, plateau with the loss.",
            o => o.Schedule, (o, v) => o with { Schedule = v }, () => Schedules.Names)
        .Whole("warm-up", "Steps in which the learning rate rises to its value.", o => o.WarmUpSteps, (o, v) => o with { WarmUpSteps = v }, 0, int.MaxValue, "steps")
        .Whole("batch size", "Examples of a training step.", o => o.BatchSize, (o, v) => o with { BatchSize = v }, 1, int.MaxValue, option: "--batch")
        .Real("weight decay", "How strongly weights are drawn to zero.", o => o.WeightDecay, (o, v) => o with { WeightDecay = v }, 0, double.MaxValue)
        .RealOrNone("clip norm", "The largest norm of the gradient of a step.", o => o.ClipNorm, (o, v) => o with { ClipNorm = v }, double.Epsilon, double.MaxValue, "none")
        .Whole("epochs", "Passes over the training data, at most.", o => o.Epochs, (o, v) => o with { Epochs = v }, 0, int.MaxValue)
        .WholeOrNone("steps", "Training steps, at most: with the number that a time limit gave, the same model again.", o => o.Steps, (o, v) => o with { Steps = v }, 1, long.MaxValue, "all")
        .Duration("time limit", "How long the training may take; it is turned into a number of steps.", o => o.TimeLimit, (o, v) => o with { TimeLimit = v }, TimeSpan.FromMilliseconds(1), "none")
        .WholeOrNone("patience", "Epochs without a better validation loss after which training stops.", o => o.Patience, (o, v) => o with { Patience = v }, 1, int.MaxValue, "never")
        .Whole("seed", "The same seed gives the same model, to the bit.", o => o.Seed, (o, v) => o with { Seed = v }, ulong.MinValue, ulong.MaxValue);

    /// <summary>The names of settings that a resumed training may change, or that the trainer compares itself.</summary>
    public static IReadOnlyList<string> NotCompared { get; } = ["epochs", "steps", "time limit"];

    /// <summary>The recipe that trains on all examples, without a validation, for as many epochs as were best in a training with one.</summary>
    /// <param name="record">How that training went.</param>
    public TrainingRecipe ForRefit(TrainingRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return this with { Epochs = Math.Max(1, record.BestEpoch), Steps = null, TimeLimit = null, Patience = null };
    }

    /// <summary>The recipe with what is left of the time limit, if there is one.</summary>
    /// <param name="context">What of it was used.</param>
    /// <param name="work">How many times as long as this training all that is limited takes.</param>
    internal TrainingRecipe Left(TrainingContext context, double work = 1) =>
        TimeLimit is { } limit ? this with { TimeLimit = TimeSpan.FromSeconds(Math.Max(0.5, (limit - context.Spent).TotalSeconds / work)) } : this;

    /// <summary>A trainer with a new optimizer and a new schedule.</summary>
    /// <param name="module">The net.</param>
    /// <param name="context">Who looks on, and where checkpoints go.</param>
    /// <param name="settings">What else the run depends on: the task's settings, the data's fingerprint; see <see cref="TrainingOptions.Settings"/>.</param>
    public Trainer Trainer(Module module, TrainingContext? context = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        context ??= new TrainingContext();
        return new Trainer(module, Optimizers.Create(Optimizer, module.Parameters(), LearningRate, WeightDecay), new TrainingOptions
        {
            Epochs = Epochs,
            Steps = Steps,
            TimeLimit = TimeLimit,
            Seed = Seed,
            ClipNorm = ClipNorm,
            Patience = Patience,
            Schedule = Schedules.Create(Schedule, LearningRate, WarmUpSteps),
            Progress = context.Progress,
            CheckpointPath = context.CheckpointPath,
            Resume = context.Resume,
            Settings = settings ?? new Dictionary<string, string>(),
        });
    }

    /// <summary>Examples in batches of <see cref="BatchSize"/>, in a new order each epoch that depends on the <see cref="Seed"/>.</summary>
    /// <param name="count">The number of examples.</param>
    /// <param name="make">Makes a batch of examples from their numbers, when it is read.</param>
    public BatchSource<TBatch> Batches<TBatch>(int count, Func<int[], TBatch> make) => BatchSource.Shuffled(count, BatchSize, Seed, make);
}
