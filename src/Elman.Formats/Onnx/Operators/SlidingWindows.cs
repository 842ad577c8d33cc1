namespace Elman.Formats;

/// <summary>How far windows reach along the axes behind batch and channels, [N, C, D1, .., Dk], and where they stand: what convolutions and poolings have in common.</summary>
internal sealed class SlidingWindows
{
    private readonly int[] _strides, _dilations;
    private readonly long[] _pads;
    private readonly string _automatic;
    private readonly bool _ceil;

    /// <summary>Reads kernel_shape's companions: strides, dilations, pads, auto_pad, ceil_mode.</summary>
    /// <param name="node">The node.</param>
    /// <param name="kernel">Values that a window takes along each axis.</param>
    /// <param name="dilates">Whether the operator has dilations.</param>
    /// <param name="ceils">Whether it has ceil_mode.</param>
    /// <exception cref="ElmanException">An attribute is not one of windows over so many axes.</exception>
    public SlidingWindows(OnnxNode node, int[] kernel, bool dilates, bool ceils)
    {
        Kernel = kernel;
        _strides = Positive(node, "strides", kernel.Length) ?? Ones(kernel.Length);
        _dilations = dilates ? Positive(node, "dilations", kernel.Length) ?? Ones(kernel.Length) : Ones(kernel.Length);
        _pads = node.Integers("pads") ?? new long[2 * kernel.Length];
        _automatic = node.Text("auto_pad", "NOTSET");
        _ceil = ceils && node.Flag("ceil_mode", false);
        if (_pads.Length != 2 * kernel.Length || _pads.Any(pad => pad is < 0 or > int.MaxValue / 4))
            throw node.Refuse($"'pads' should be {(kernel.Length == 1 ? "two" : $"{2 * kernel.Length}")} numbers that are not negative");
        if (_automatic is not ("NOTSET" or "VALID" or "SAME_UPPER" or "SAME_LOWER")) throw node.Refuse($"auto_pad {SafeTensorsHeader.Quote(_automatic)} is not covered");
    }

    public int[] Kernel { get; }

    /// <summary>The attribute kernel_shape; null if there is none.</summary>
    /// <exception cref="ElmanException">A number of it is not positive.</exception>
    public static int[]? KernelOf(OnnxNode node, int? axes = null) => Positive(node, "kernel_shape", axes);

    /// <summary>The windows along one axis.</summary>
    /// <param name="axis">Counted behind batch and channels.</param>
    /// <param name="extent">How long it is.</param>
    /// <exception cref="ArgumentException">It is shorter than a window.</exception>
    public WindowAxis Along(int axis, int extent)
    {
        (int kernel, int stride, int dilation) = (Kernel[axis], _strides[axis], _dilations[axis]);
        long reach = ((long)(kernel - 1) * dilation) + 1;
        (long before, long after) = _automatic switch
        {
            "NOTSET" => (_pads[axis], _pads[Kernel.Length + axis]),
            "VALID" => (0, 0),
            _ => Same(extent, reach, stride, _automatic == "SAME_UPPER"),
        };
        long room = extent + before + after - reach;
        if (room < 0) throw new ArgumentException($"{extent} steps, padded by {before} and {after}, are fewer than the {reach} that an output sees");
        long count = (room / stride) + 1;
        // One more, which sees the rest, unless it would see nothing but the padding behind the end.
        if (_ceil && room % stride != 0 && count * stride < extent + before) count++;
        return new WindowAxis(extent, checked((int)count), kernel, stride, dilation, before, after);
    }

    /// <summary>The padding with which as many outputs come out as go in, divided by the stride; the odd one at the end or at the beginning.</summary>
    private static (long Before, long After) Same(long extent, long reach, int stride, bool upper)
    {
        long all = Math.Max(0, (((extent + stride - 1) / stride - 1) * stride) + reach - extent), half = all / 2;
        return upper ? (half, all - half) : (all - half, half);
    }

    private static int[] Ones(int count) => [.. Enumerable.Repeat(1, count)];

    private static int[]? Positive(OnnxNode node, string name, int? count)
    {
        if (node.Integers(name) is not { } values) return null;
        if (count is not null && values.Length != count) throw node.Refuse($"'{name}' has {values.Length} numbers, it should have {count}, one for each axis of the windows");
        return Array.ConvertAll(values, value => value is > 0 and <= int.MaxValue ? (int)value : throw node.Refuse($"'{name}' is {value}, it should be positive"));
    }
}

/// <summary>Windows along one axis.</summary>
/// <param name="Extent">How long the axis is.</param>
/// <param name="Count">How many windows there are.</param>
/// <param name="Kernel">Values that each takes.</param>
/// <param name="Stride">From one window to the next.</param>
/// <param name="Dilation">From one value of a window to the next.</param>
/// <param name="Before">Padding before the axis.</param>
/// <param name="After">Padding behind it.</param>
internal readonly record struct WindowAxis(int Extent, int Count, int Kernel, int Stride, int Dilation, long Before, long After)
{
    /// <summary>The place of a window's first value; negative in the padding.</summary>
    public long Start(int window) => ((long)window * Stride) - Before;

    /// <summary>The values of a window that lie on the axis: from the first up to, without, the second.</summary>
    public (int From, int To) Inside(int window) => Within(window, 0, Extent);

    /// <summary>How many of its values lie on the axis or in its padding.</summary>
    public int Padded(int window)
    {
        (int from, int to) = Within(window, -Before, Extent + After);
        return to - from;
    }

    private (int From, int To) Within(int window, long low, long high)
    {
        long start = Start(window), from = start >= low ? 0 : (low - start + Dilation - 1) / Dilation, to = start >= high ? 0 : ((high - start - 1) / Dilation) + 1;
        return ((int)Math.Min(from, Kernel), (int)Math.Clamp(to, Math.Min(from, Kernel), Kernel));
    }
}
