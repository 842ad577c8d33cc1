namespace Elman.Tests.Tasks.Tiny;

/// <summary>What a <see cref="MajorityModel"/> is made of.</summary>
public sealed record MajorityOptions
{
    public EncoderOptions Encoder { get; init; } = new() { Cell = "gru", Hidden = 8, Dropout = 0.1f };

    public TrainingRecipe Recipe { get; init; } = new() { LearningRate = 0.02, BatchSize = 16, Epochs = 12 };

    public double ValidationShare { get; init; } = 0.2;

    public static SettingTable<MajorityOptions> Settings { get; } = new SettingTable<MajorityOptions>(new MajorityOptions())
        .Include(EncoderOptions.Settings, o => o.Encoder, (o, v) => o with { Encoder = v })
        .Include(TrainingRecipe.Settings, o => o.Recipe, (o, v) => o with { Recipe = v })
        .Real("validation share", "Part of the examples that choose the best epoch.", o => o.ValidationShare, (o, v) => o with { ValidationShare = v }, 0, 0.9);
}
