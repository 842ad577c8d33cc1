namespace Elman.Formats;

/// <summary>Convolutions over one axis and over two. Constant weights become a <see cref="Linear"/> for each group, packed once.</summary>
internal static class ConvolutionOperators
{
    public static IEnumerable<Operator> All => [Operator.Of("Conv", 2..3, Conv, folds: false)];

    /// <summary>
    /// [N, C, L] with weights [M, C / groups, K] gives [N, M, L']; [N, C, H, W] with [M, C / groups, K, K'] gives [N, M, H', W']. The values that each output sees are
    /// laid side by side, and a linear layer per group does the rest.
    /// </summary>
    private static Func<Arguments, OnnxValue> Conv(OnnxNode node)
    {
        if (node.Constant(1) is not { IsFloat: true, Shape: { Rank: 3 or 4, Count: > 0 } form } weight)
            throw node.Refuse("a convolution is covered over one axis or two, with constant weights [M, C, K] or [M, C, K, K']");
        if (node.HasInput(2) && node.Constant(2) is null) throw node.Refuse("a convolution is covered with a constant bias");
        int outputs = form[0], channels = form[1], rank = form.Rank, groups = (int)Math.Clamp(node.Integer("group", 1), 0, int.MaxValue);
        int[] kernel = form.Extents[2..].ToArray();
        if (SlidingWindows.KernelOf(node, kernel.Length) is { } stated && !stated.SequenceEqual(kernel)) throw node.Refuse($"'kernel_shape' differs from that of the weights {form}");
        if (groups == 0 || outputs % groups != 0) throw node.Refuse($"{outputs} outputs do not divide into {groups} groups");
        if (node.Constant(2) is { } given && given.Shape != new Shape(outputs)) throw node.Refuse($"the bias has shape {given.Shape}, it should be [{outputs}]");
        SlidingWindows windows = new(node, kernel, dilates: true, ceils: false);
        int share = outputs / groups;
        Linear[] layers = [.. Enumerable.Range(0, groups).Select(group => ProductOperators.Linear(
            weight.Floats.Slice(0, (group * share)..((group + 1) * share)).Reshape(share, form.Product(1, rank)),
            node.Constant(2)?.Floats.Slice(0, (group * share)..((group + 1) * share))))];
        node.Modules.AddRange(layers);
        node.Own(1, 2);
        return x =>
        {
            Shape shape = x[0].Shape;
            if (shape.Rank != rank || shape[1] != (long)channels * groups)
                throw new ArgumentException($"expects [N, {(long)channels * groups}, {(rank == 3 ? "L" : "H, W")}], got {shape}");
            // One axis is the second of two, the first of which has one place.
            WindowAxis rows = rank == 3 ? new(1, 1, 1, 1, 1, 0, 0) : windows.Along(0, shape[2]), columns = windows.Along(rank - 3, shape[^1]);
            Tensor[] parts = [.. layers.Select((layer, group) => layer.Forward(Unrolled(x, group * channels, channels, rows, columns)))];
            Tensor whole = parts.Length == 1 ? parts[0] : Tensor.Concat(2, parts);
            return new OnnxValue(whole).Permute([0, 2, 1]).Reshape(rank == 3 ? new Shape(shape[0], outputs, columns.Count) : new Shape(shape[0], outputs, rows.Count, columns.Count));
        };
    }

    /// <summary>What each output sees of a group's channels, zero in the padding: [N, H'·W', C·K·K'].</summary>
    private static Tensor Unrolled(Arguments x, int first, int channels, WindowAxis rows, WindowAxis columns)
    {
        Shape shape = x[0].Shape;
        int plane = rows.Extent * columns.Extent, taps = rows.Kernel * columns.Kernel;
        Tensor result = Tensor.Zeros(x.Allow(new Shape(shape[0], checked(rows.Count * columns.Count), checked(channels * taps))).Extents);
        ReadOnlySpan<float> from = x[0].Floats.Span;
        Span<float> to = result.Writable();
        for (int batch = 0; batch < shape[0]; batch++)
        {
            for (int row = 0; row < rows.Count; row++)
            {
                for (int column = 0; column < columns.Count; column++)
                {
                    for (int channel = 0; channel < channels; channel++, to = to[taps..])
                        Window(from.Slice(((batch * shape[1]) + first + channel) * plane, plane), rows, row, columns, column, to[..taps]);
                }
            }
        }
        return result;
    }

    /// <summary>One window of one channel.</summary>
    private static void Window(ReadOnlySpan<float> plane, WindowAxis rows, int row, WindowAxis columns, int column, Span<float> window)
    {
        (int top, int bottom) = rows.Inside(row);
        (int left, int right) = columns.Inside(column);
        if (left == right) return;
        int start = (int)(columns.Start(column) + ((long)left * columns.Dilation));
        for (int k = top; k < bottom; k++)
        {
            ReadOnlySpan<float> line = plane[((int)(rows.Start(row) + ((long)k * rows.Dilation)) * columns.Extent + start)..];
            Span<float> to = window[(k * columns.Kernel + left)..(k * columns.Kernel + right)];
            if (columns.Dilation == 1) line[..to.Length].CopyTo(to);
            else for (int i = 0; i < to.Length; i++) to[i] = line[i * columns.Dilation];
        }
    }
}
