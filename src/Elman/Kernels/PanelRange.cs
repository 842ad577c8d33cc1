namespace Elman.Kernels;

/// <summary>Panels of a <see cref="PackedMatrix"/>, and from which side they are read. A matrix that is read over and over and is larger than a cache is read from alternate sides,
/// because what was read last is still there: always from the same side, every panel would have left the cache just before it is needed again.</summary>
/// <param name="First">The first panel.</param>
/// <param name="End">The panel after the last one.</param>
/// <param name="FromEnd">Whether the last panel comes first. No sum depends on it.</param>
internal readonly record struct PanelRange(int First, int End, bool FromEnd = false)
{
    public int Count => End - First;

    /// <summary>From one panel to the next in the order of reading.</summary>
    public int Direction => FromEnd ? -1 : 1;

    /// <summary>The i-th panel in the order of reading.</summary>
    public int this[int i] => FromEnd ? End - 1 - i : First + i;
}
