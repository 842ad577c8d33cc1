namespace Elman.Peers;

/// <summary>A stream whose steps are measured.</summary>
/// <param name="TargetNanoseconds">What a step may take on a core of <see cref="ReferenceCore"/>; null if there is no target.</param>
internal sealed record StreamRow(string Cell, int I, int H, double? TargetNanoseconds)
{
    /// <summary>Operations per second of the core that the targets are written for.</summary>
    public const double ReferenceCore = 97e9;

    public static IReadOnlyList<StreamRow> All { get; } =
    [
        new("lstm", 1, 8, 50), new("lstm", 1, 16, 100), new("lstm", 1, 32, 210), new("lstm", 1, 40, 290), new("lstm", 1, 64, 700), new("lstm", 64, 128, 4000),
        new("gru", 1, 8, 43), new("gru", 1, 16, 76), new("gru", 1, 32, 165), new("gru", 1, 40, null), new("gru", 1, 64, 550), new("gru", 64, 128, 3100),
    ];

    public LayerRow Layer => new("", Cell, 1, 1, I, H);

    public override string ToString() => $"{Cell} {I} → {H}";
}

/// <summary>What a step cost each library, in seconds.</summary>
/// <param name="Torch">Null where libtorch's numbers are not those on which the other two agree.</param>
/// <param name="LeastSeconds">Of <see cref="LeastWork"/>.</param>
/// <param name="AllocatedBytes">By a warm step in Elman.</param>
/// <param name="TorchDifference">The largest difference between libtorch's outputs and Elman's.</param>
internal sealed record StreamResult(StreamRow Row, Timing Elman, Timing? Torch, Timing Onnx, double LeastSeconds, long AllocatedBytes, double TorchDifference);
