namespace Elman;

/// <summary>What a <see cref="Tagger"/> is made of and how it is trained.</summary>
public sealed record TaggerOptions
{
    private static readonly string[] CharacterWords = ["lstm", "conv", "none"];

    /// <summary>Size of the vector of a word.</summary>
    public int WordSize { get; init; } = 100;

    /// <summary>How often a word must be there to get a vector of its own.</summary>
    public int MinCount { get; init; } = 2;

    /// <summary>How the characters of a word are read: by a recurrent layer of both directions (<c>lstm</c>), by a convolution (<c>conv</c>), or not at all (<c>none</c>).</summary>
    public string Characters { get; init; } = "lstm";

    /// <summary>Size of what a word's characters give.</summary>
    public int CharacterSize { get; init; } = 50;

    /// <summary>Size of the vector of each further column.</summary>
    public int FeatureSize { get; init; } = 25;

    /// <summary>Part of the words that are taken for unknown ones in training, besides half of those that the training has once.</summary>
    public double WordDropout { get; init; } = 0.05;

    /// <summary>Part of the values of a word that are dropped in training, before the recurrent layers.</summary>
    public float InputDropout { get; init; } = 0.2f;

    /// <summary>
    /// Part of the inputs of the recurrent layers that are dropped in training, the same for all words of a sentence (Gal and Ghahramani
    /// 2016).
    /// </summary>
    public float LockedDropout { get; init; }

    /// <summary>The recurrent layers.</summary>
    public EncoderOptions Encoder { get; init; } = new() { Cell = "lstm", Hidden = 128, Direction = Direction.Both, Dropout = 0.4f, Pooling = Pooling.None };

    /// <summary>
    /// Whether the tags of a sentence are scored together by a <see cref="Elman.Crf"/>; each word by itself otherwise. Both decode legal
    /// tags only.
    /// </summary>
    public bool Crf { get; init; } = true;

    /// <summary>The scheme in which spans are learned; what comes out is in that of the data.</summary>
    public TagScheme Scheme { get; init; } = TagScheme.Bioes;

    /// <summary>How much the label of a sentence counts in the loss, beside the mean loss of a word.</summary>
    public double LabelWeight { get; init; } = 0.5;

    /// <summary>The share of a sentence's label that is spread over all labels in training (Szegedy et al. 2016).</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>What is held out of the training.</summary>
    public HeldOut HeldOut { get; init; } = new() { TestShare = 0.1, ValidationShare = 0.1 };

    /// <summary>How it is trained. The time limit is that of the whole training.</summary>
    public TrainingRecipe Training { get; init; } = new()
    {
        LearningRate = 2e-3,
        BatchSize = 32,
        Epochs = 15,
        Patience = null,
        TimeLimit = TimeSpan.FromMinutes(10),
    };

    /// <summary>All settings: their ranges, keys, options and explanations.</summary>
    public static SettingTable<TaggerOptions> Settings { get; } = new SettingTable<TaggerOptions>(new TaggerOptions())
        .Whole("word size", "Size of the vector of a word.", o => o.WordSize, (o, v) => o with { WordSize = v }, 1, 65_536)
        .Whole("min count", "How often a word must be there to get a vector of its own.", o => o.MinCount, (o, v) => o with { MinCount = v }, 1, int.MaxValue)
        .Choice("characters", "How the characters of a word are read: by a recurrent layer, a convolution, or not at all.", o => o.Characters, (o, v) => o with { Characters = v }, () => CharacterWords)
        .Whole("character size", "Size of what a word's characters give.", o => o.CharacterSize, (o, v) => o with { CharacterSize = v }, 2, 65_536)
        .Whole("feature size", "Size of the vector of each further column.", o => o.FeatureSize, (o, v) => o with { FeatureSize = v }, 1, 65_536)
        .Real("word dropout", "Part of the words that are taken for unknown ones in training, besides half of those that occur once.", o => o.WordDropout, (o, v) => o with { WordDropout = v }, 0, 0.9)
        .Real("input dropout", "Part of a word's values dropped in training, before the recurrent layers.", o => o.InputDropout, (o, v) => o with { InputDropout = v }, 0, 0.99)
        .Real("locked dropout", "Part of the recurrent layers' inputs dropped in training, the same for all words of a sentence.", o => o.LockedDropout, (o, v) => o with { LockedDropout = v }, 0, 0.99)
        .Choice("cell", "The recurrent cell.", o => o.Encoder.Cell, (o, v) => o with { Encoder = o.Encoder with { Cell = v } }, () => Cells.Names)
        .Whole("hidden", "Hidden units of each layer and direction.", o => o.Encoder.Hidden, (o, v) => o with { Encoder = o.Encoder with { Hidden = v } }, 1, 65_536, "units")
        .Whole("layers", "Recurrent layers.", o => o.Encoder.Layers, (o, v) => o with { Encoder = o.Encoder with { Layers = v } }, 1, 64)
        .Choice("direction", "The direction in which a sentence is read.", o => o.Encoder.Direction, (o, v) => o with { Encoder = o.Encoder with { Direction = v } })
        .Real("dropout", "Part of the values dropped in training, between the recurrent layers and after the last.", o => o.Encoder.Dropout, (o, v) => o with { Encoder = o.Encoder with { Dropout = v } }, 0, 0.99)
        .Flag("crf", "Whether the tags of a sentence are scored together; each word by itself otherwise.", o => o.Crf, (o, v) => o with { Crf = v }, option: "")
        .Choice("scheme", "The scheme in which spans are learned; what comes out is in that of the data.", o => o.Scheme, (o, v) => o with { Scheme = v })
        .Real("label weight", "How much the label of a sentence counts in the loss, beside the mean loss of a word.", o => o.LabelWeight, (o, v) => o with { LabelWeight = v }, 0, 1000)
        .Real("label smoothing", "Part of a sentence's label that is spread over all labels in training.", o => o.LabelSmoothing, (o, v) => o with { LabelSmoothing = v }, 0, 0.9)
        .Include(HeldOut.Settings, o => o.HeldOut, (o, v) => o with { HeldOut = v })
        .Include(TrainingRecipe.Settings, o => o.Training, (o, v) => o with { Training = v })
        .Rule(o => o.Scheme == TagScheme.Plain ? "the scheme in which spans are learned must be iob1, bio or bioes; plain tags need none" : null);
}
