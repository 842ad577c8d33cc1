using System.Numerics.Tensors;

namespace Elman.Formats;

/// <summary>Largest values and means of windows over the axes behind batch and channels, any number of them.</summary>
/// <remarks>Both come axis by axis: the largest of the rows' largest values is the largest of all, and so for sums.</remarks>
internal static class PoolingOperators
{
    public static IEnumerable<Operator> All =>
    [
        new("MaxPool", 7, 1, 1, 2, Folds: false, MaxPool),
        Operator.Of("AveragePool", 1..1, AveragePool, folds: false),
        Operator.Of("GlobalMaxPool", 1..1, _ => x => Global(x[0], static (from, axes) => ReductionOperators.Largest(from, axes)), folds: false),
        Operator.Of("GlobalAveragePool", 1..1, _ => x => Global(x[0], static (from, axes) => from.Mean(axes, keepAxes: true)), folds: false),
    ];

    private static OnnxValue Global(OnnxValue x, Func<Tensor, int[], Tensor> reduce) => x.Shape.Rank > 2 && x.Shape.Count > 0
        ? new OnnxValue(reduce(x.Floats, [.. Enumerable.Range(2, x.Shape.Rank - 2)])) : throw new ArgumentException($"expects [N, C, D1, ..], got {x.Shape}");

    private static Evaluate MaxPool(OnnxNode node)
    {
        SlidingWindows windows = Read(node, dilationsSince: 10);
        bool columnsFirst = node.Opset >= 8 && node.Flag("storage_order", false), places = node.HasOutput(1);
        return x =>
        {
            WindowAxis[] axes = Axes(windows, x[0].Shape);
            Plane plane = new(x[0].Floats.Span.ToArray(), places ? Places(x[0].Shape, columnsFirst) : null, x[0].Shape);
            // From the last axis on, so that of equal values the one stays that comes first in the file's order.
            for (int axis = axes.Length - 1; axis >= 0; axis--) plane = Largest(x, plane, axis + 2, axes[axis]);
            return [new OnnxValue(Tensor.Wrap(plane.Values, plane.Shape.Extents)), places ? new OnnxValue(plane.Places!, plane.Shape) : null];
        };
    }

    private static Func<Arguments, OnnxValue> AveragePool(OnnxNode node)
    {
        SlidingWindows windows = Read(node, dilationsSince: 19);
        bool padding = node.Flag("count_include_pad", false);
        return x =>
        {
            WindowAxis[] axes = Axes(windows, x[0].Shape);
            Plane plane = new(x[0].Floats.Span.ToArray(), null, x[0].Shape);
            for (int axis = axes.Length - 1; axis >= 0; axis--) plane = Mean(x, plane, axis + 2, axes[axis], padding);
            return new OnnxValue(Tensor.Wrap(plane.Values, plane.Shape.Extents));
        };
    }

    private static SlidingWindows Read(OnnxNode node, int dilationsSince)
    {
        int[] kernel = SlidingWindows.KernelOf(node) ?? throw node.Refuse("the attribute 'kernel_shape' is missing");
        return new SlidingWindows(node, kernel, dilates: node.Opset >= dilationsSince, ceils: node.Opset >= 10);
    }

    private static WindowAxis[] Axes(SlidingWindows windows, Shape shape)
    {
        int axes = windows.Kernel.Length;
        if (shape.Rank != axes + 2) throw new ArgumentException($"expects batch, channels and {axes} axes, got {shape}");
        return [.. Enumerable.Range(0, axes).Select(axis => windows.Along(axis, shape[axis + 2]))];
    }

    /// <summary>Where each element stands in the whole input: row by row, or column by column within a plane.</summary>
    private static long[] Places(Shape shape, bool columnsFirst)
    {
        long[] places = new long[shape.Count];
        int plane = shape.Product(2, shape.Rank);
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = i;
            if (!columnsFirst) continue;
            long inner = 0;
            int rest = i % plane, stride = plane;
            for (int axis = shape.Rank - 1; axis >= 2; rest /= shape[axis--]) inner += rest % shape[axis] * (long)(stride /= shape[axis]);
            places[i] = (i / plane * (long)plane) + inner;
        }
        return places;
    }

    private static Plane Largest(Arguments x, Plane from, int axis, WindowAxis windows)
    {
        Plane to = Next(x, from, axis, windows, out int outer, out int inner);
        Array.Fill(to.Values, float.NegativeInfinity);
        for (int block = 0; block < outer * windows.Count; block++)
        {
            int window = block % windows.Count;
            Span<float> best = to.Values.AsSpan(block * inner, inner);
            (int first, int last) = windows.Inside(window);
            for (int k = first; k < last; k++)
            {
                int start = (block / windows.Count * windows.Extent + (int)(windows.Start(window) + ((long)k * windows.Dilation))) * inner;
                ReadOnlySpan<float> line = from.Values.AsSpan(start, inner);
                if (to.Places is null) TensorPrimitives.Max(best, line, best);
                else Keep(line, from.Places.AsSpan(start, inner), best, to.Places.AsSpan(block * inner, inner), isFirst: k == first);
            }
        }
        return to;
    }

    private static void Keep(ReadOnlySpan<float> values, ReadOnlySpan<long> places, Span<float> best, Span<long> bestPlaces, bool isFirst)
    {
        for (int i = 0; i < values.Length; i++)
            if (isFirst || values[i] > best[i]) (best[i], bestPlaces[i]) = (values[i], places[i]);
    }

    private static Plane Mean(Arguments x, Plane from, int axis, WindowAxis windows, bool padding)
    {
        Plane to = Next(x, from, axis, windows, out int outer, out int inner);
        for (int block = 0; block < outer * windows.Count; block++)
        {
            int window = block % windows.Count;
            Span<float> sum = to.Values.AsSpan(block * inner, inner);
            (int first, int last) = windows.Inside(window);
            for (int k = first; k < last; k++)
                TensorPrimitives.Add(sum, from.Values.AsSpan((block / windows.Count * windows.Extent + (int)(windows.Start(window) + ((long)k * windows.Dilation))) * inner, inner), sum);
            TensorPrimitives.Divide(sum, Math.Max(1, padding ? windows.Padded(window) : last - first), sum);
        }
        return to;
    }

    /// <summary>What an axis becomes, still empty; its work is counted before it is done.</summary>
    private static Plane Next(Arguments x, Plane from, int axis, WindowAxis windows, out int outer, out int inner)
    {
        const int touched = 16;
        int[] extents = from.Shape.Extents.ToArray();
        (outer, inner) = (from.Shape.Product(0, axis), from.Shape.Product(axis + 1, from.Shape.Rank));
        extents[axis] = windows.Count;
        Shape shape = x.Allow(extents);
        if (shape.Count == 0) outer = 0;
        AllocationLimit.Count(shape.Count * (long)Math.Min(windows.Kernel, windows.Extent) / touched);
        return new Plane(new float[shape.Count], from.Places is null ? null : new long[shape.Count], shape);
    }

    /// <summary>Values on the way from axis to axis, and where each came from if that is asked.</summary>
    private sealed record Plane(float[] Values, long[]? Places, Shape Shape);
}
