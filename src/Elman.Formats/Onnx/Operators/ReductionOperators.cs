namespace Elman.Formats;

/// <summary>Sums, means, extremes along axes.</summary>
internal static class ReductionOperators
{
    public static IEnumerable<Operator> All =>
    [
        Reduce("ReduceSum", 13, static (x, axes) => x.Sum(axes, keepAxes: true)),
        Reduce("ReduceMean", 18, static (x, axes) => x.Mean(axes, keepAxes: true)),
        Reduce("ReduceMax", 18, Largest),
        Reduce("ReduceMin", 18, static (x, axes) => Extreme(x, axes, MathF.Min, float.PositiveInfinity)),
        Reduce("ReduceL2", 18, static (x, axes) => Root((x * x).Sum(axes, keepAxes: true))),
        Operator.Of("ReduceProd", 1..2, Product),
        Operator.Of("ArgMax", 1..1, ArgMax),
        Operator.Of("CumSum", 2..2, CumSum, since: 11),
    ];

    private delegate Tensor Reduction(Tensor x, ReadOnlySpan<int> axes);

    private static Operator Reduce(string name, int axesInputSince, Reduction reduce) => Operator.Of(name, 1..2, node =>
    {
        bool keep = node.Flag("keepdims", true), nothing = node.Opset >= axesInputSince && node.Flag("noop_with_empty_axes", false);
        Func<Arguments, long[]?> named = ShapingOperators.Axes(node, axesInputSince);
        return x =>
        {
            int[] axes = named(x)?.Select(axis => x[0].Axis(axis)).ToArray() ?? [];
            if (axes.Length == 0 && !nothing) axes = [.. Enumerable.Range(0, x[0].Shape.Rank)];
            OnnxValue sums = new(reduce(x[0].Floats, axes));
            return keep ? sums : sums.Reshape(Without(x[0].Shape, axes));
        };
    });

    private static Shape Without(Shape shape, int[] axes) => new([.. Enumerable.Range(0, shape.Rank).Where(axis => !axes.Contains(axis)).Select(axis => shape[axis])]);

    private static Tensor Root(Tensor x)
    {
        System.Numerics.Tensors.TensorPrimitives.Sqrt(x.Span, x.Writable());
        return x;
    }

    /// <summary>The largest values along axes, which stay with extent 1.</summary>
    public static Tensor Largest(Tensor x, ReadOnlySpan<int> axes) => Extreme(x, axes, MathF.Max, float.NegativeInfinity);

    private static Tensor Extreme(Tensor x, ReadOnlySpan<int> axes, Func<float, float, float> better, float worst)
    {
        int[] extents = x.Shape.Extents.ToArray();
        foreach (int axis in axes) extents[axis] = 1;
        Tensor result = Tensor.Full(worst, extents);
        Span<int> strides = stackalloc int[x.Rank];
        StridedRuns.BroadcastStrides(result.Shape, x.Shape, strides);
        ReadOnlySpan<float> from = x.Span;
        Span<float> to = result.Writable();
        for (int i = 0; i < from.Length; i++)
        {
            int place = 0;
            for (int axis = x.Rank - 1, rest = i; axis >= 0; rest /= x.Shape[axis--]) place += rest % x.Shape[axis] * strides[axis];
            to[place] = better(to[place], from[i]);
        }
        return result;
    }

    /// <summary>The product of all elements, which exporters compute of shapes; products along single axes are not met.</summary>
    private static Func<Arguments, OnnxValue> Product(OnnxNode node)
    {
        bool keep = node.Flag("keepdims", true);
        Func<Arguments, long[]?> named = ShapingOperators.Axes(node, inputSince: 18);
        return x =>
        {
            if (x[0].Shape.Rank != 1 || named(x) is { } axes && !axes.Select(axis => x[0].Axis(axis)).SequenceEqual([0]))
                throw new ArgumentException($"a product is covered over the only axis of a vector, not of shape {x[0].Shape}");
            Shape shape = keep ? new Shape(1) : new Shape();
            return x[0].IsFloat ? new OnnxValue(Tensor.Wrap(new[] { x[0].Floats.Span.ToArray().Aggregate(1f, static (a, b) => a * b) }, shape.Extents))
                : new OnnxValue([x[0].Integers.Aggregate(1L, static (a, b) => unchecked(a * b))], shape);
        };
    }

    private static Func<Arguments, OnnxValue> ArgMax(OnnxNode node)
    {
        long named = node.Integer("axis", 0);
        bool keep = node.Flag("keepdims", true), last = node.Opset >= 12 && node.Flag("select_last_index", false);
        return x =>
        {
            Shape shape = x[0].Shape;
            int axis = x[0].Axis(named), extent = shape[axis], inner = shape.Product(axis + 1, shape.Rank);
            if (extent == 0) throw new ArgumentException($"there is no largest among no elements: shape {shape}");
            ReadOnlySpan<float> values = x[0].Floats.Span;
            long[] places = new long[values.Length / extent];
            for (int i = 0; i < places.Length; i++)
            {
                int start = (i / inner * extent * inner) + (i % inner), best = 0;
                for (int place = 1; place < extent; place++)
                {
                    float candidate = values[start + (place * inner)], top = values[start + (best * inner)];
                    if (candidate > top || (last && candidate == top)) best = place;
                }
                places[i] = best;
            }
            OnnxValue result = new(places, Without(shape, [axis]));
            return keep ? result.Reshape(new Shape([.. shape.Extents[..axis], 1, .. shape.Extents[(axis + 1)..]])) : result;
        };
    }

    /// <summary>Sums of all elements up to each along an axis, or before each.</summary>
    private static Func<Arguments, OnnxValue> CumSum(OnnxNode node)
    {
        bool exclusive = node.Flag("exclusive", false), reverse = node.Flag("reverse", false);
        return x =>
        {
            Shape shape = x[0].Shape;
            int axis = x[0].Axis(x[1].ToInteger()), inner = shape.Product(axis + 1, shape.Rank);
            if (!x[0].IsFloat) return new OnnxValue(Accumulated<long>(x[0].Integers, shape[axis], inner, exclusive, reverse), shape);
            return new OnnxValue(Tensor.Wrap(Accumulated(x[0].Floats.Span, shape[axis], inner, exclusive, reverse), shape.Extents));
        };
    }

    /// <param name="x">[.., extent, inner]</param>
    private static T[] Accumulated<T>(ReadOnlySpan<T> x, int extent, int inner, bool exclusive, bool reverse)
        where T : System.Numerics.INumber<T>
    {
        T[] sums = new T[x.Length];
        for (int first = 0; first < x.Length; first += extent * inner)
        {
            for (int lane = first; lane < first + inner; lane++)
            {
                T sum = T.Zero;
                for (int step = 0; step < extent; step++)
                {
                    int at = lane + ((reverse ? extent - 1 - step : step) * inner);
                    T next = sum + x[at];
                    (sums[at], sum) = (exclusive ? sum : next, next);
                }
            }
        }
        return sums;
    }
}
