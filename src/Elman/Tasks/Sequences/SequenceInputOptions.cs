namespace Elman;

/// <summary>How sequences become what the encoder of a classifier or a regressor reads.</summary>
public sealed record SequenceInputOptions
{
    private static readonly string[] UnitWords = ["words", "characters", "both", "bytes"];

    /// <summary>
    /// Time steps of values that become one of the encoder's; null for as many as bring the longest sequence to about 128.
    /// </summary>
    public int? Stride { get; init; }

    /// <summary>Filters of each convolution before the encoder, of values only; 0 for no convolution.</summary>
    public int Filters { get; init; } = 64;

    /// <summary>Convolutions before the encoder, one behind the other.</summary>
    public int Convolutions { get; init; } = 2;

    /// <summary>
    /// What a time step of a text is: <c>words</c>, <c>characters</c>, <c>bytes</c>, or <c>both</c>: words, each read with its characters
    /// too.
    /// </summary>
    public string Unit { get; init; } = "both";

    /// <summary>Size of the vector of a word, or of a character where these are the steps.</summary>
    public int WordSize { get; init; } = 100;

    /// <summary>Size of what a word's characters give, where both are read.</summary>
    public int CharacterSize { get; init; } = 50;

    /// <summary>How often a word must be there to get a vector of its own.</summary>
    public int MinCount { get; init; } = 1;

    /// <summary>Part of the words that are taken for unknown ones in training.</summary>
    public double WordDropout { get; init; } = 0.05;

    /// <summary>All settings.</summary>
    public static SettingTable<SequenceInputOptions> Settings { get; } = new SettingTable<SequenceInputOptions>(new SequenceInputOptions())
        .WholeOrNone("stride", "Rows that become one step of the encoder.", o => o.Stride, (o, v) => o with { Stride = v }, 1, 1 << 16, "as many as bring the longest sequence to about 128 steps", "rows")
        .Whole("filters", "Filters of each convolution before the encoder, of numbers only; 0 for no convolution.", o => o.Filters, (o, v) => o with { Filters = v }, 0, 65_536)
        .Whole("convolutions", "Convolutions before the encoder.", o => o.Convolutions, (o, v) => o with { Convolutions = v }, 1, 16)
        .Choice("unit", "What a step of a text is; both: words, each with its characters.", o => o.Unit, (o, v) => o with { Unit = v }, () => UnitWords)
        .Whole("word size", "Size of the vector of a word, or of a character where these are the steps.", o => o.WordSize, (o, v) => o with { WordSize = v }, 1, 65_536)
        .Whole("character size", "Size of what a word's characters give.", o => o.CharacterSize, (o, v) => o with { CharacterSize = v }, 2, 65_536)
        .Whole("min count", "How often a word must be there to get a vector of its own.", o => o.MinCount, (o, v) => o with { MinCount = v }, 1, int.MaxValue)
        .Real("word dropout", "Part of the words that are taken for unknown ones in training.", o => o.WordDropout, (o, v) => o with { WordDropout = v }, 0, 0.9);
}
