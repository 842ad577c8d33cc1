namespace Elman.Peers;

/// <summary>The networks that are compared.</summary>
internal static class LayerRows
{
    public const string Plan = "Ten sizes", DeepBench = "DeepBench", Single = "DeepBench, inference at N = 1", Everyday = "Everyday models";

    /// <summary>
    /// The project's own ten sizes; DeepBench's (github.com/baidu-research/DeepBench), two of which are among the ten already:
    /// 512 × N 16, and 1536 × N 8; and the sizes that people train.
    /// </summary>
    public static IReadOnlyList<LayerRow> All { get; } =
    [
        new(Plan, "rnn", 5, 3, 10, 20),
        new(Plan, "lstm", 1, 1, 1, 32),
        new(Plan, "lstm", 1, 100, 64, 64),
        new(Plan, "lstm", 32, 50, 64, 128),
        new(Plan, "lstm", 64, 100, 512, 512),
        new(Plan, "gru", 64, 100, 512, 512),
        new(Plan, "rnn", 64, 100, 512, 512),
        new(Plan, "lstm", 16, 25, 512, 512),
        new(Plan, "rnn", 32, 50, 1760, 1760),
        new(Plan, "lstm", 8, 50, 1536, 1536),

        new(DeepBench, "lstm", 16, 150, 256, 256),
        new(DeepBench, "lstm", 32, 150, 256, 256),
        new(DeepBench, "lstm", 64, 150, 256, 256),
        new(DeepBench, "lstm", 32, 25, 512, 512),
        new(DeepBench, "lstm", 64, 25, 512, 512),
        new(DeepBench, "lstm", 16, 25, 1024, 1024),
        new(DeepBench, "rnn", 16, 50, 1760, 1760),
        new(DeepBench, "gru", 32, 100, 1024, 1024),

        new(Single, "lstm", 1, 150, 256, 256) { InferenceOnly = true },
        new(Single, "lstm", 1, 25, 512, 512) { InferenceOnly = true },
        new(Single, "lstm", 1, 25, 1024, 1024) { InferenceOnly = true },
        new(Single, "lstm", 1, 50, 1536, 1536) { InferenceOnly = true },
        new(Single, "rnn", 1, 96, 64, 64) { InferenceOnly = true },
        new(Single, "gru", 1, 1, 512, 512) { InferenceOnly = true },

        new(Everyday, "lstm", 64, 56, 8, 64) { Layers = 2 },
        new(Everyday, "lstm", 32, 25, 100, 128) { Bidirectional = true, Ragged = true },
        new(Everyday, "lstm", 32, 100, 64, 256) { Layers = 2 },
        new(Everyday, "lstm", 1, 48_000, 1, 32),
    ];
}
