namespace Elman.Bench;

/// <summary>One size at which layers are measured.</summary>
public sealed record LayerSize(string Cell, int N, int L, int I, int H)
{
    /// <summary>The ten sizes that the project compares itself on with other libraries.</summary>
    public static IReadOnlyList<LayerSize> Ten { get; } =
    [
        new("rnn", 5, 3, 10, 20),
        new("lstm", 1, 1, 1, 32),
        new("lstm", 1, 100, 64, 64),
        new("lstm", 32, 50, 64, 128),
        new("lstm", 64, 100, 512, 512),
        new("gru", 64, 100, 512, 512),
        new("rnn", 64, 100, 512, 512),
        new("lstm", 16, 25, 512, 512),
        new("rnn", 32, 50, 1760, 1760),
        new("lstm", 8, 50, 1536, 1536),
    ];

    public override string ToString() => $"{Cell} {N}x{L}, {I}->{H}";
}
