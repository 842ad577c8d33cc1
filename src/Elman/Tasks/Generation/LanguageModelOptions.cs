namespace Elman;

/// <summary>What a <see cref="LanguageModel"/> is made of and how it is trained.</summary>
public sealed record LanguageModelOptions
{
    private const int CharacterVector = 64;
    private static readonly string[] UnitWords = ["word", "char", "byte"], TiedWords = ["auto", "on", "off"];

    /// <summary>What a token is.</summary>
    public TextUnit Unit { get; init; } = TextUnit.Character;

    /// <summary>Tokens that are known, at most: the most frequent ones; null for all.</summary>
    public int? Vocabulary { get; init; } = 50_000;

    /// <summary>How often a token must be there to be known.</summary>
    public int MinCount { get; init; } = 1;

    /// <summary>Size of a token's vector; null for 64, and for <see cref="Hidden"/> where vectors are <see cref="Tied"/>.</summary>
    public int? VectorSize { get; init; }

    /// <summary>Whether a token's vector is its weights in the output too (Press and Wolf 2017): <c>on</c>, <c>off</c>, or <c>auto</c>: where tokens are words.</summary>
    public string Tied { get; init; } = "auto";

    /// <summary>The recurrent cell.</summary>
    public string Cell { get; init; } = "lstm";

    /// <summary>Hidden units of each layer.</summary>
    public int Hidden { get; init; } = 384;

    /// <summary>Recurrent layers.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Part of the values dropped in training, between the layers and after the last.</summary>
    public float Dropout { get; init; } = 0.3f;

    /// <summary>Part of the first layer's inputs dropped in training, the same at all steps of a window (Gal and Ghahramani 2016).</summary>
    public float LockedDropout { get; init; }

    /// <summary>Part of the weights from state to state dropped in training, the same at all steps (Merity et al. 2018, section 2).</summary>
    public float WeightDropout { get; init; }

    /// <summary>Tokens through which a gradient goes back; the state goes on through the whole text.</summary>
    public int Window { get; init; } = 100;

    /// <summary>Part at the text's end that the report scores, where no test is given.</summary>
    public double TestShare { get; init; } = 0.1;

    /// <summary>Part before that which chooses the best epoch, where no validation is given.</summary>
    public double ValidationShare { get; init; } = 0.05;

    /// <summary>How it is trained; a batch is so many places of the text that are read side by side.</summary>
    public TrainingRecipe Training { get; init; } = new()
    {
        LearningRate = 2e-3,
        Schedule = "decay",
        BatchSize = 32,
        Epochs = 30,
        Patience = null,
        TimeLimit = TimeSpan.FromMinutes(10),
    };

    /// <summary>All settings: their ranges, keys, options and explanations.</summary>
    public static SettingTable<LanguageModelOptions> Settings { get; } = new SettingTable<LanguageModelOptions>(new LanguageModelOptions())
        .Choice("unit", "What a token is.", o => UnitWords[(int)o.Unit], (o, v) => o with { Unit = (TextUnit)Array.IndexOf(UnitWords, v) }, () => UnitWords)
        .WholeOrNone("vocabulary", "Tokens that are known, at most: the most frequent ones.", o => o.Vocabulary, (o, v) => o with { Vocabulary = v }, 1, int.MaxValue - 2, "all", "tokens")
        .Whole("min count", "How often a token must be there to be known.", o => o.MinCount, (o, v) => o with { MinCount = v }, 1, int.MaxValue)
        .WholeOrNone("vector size", "Size of the vector of a token.", o => o.VectorSize, (o, v) => o with { VectorSize = v }, 1, 65_536, "64, of words as many as hidden units")
        .Choice("tied", "Whether a token's vector is its weights in the output too; auto: where tokens are words.", o => o.Tied, (o, v) => o with { Tied = v }, () => TiedWords)
        .Choice("cell", "The recurrent cell.", o => o.Cell, (o, v) => o with { Cell = v }, () => Cells.Names)
        .Whole("hidden", "Hidden units of each layer.", o => o.Hidden, (o, v) => o with { Hidden = v }, 1, 65_536, "units")
        .Whole("layers", "Recurrent layers.", o => o.Layers, (o, v) => o with { Layers = v }, 1, 64)
        .Real("dropout", "Part of the values dropped in training, between the layers and after the last.", o => o.Dropout, (o, v) => o with { Dropout = v }, 0, 0.99)
        .Real("locked dropout", "Part of the first layer's inputs dropped in training, the same at all steps.", o => o.LockedDropout, (o, v) => o with { LockedDropout = v }, 0, 0.99)
        .Real("weight dropout", "Part of the weights from state to state dropped in training, the same at all steps.", o => o.WeightDropout, (o, v) => o with { WeightDropout = v }, 0, 0.99)
        .Whole("window", "Tokens through which a gradient goes back.", o => o.Window, (o, v) => o with { Window = v }, 1, 1 << 20, "tokens")
        .Real("test share", "Part at the text's end that the report scores, where no test is given.", o => o.TestShare, (o, v) => o with { TestShare = v }, 0, 0.9)
        .Real("validation share", "Part before that which chooses the best epoch, where no validation is given.", o => o.ValidationShare, (o, v) => o with { ValidationShare = v }, 0, 0.9)
        .Include(TrainingRecipe.Settings, o => o.Training, (o, v) => o with { Training = v });

    internal bool IsTied => Tied == "on" || (Tied == "auto" && Unit == TextUnit.Word);

    internal int VectorValues => VectorSize ?? (IsTied ? Hidden : CharacterVector);
}
