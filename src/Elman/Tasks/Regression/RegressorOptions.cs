namespace Elman;

/// <summary>What a <see cref="SequenceRegressor"/> is made of and how it is trained.</summary>
public sealed record RegressorOptions
{
    /// <summary>How sequences become what the encoder reads.</summary>
    public SequenceInputOptions Input { get; init; } = new();

    /// <summary>The recurrent layers, and how their steps become one.</summary>
    public EncoderOptions Encoder { get; init; } = new() { Cell = "gru", Hidden = 64, Direction = Direction.Both, Dropout = 0.2f, Pooling = Pooling.MeanMax };

    /// <summary>The part of the labels that the intervals shall hold.</summary>
    public double Level { get; init; } = 0.9;

    /// <summary>What is held out of the training.</summary>
    public HeldOut HeldOut { get; init; } = new();

    /// <summary>How it is trained. The time limit is that of the whole training.</summary>
    public TrainingRecipe Training { get; init; } = new ClassifierOptions().Training;

    /// <summary>All settings: their ranges, keys, options and explanations.</summary>
    public static SettingTable<RegressorOptions> Settings { get; } = new SettingTable<RegressorOptions>(new RegressorOptions())
        .Include(SequenceInputOptions.Settings, o => o.Input, (o, v) => o with { Input = v })
        .Include(EncoderOptions.Settings, o => o.Encoder, (o, v) => o with { Encoder = v })
        .Real("level", "Part of the labels that the intervals shall hold.", o => o.Level, (o, v) => o with { Level = v }, 0.01, 0.999)
        .Include(HeldOut.Settings, o => o.HeldOut, (o, v) => o with { HeldOut = v })
        .Include(TrainingRecipe.Settings, o => o.Training, (o, v) => o with { Training = v });
}
