using System.Collections.Immutable;

namespace Elman;

/// <summary>How many labels a sequence has.</summary>
public enum LabelKind
{
    /// <summary>One of the classes.</summary>
    One,

    /// <summary>Any number of them, written with a separator between.</summary>
    Several,

    /// <summary>One, and the classes have an order: a near one is less wrong than a far one.</summary>
    Ordered,
}

/// <summary>What a <see cref="SequenceClassifier"/> is made of and how it is trained.</summary>
public sealed record ClassifierOptions
{
    private static readonly string[] WeightWords = ["none", "balanced"];

    /// <summary>How sequences become what the encoder reads.</summary>
    public SequenceInputOptions Input { get; init; } = new();

    /// <summary>The recurrent layers, and how their steps become one.</summary>
    public EncoderOptions Encoder { get; init; } = new() { Cell = "gru", Hidden = 64, Direction = Direction.Both, Dropout = 0.3f, Pooling = Pooling.MeanMax };

    /// <summary>How many labels a sequence has.</summary>
    public LabelKind Labels { get; init; }

    /// <summary>What stands between the labels of a sequence, where it has several.</summary>
    public string Separator { get; init; } = ";";

    /// <summary>The classes from low to high, where they have an order; empty for that of the numbers that they are.</summary>
    public ImmutableArray<string> Order { get; init; } = [];

    /// <summary><c>balanced</c>: each class counts as much, however many sequences it has; <c>none</c>: each sequence does.</summary>
    public string ClassWeights { get; init; } = "none";

    /// <summary>γ of <see cref="Loss.Focal"/>; 0 for the cross-entropy.</summary>
    public double Focal { get; init; }

    /// <summary>The share of each label that is spread over all classes in training (Szegedy et al. 2016).</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>
    /// How many beginnings of each training sequence, of random length, are learned from beside the whole: for a <see cref="ClassifierStream"/> that decides early.
    /// </summary>
    public int Beginnings { get; init; }

    /// <summary>What is held out of the training.</summary>
    public HeldOut HeldOut { get; init; } = new();

    /// <summary>How it is trained. The time limit is that of the whole training.</summary>
    public TrainingRecipe Training { get; init; } = new()
    {
        Optimizer = "adamw",
        LearningRate = 2e-3,
        WeightDecay = 0.01,
        Schedule = "cosine",
        BatchSize = 32,
        Epochs = 40,
        Patience = null,
        TimeLimit = TimeSpan.FromMinutes(2),
    };

    /// <summary>All settings: their ranges, keys, options and explanations.</summary>
    public static SettingTable<ClassifierOptions> Settings { get; } = new SettingTable<ClassifierOptions>(new ClassifierOptions())
        .Include(SequenceInputOptions.Settings, o => o.Input, (o, v) => o with { Input = v })
        .Include(EncoderOptions.Settings, o => o.Encoder, (o, v) => o with { Encoder = v })
        .Choice("labels", "How many labels a sequence has; ordered: one, and the classes have an order.", o => o.Labels, (o, v) => o with { Labels = v })
        .Text("separator", "What stands between several labels of a sequence.", o => o.Separator, (o, v) => o with { Separator = v ?? "" }, "none")
        .Texts("order", "The classes from low to high, where they have an order and are no numbers.", o => o.Order, (o, v) => o with { Order = v })
        .Choice("class weights", "balanced: each class counts as much, however many sequences it has.", o => o.ClassWeights, (o, v) => o with { ClassWeights = v }, () => WeightWords)
        .Real("focal", "How much less those sequences count that are known well (focal loss); 0 for as much.", o => o.Focal, (o, v) => o with { Focal = v }, 0, 10)
        .Real("label smoothing", "Part of each label that is spread over all classes in training.", o => o.LabelSmoothing, (o, v) => o with { LabelSmoothing = v }, 0, 0.9)
        .Whole("beginnings", "Beginnings of each training sequence that are learned from too, for streams that decide early.", o => o.Beginnings, (o, v) => o with { Beginnings = v }, 0, 100)
        .Include(HeldOut.Settings, o => o.HeldOut, (o, v) => o with { HeldOut = v })
        .Include(TrainingRecipe.Settings, o => o.Training, (o, v) => o with { Training = v })
        .Rule(o => o.Encoder.Pooling == Pooling.None ? "a classifier gives a sequence one label, so its pooling must be last, mean, max, mean-max or attention" : null)
        .Rule(o => o.Labels == LabelKind.Several && o.Separator.Length == 0 ? "several labels of a sequence need a separator between them; give one" : null)
        .Rule(o => o.Order.Length > 0 && o.Labels != LabelKind.Ordered ? "an order of the classes is for ordinal labels; leave it out, or say so" : null)
        .Rule(o => o.Labels != LabelKind.One && o.Focal > 0 ? "the focal loss is for single labels; leave it out" : null);
}
