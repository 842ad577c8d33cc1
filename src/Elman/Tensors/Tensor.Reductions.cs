namespace Elman;

public sealed partial class Tensor
{
    /// <summary>The sum of all elements, a scalar.</summary>
    public Tensor Sum() => Reduce(AllAxes(), keepAxes: false, mean: false);

    /// <summary>The sum over one axis.</summary>
    /// <param name="axis">The axis; −1 is the innermost.</param>
    /// <param name="keepAxes">Whether the axis stays, with extent 1, so that the result broadcasts against this tensor.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public Tensor Sum(int axis, bool keepAxes = false) => Reduce([axis], keepAxes, mean: false);

    /// <summary>The sum over several axes.</summary>
    /// <param name="axes">The axes; −1 is the innermost.</param>
    /// <param name="keepAxes">Whether the axes stay, with extent 1, so that the result broadcasts against this tensor.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <exception cref="ArgumentException">An axis is named twice.</exception>
    public Tensor Sum(ReadOnlySpan<int> axes, bool keepAxes = false) => Reduce(axes, keepAxes, mean: false);

    /// <summary>The mean of all elements, a scalar; NaN of none.</summary>
    public Tensor Mean() => Reduce(AllAxes(), keepAxes: false, mean: true);

    /// <summary>The mean over one axis.</summary>
    /// <inheritdoc cref="Sum(int, bool)"/>
    public Tensor Mean(int axis, bool keepAxes = false) => Reduce([axis], keepAxes, mean: true);

    /// <summary>The mean over several axes.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool)"/>
    public Tensor Mean(ReadOnlySpan<int> axes, bool keepAxes = false) => Reduce(axes, keepAxes, mean: true);

    /// <summary>The sum of every element along an axis and all before it; added up in double precision.</summary>
    /// <param name="axis">The axis; −1 is the innermost.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public Tensor CumulativeSum(int axis = -1)
    {
        axis = Shape.Axis(axis);
        Tensor result = RunningSums(this, axis, backward: false);
        return Record(result, [this], () => AddGradient(RunningSums(result.GradientTensor(), axis, backward: true)));
    }

    /// <summary>Sums from one end of an axis on, or from the other. Not recorded.</summary>
    private static Tensor RunningSums(Tensor source, int axis, bool backward)
    {
        Shape shape = source.Shape;
        Tensor result = Allocate(shape);
        int outer = shape.Product(0, axis), extent = shape[axis], inner = shape.Product(axis + 1, shape.Rank);
        ReadOnlySpan<float> from = source.Span;
        Span<float> to = result.Writable();
        for (int block = 0; block < outer; block++)
            for (int column = 0; column < inner; column++)
            {
                double sum = 0;
                for (int i = 0; i < extent; i++)
                {
                    int at = (block * extent + (backward ? extent - 1 - i : i)) * inner + column;
                    to[at] = (float)(sum += from[at]);
                }
            }
        return result;
    }

    private Tensor Reduce(ReadOnlySpan<int> axes, bool keepAxes, bool mean)
    {
        bool[] summed = new bool[Rank];
        foreach (int named in axes)
        {
            int axis = Shape.Axis(named);
            if (summed[axis]) throw new ArgumentException($"{(mean ? "Mean" : "Sum")}: axis {axis} of shape {Shape} is named twice");
            summed[axis] = true;
        }
        Tensor sums = SumOver(this, summed);
        Shape kept = sums.Shape;
        float divisor = mean ? (float)((double)Count / sums.Count) : 1;
        if (mean) sums = Broadcast.Apply<Division>(sums, divisor);
        Tensor result = sums.View(keepAxes ? kept : Without(kept, summed));
        return Record(result, [this], () =>
        {
            Tensor slope = result.GradientTensor().View(kept);
            if (mean) slope = Broadcast.Apply<Division>(slope, divisor);
            Broadcast.Apply<Addition>(GradientTensor(), slope, GradientTensor());
        });
    }

    /// <summary>Sums over the marked axes, which stay with extent 1; returns <paramref name="source"/> itself if none is marked. Not recorded.</summary>
    private static Tensor SumOver(Tensor source, ReadOnlySpan<bool> summed)
    {
        Tensor result = source;
        for (int end = summed.Length; end > 0; end--)
        {
            if (!summed[end - 1]) continue;
            int first = end - 1;
            while (first > 0 && summed[first - 1]) first--;
            result = SumOver(result, first, end);
            end = first + 1;
        }
        return result;
    }

    /// <summary>Sums over the neighbouring axes from <paramref name="first"/> up to, not including, <paramref name="end"/>.</summary>
    private static Tensor SumOver(Tensor source, int first, int end)
    {
        Shape shape = source.Shape;
        int[] extents = shape.Extents.ToArray();
        extents.AsSpan(first, end - first).Fill(1);
        Tensor result = Allocate(new Shape(extents));
        int outer = shape.Product(0, first), middle = shape.Product(first, end), inner = shape.Product(end, shape.Rank);
        ReadOnlySpan<float> values = source.Span;
        Span<float> sums = result.Writable();
        for (int block = 0; block < outer; block++)
            Summation.OfRows(values.Slice(block * middle * inner, middle * inner), inner, sums.Slice(block * inner, inner));
        return result;
    }

    /// <summary>Sums a tensor to a shape that broadcasts to its own. Not recorded.</summary>
    private static Tensor SumTo(Tensor source, Shape target)
    {
        int missing = source.Rank - target.Rank;
        Span<bool> summed = stackalloc bool[source.Rank];
        for (int axis = 0; axis < source.Rank; axis++) summed[axis] = axis < missing || target[axis - missing] != source.Shape[axis];
        return SumOver(source, summed).View(target);
    }

    private int[] AllAxes() => [.. Enumerable.Range(0, Rank)];

    private static Shape Without(Shape shape, ReadOnlySpan<bool> removed)
    {
        List<int> extents = [];
        for (int axis = 0; axis < shape.Rank; axis++)
            if (!removed[axis]) extents.Add(shape[axis]);
        return new Shape([.. extents]);
    }
}
