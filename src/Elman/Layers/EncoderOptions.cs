namespace Elman;

/// <summary>What a <see cref="SequenceEncoder"/> is made of.</summary>
public sealed record EncoderOptions
{
    /// <summary>The recurrent cell, one of <see cref="Cells.Names"/>.</summary>
    public string Cell { get; init; } = "lstm";

    /// <summary>H: hidden units of each layer and direction.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>K: recurrent layers.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>The direction in which the sequence is read.</summary>
    public Direction Direction { get; init; }

    /// <summary>Part of the values dropped in training: between the layers and after the last.</summary>
    public float Dropout { get; init; } = 0.2f;

    /// <summary>How the outputs of all steps become one.</summary>
    public Pooling Pooling { get; init; } = Pooling.Last;

    /// <summary>All settings: their ranges, keys, options and explanations.</summary>
    public static SettingTable<EncoderOptions> Settings { get; } = new SettingTable<EncoderOptions>(new EncoderOptions())
        .Choice("cell", "The recurrent cell.", o => o.Cell, (o, v) => o with { Cell = v }, () => Cells.Names)
        .Whole("hidden", "Hidden units of each layer and direction.", o => o.Hidden, (o, v) => o with { Hidden = v }, 1, 65_536, "units")
        .Whole("layers", "Recurrent layers.", o => o.Layers, (o, v) => o with { Layers = v }, 1, 64)
        .Choice("direction", "The direction in which the sequence is read.", o => o.Direction, (o, v) => o with { Direction = v })
        .Real("dropout", "Part of the values dropped in training, between the layers and after the last.", o => o.Dropout, (o, v) => o with { Dropout = v }, 0, 0.99)
        .Choice("pooling", "How the outputs of all steps become one.", o => o.Pooling, (o, v) => o with { Pooling = v });
}
