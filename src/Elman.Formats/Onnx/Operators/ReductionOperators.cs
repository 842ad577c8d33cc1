using System.Numerics.Tensors;

namespace Elman.Formats;

/// <summary>Sums, means, extremes, products, norms along axes.</summary>
internal static class ReductionOperators
{
    public static IEnumerable<Operator> All =>
    [
        Reduce("ReduceSum", 13, static (x, axes) => x.Sum(axes, keepAxes: true), Whole(static (a, b) => a + b, 0)),
        Reduce("ReduceMean", 18, static (x, axes) => x.Mean(axes, keepAxes: true)),
        Reduce("ReduceMax", 18, Largest, Whole(Math.Max, long.MinValue)),
        Reduce("ReduceMin", 18, static (x, axes) => Folded(x, axes, float.PositiveInfinity, static v => TensorPrimitives.Min(v), TensorPrimitives.Min), Whole(Math.Min, long.MaxValue)),
        Reduce("ReduceProd", 18, static (x, axes) => Folded(x, axes, 1, static v => TensorPrimitives.Product(v), TensorPrimitives.Multiply), Whole(static (a, b) => a * b, 1)),
        Reduce("ReduceL1", 18, static (x, axes) => Mapped(x, TensorPrimitives.Abs).Sum(axes, keepAxes: true)),
        Reduce("ReduceL2", 18, static (x, axes) => Mapped((x * x).Sum(axes, keepAxes: true), TensorPrimitives.Sqrt)),
        Reduce("ReduceSumSquare", 18, static (x, axes) => (x * x).Sum(axes, keepAxes: true)),
        Reduce("ReduceLogSum", 18, static (x, axes) => Mapped(x.Sum(axes, keepAxes: true), TensorPrimitives.Log)),
        Reduce("ReduceLogSumExp", 18, LogSumExp),
        Operator.Of("CumSum", 2..2, CumSum, since: 11),
    ];

    private delegate Tensor Reduction(Tensor x, ReadOnlySpan<int> axes);

    private delegate OnnxValue WholeReduction(OnnxValue x, int[] axes);

    private delegate float OfAll(ReadOnlySpan<float> values);

    private delegate void OfEach(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> to);

    private delegate void Map(ReadOnlySpan<float> x, Span<float> to);

    private static Operator Reduce(string name, int axesInputSince, Reduction reduce, WholeReduction? whole = null) => Operator.Of(name, 1..2, node =>
    {
        bool keep = node.Flag("keepdims", true), nothing = node.Opset >= axesInputSince && node.Flag("noop_with_empty_axes", false);
        Func<Arguments, long[]?> named = ShapingOperators.Axes(node, axesInputSince);
        return x =>
        {
            int[] axes = named(x)?.Select(axis => x[0].Axis(axis)).ToArray() ?? [];
            if (axes.Length == 0 && !nothing) axes = [.. Enumerable.Range(0, x[0].Shape.Rank)];
            OnnxValue sums = x[0].IsFloat || whole is null ? new OnnxValue(reduce(x[0].Floats, axes)) : whole(x[0], axes);
            return keep ? sums : sums.Reshape(Without(x[0].Shape, axes));
        };
    });

    private static Shape Without(Shape shape, int[] axes) => new([.. Enumerable.Range(0, shape.Rank).Where(axis => !axes.Contains(axis)).Select(axis => shape[axis])]);

    private static Tensor Mapped(Tensor x, Map map)
    {
        Tensor result = Tensor.Allocate(x.Shape);
        map(x.Span, result.Writable());
        return result;
    }

    /// <summary>The largest values along axes, which stay with extent 1.</summary>
    public static Tensor Largest(Tensor x, ReadOnlySpan<int> axes) => Folded(x, axes, float.NegativeInfinity, static v => TensorPrimitives.Max(v), TensorPrimitives.Max);

    /// <summary>log Σ exp x, with the largest value taken out so that no power overflows.</summary>
    private static Tensor LogSumExp(Tensor x, ReadOnlySpan<int> axes)
    {
        // An infinite one must not be taken out: ∞ − ∞ is no number.
        Tensor top = Mapped(Largest(x, axes), static (from, to) => Each(from, to, static value => float.IsFinite(value) ? value : 0));
        return Mapped(Mapped(x - top, TensorPrimitives.Exp).Sum(axes, keepAxes: true), TensorPrimitives.Log) + top;
    }

    private static void Each(ReadOnlySpan<float> x, Span<float> y, Func<float, float> function)
    {
        for (int i = 0; i < x.Length; i++) y[i] = function(x[i]);
    }

    /// <summary>Axis by axis, from the last on: [outer, extent, inner] becomes [outer, 1, inner].</summary>
    private static Tensor Folded(Tensor x, ReadOnlySpan<int> axes, float nothing, OfAll all, OfEach each)
    {
        Tensor result = x;
        for (int axis = x.Rank - 1; axis >= 0; axis--)
        {
            if (!axes.Contains(axis)) continue;
            int extent = result.Shape[axis], inner = result.Shape.Product(axis + 1, x.Rank);
            int[] extents = result.Shape.Extents.ToArray();
            extents[axis] = 1;
            Tensor next = Tensor.Full(nothing, extents);
            ReadOnlySpan<float> from = result.Span;
            Span<float> to = next.Writable();
            for (int row = 0; row < from.Length / Math.Max(1, inner); row++)
            {
                Span<float> place = to.Slice(row / extent * inner, inner);
                if (inner > 1) each(place, from.Slice(row * inner, inner), place);
                else if (row % extent == 0) place[0] = all(from.Slice(row, extent));
            }
            result = next;
        }
        return result;
    }

    private static WholeReduction Whole(Func<long, long, long> function, long nothing) => (x, axes) =>
    {
        Shape shape = x.Shape;
        int[] extents = shape.Extents.ToArray();
        foreach (int axis in axes) extents[axis] = 1;
        Shape reduced = new(extents);
        Span<int> strides = stackalloc int[shape.Rank];
        StridedRuns.BroadcastStrides(reduced, shape, strides);
        long[] from = x.Integers, to = [.. Enumerable.Repeat(nothing, reduced.Count)];
        for (int i = 0; i < from.Length; i++)
        {
            int place = 0;
            for (int axis = shape.Rank - 1, rest = i; axis >= 0; rest /= shape[axis--]) place += rest % shape[axis] * strides[axis];
            to[place] = function(to[place], from[i]);
        }
        return new OnnxValue(to, reduced);
    };

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
