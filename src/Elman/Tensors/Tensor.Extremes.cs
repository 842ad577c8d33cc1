using System.Numerics.Tensors;

namespace Elman;

// Largest and smallest values. Of several that are equal the first counts, and gets the gradient; NaN is larger and smaller than any number, as in PyTorch.
public sealed partial class Tensor
{
    /// <summary>The largest of all elements, a scalar.</summary>
    /// <exception cref="ArgumentException">There is no element.</exception>
    public Tensor Max() => Reshape(Count).Max(0);

    /// <summary>The smallest of all elements, a scalar.</summary>
    /// <exception cref="ArgumentException">There is no element.</exception>
    public Tensor Min() => Reshape(Count).Min(0);

    /// <summary>The largest value along an axis. Its gradient goes to the element that <see cref="ArgMax"/> names.</summary>
    /// <param name="axis">The axis; −1 is the innermost.</param>
    /// <param name="keepAxes">Whether the axis stays, with extent 1, so that the result broadcasts against this tensor.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <exception cref="ArgumentException">The axis has no element.</exception>
    public Tensor Max(int axis, bool keepAxes = false) => Picked(axis, Extreme<Larger>(axis, "Max"), keepAxes);

    /// <summary>The smallest value along an axis. Its gradient goes to the element that <see cref="ArgMin"/> names.</summary>
    /// <inheritdoc cref="Max(int, bool)"/>
    public Tensor Min(int axis, bool keepAxes = false) => Picked(axis, Extreme<Smaller>(axis, "Min"), keepAxes);

    /// <summary>Where the largest value along an axis is, the first if there are several: one index for each place on the other axes, in row-major order.</summary>
    /// <param name="axis">The axis; −1 is the innermost: the most likely class of every row of [N, C].</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <exception cref="ArgumentException">The axis has no element.</exception>
    public int[] ArgMax(int axis = -1) => Extreme<Larger>(axis, "ArgMax");

    /// <summary>Where the smallest value along an axis is, the first if there are several: one index for each place on the other axes, in row-major order.</summary>
    /// <inheritdoc cref="ArgMax"/>
    public int[] ArgMin(int axis = -1) => Extreme<Smaller>(axis, "ArgMin");

    /// <summary>ln Σ e^x along an axis, computed from x − max x, so that nothing overflows; −∞ where all are −∞.</summary>
    /// <param name="axis">The axis; −1 is the innermost.</param>
    /// <param name="keepAxes">Whether the axis stays, with extent 1, so that the result broadcasts against this tensor.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <exception cref="ArgumentException">The axis has no element.</exception>
    public Tensor LogSumExp(int axis = -1, bool keepAxes = false)
    {
        axis = Shape.Axis(axis);
        RequireElements(axis, "LogSumExp");
        Tensor rows = axis == Rank - 1 ? this : Transpose(axis, -1);
        Tensor result = rows.LogSumExpOfRows();
        if (axis != Rank - 1) result = result.Transpose(axis, -1);
        return keepAxes ? result : result.Reshape(WithoutAxis(axis).Extents);
    }

    private Tensor LogSumExpOfRows()
    {
        int width = Shape[^1];
        Tensor result = Allocate(WithExtent(Rank - 1, 1)), terms = Allocate(new Shape(width));
        ReadOnlySpan<float> x = Span;
        Span<float> y = result.Writable(), term = terms.Writable();
        for (int row = 0; row < y.Length; row++)
        {
            ReadOnlySpan<float> values = x.Slice(row * width, width);
            float top = TensorPrimitives.Max(values);
            y[row] = float.IsInfinity(top) ? top : (float)(top + Math.Log(ExpRow(values, term).Sum));
        }
        return Record(result, [this], () =>
        {
            ReadOnlySpan<float> x = Span, y = result.Span, slope = result.GradientSpan();
            Span<float> gradient = GradientSpan(), share = Allocate(new Shape(width)).Writable();
            for (int row = 0; row < y.Length; row++)
            {
                // Where all are −∞ nothing has a share.
                if (float.IsNegativeInfinity(y[row])) continue;
                SoftmaxRow(x.Slice(row * width, width), share);
                for (int i = 0; i < width; i++) gradient[row * width + i] += slope[row] * share[i];
            }
        });
    }

    private Tensor Picked(int axis, int[] places, bool keepAxes)
    {
        axis = Shape.Axis(axis);
        Tensor picked = places.Length == 0 ? Allocate(WithExtent(axis, 1)) : Gather(axis, places);
        return keepAxes ? picked : picked.Reshape(WithoutAxis(axis).Extents);
    }

    private Shape WithoutAxis(int axis) => new([.. Shape.Extents[..axis], .. Shape.Extents[(axis + 1)..]]);

    private void RequireElements(int axis, string operation)
    {
        if (Shape[axis] == 0) throw new ArgumentException($"{operation}: axis {axis} of shape {Shape} has no element");
    }

    private int[] Extreme<TOrder>(int axis, string operation)
        where TOrder : struct, IOrder
    {
        axis = Shape.Axis(axis);
        RequireElements(axis, operation);
        int outer = Shape.Product(0, axis), extent = Shape[axis], inner = Shape.Product(axis + 1, Rank);
        int[] places = new int[outer * inner];
        ReadOnlySpan<float> values = Span;
        for (int block = 0; block < outer; block++)
        {
            ReadOnlySpan<float> part = values.Slice(block * extent * inner, extent * inner);
            Span<int> best = places.AsSpan(block * inner, inner);
            for (int i = 1; i < extent; i++)
                for (int column = 0; column < inner; column++)
                {
                    float before = part[best[column] * inner + column], value = part[i * inner + column];
                    if (TOrder.IsBefore(value, before) || float.IsNaN(value) && !float.IsNaN(before)) best[column] = i;
                }
        }
        return places;
    }

    private interface IOrder
    {
        static abstract bool IsBefore(float x, float y);
    }

    private readonly struct Larger : IOrder
    {
        public static bool IsBefore(float x, float y) => x > y;
    }

    private readonly struct Smaller : IOrder
    {
        public static bool IsBefore(float x, float y) => x < y;
    }
}
