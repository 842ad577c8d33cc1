namespace Elman.Formats.PyTorch;

/// <summary>The elements that one or more tensors are views of.</summary>
/// <param name="type">Their type.</param>
/// <param name="count">How many there are.</param>
internal sealed class TorchStorage(TorchType type, long count)
{
    public TorchType Type { get; } = type;

    public long Count { get; } = count;

    /// <summary>The elements' bytes, little-endian; a file sets them after it has read them.</summary>
    public ReadOnlyMemory<byte> Bytes { get; set; }
}
