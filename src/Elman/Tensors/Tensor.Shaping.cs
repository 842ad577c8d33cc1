using System.Numerics.Tensors;

namespace Elman;

// Results are copies, except those of Reshape: a tensor is always contiguous, so only a change of shape can share its values.
public sealed partial class Tensor
{
    /// <summary>The same values under another shape. No copy.</summary>
    /// <param name="shape">The new extents; one of them may be −1 and is then what the others leave.</param>
    /// <exception cref="ArgumentException">The number of elements differs, or cannot be inferred.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> shape)
    {
        Tensor result = View(Inferred(shape));
        return Record(result, [this], () => TensorPrimitives.Add(GradientSpan(), result.GradientSpan(), GradientSpan()));
    }

    /// <summary>The last two axes exchanged.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has fewer than two axes.</exception>
    public Tensor Transpose() => Transpose(-2, -1);

    /// <summary>Two axes exchanged.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public Tensor Transpose(int first, int second)
    {
        int[] axes = AllAxes();
        (int left, int right) = (Shape.Axis(first), Shape.Axis(second));
        (axes[left], axes[right]) = (axes[right], axes[left]);
        return Permute(axes);
    }

    /// <summary>The axes in another order: axis i of the result is axis <c>axes[i]</c> of this tensor.</summary>
    /// <exception cref="ArgumentException">The axes are not a permutation of those of this tensor.</exception>
    public Tensor Permute(params ReadOnlySpan<int> axes)
    {
        int[] order = Permutation(axes), inverse = new int[order.Length];
        for (int axis = 0; axis < order.Length; axis++) inverse[order[axis]] = axis;
        Tensor result = Permuted(this, order);
        return Record(result, [this], () => AddGradient(Permuted(result.GradientTensor(), inverse)));
    }

    /// <summary>The part of an axis that lies in a range: <c>x.Slice(1, 2..5)</c>, <c>x.Slice(-1, ..^1)</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis, or the range leaves it.</exception>
    public Tensor Slice(int axis, Range range)
    {
        axis = Shape.Axis(axis);
        (int start, int length) = InRange("Slice", axis, range);
        return Part(axis, start, length, WithExtent(axis, length));
    }

    /// <summary>The part of this tensor at one place of an axis, which the result lacks: <c>x.Select(1, t)</c> is step t of [N, L, I].</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis, or no such place on it.</exception>
    public Tensor Select(int axis, Index index)
    {
        axis = Shape.Axis(axis);
        int place = index.GetOffset(Shape[axis]);
        if ((uint)place >= (uint)Shape[axis])
            throw new ArgumentOutOfRangeException(nameof(index), $"Select: index {index} is outside axis {axis} of shape {Shape}");
        return Part(axis, place, 1, new Shape([.. Shape.Extents[..axis], .. Shape.Extents[(axis + 1)..]]));
    }

    /// <summary>Tensors joined along an axis they have.</summary>
    /// <exception cref="ArgumentException">There is none, or other axes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static Tensor Concat(int axis, params ReadOnlySpan<Tensor> tensors)
    {
        if (tensors.Length == 0) throw new ArgumentException("Concat: needs at least one tensor");
        Shape first = tensors[0].Shape;
        axis = first.Axis(axis);
        int total = 0;
        foreach (Tensor tensor in tensors)
        {
            if (tensor.Rank != first.Rank || tensor.WithExtent(axis, first[axis]) != first)
                throw new ArgumentException($"Concat: shapes {first} and {tensor.Shape} must be equal except for axis {axis}");
            total += tensor.Shape[axis];
        }
        return Joined(tensors, axis, tensors[0].WithExtent(axis, total));
    }

    /// <summary>Tensors of one shape joined along a new axis: <c>Tensor.Stack(1, steps)</c> makes [N, L, H] of L tensors [N, H].</summary>
    /// <param name="axis">The place of the new axis in the result; −1 is the innermost.</param>
    /// <param name="tensors">The tensors.</param>
    /// <exception cref="ArgumentException">There is none, or the shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The result cannot have such an axis.</exception>
    public static Tensor Stack(int axis, params ReadOnlySpan<Tensor> tensors)
    {
        if (tensors.Length == 0) throw new ArgumentException("Stack: needs at least one tensor");
        Shape first = tensors[0].Shape;
        foreach (Tensor tensor in tensors)
            if (tensor.Shape != first) throw new ArgumentException($"Stack: shapes {first} and {tensor.Shape} must be equal");
        int place = axis < 0 ? axis + first.Rank + 1 : axis;
        if ((uint)place > (uint)first.Rank)
            throw new ArgumentOutOfRangeException(nameof(axis), $"Stack: axis {axis} does not exist in a stack of tensors of shape {first}");
        return Joined(tensors, place, new Shape([.. first.Extents[..place], tensors.Length, .. first.Extents[place..]]));
    }

    /// <summary>An axis in reverse order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public Tensor Flip(int axis)
    {
        int extent = Shape[Shape.Axis(axis)];
        int[] reversed = new int[extent];
        for (int i = 0; i < extent; i++) reversed[i] = extent - 1 - i;
        return Take(axis, reversed);
    }

    private static Tensor Permuted(Tensor source, ReadOnlySpan<int> order)
    {
        int rank = source.Rank;
        int[] extents = new int[rank];
        Span<int> sourceStrides = stackalloc int[rank], targetStrides = stackalloc int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            extents[axis] = source.Shape[order[axis]];
            sourceStrides[axis] = source.Shape.Product(order[axis] + 1, rank);
        }
        Tensor result = Allocate(new Shape(extents));
        if (result.Count == 0) return result;
        for (int axis = 0; axis < rank; axis++) targetStrides[axis] = result.Shape.Product(axis + 1, rank);
        StridedRuns runs = new(result.Shape, sourceStrides, targetStrides, stackalloc int[StridedRuns.WorkspaceSize(rank)]);
        ReadOnlySpan<float> from = source.Span;
        Span<float> to = result.Writable();
        int length = runs.Length, step = runs.LeftStep;
        for (int run = 0; run < runs.Runs; run++)
        {
            (int read, int write) = runs.Next();
            if (step == 1) from.Slice(read, length).CopyTo(to[write..]);
            else for (int i = 0; i < length; i++, read += step) to[write + i] = from[read];
        }
        return result;
    }

    /// <summary>A contiguous part of an axis, under a shape of as many elements.</summary>
    private Tensor Part(int axis, int start, int length, Shape shape)
    {
        Tensor result = Allocate(shape);
        int inner = Shape.Product(axis + 1, Rank), row = Shape[axis] * inner, width = length * inner;
        ReadOnlySpan<float> from = Span;
        Span<float> to = result.Writable();
        for (int block = 0; block * width < to.Length; block++) from.Slice(block * row + start * inner, width).CopyTo(to[(block * width)..]);
        return Record(result, [this], () =>
        {
            Span<float> gradient = GradientSpan(), slope = result.GradientSpan();
            for (int block = 0; block * width < slope.Length; block++)
            {
                Span<float> part = gradient.Slice(block * row + start * inner, width);
                TensorPrimitives.Add(part, slope.Slice(block * width, width), part);
            }
        });
    }

    /// <summary>Tensors laid one behind the other from an axis of the result on.</summary>
    private static Tensor Joined(ReadOnlySpan<Tensor> tensors, int axis, Shape shape)
    {
        Tensor result = Allocate(shape);
        int outer = shape.Product(0, axis), row = shape.Product(axis, shape.Rank), start = 0;
        Span<float> to = result.Writable();
        foreach (Tensor tensor in tensors)
        {
            ReadOnlySpan<float> from = tensor.Span;
            int width = outer == 0 ? 0 : tensor.Count / outer;
            for (int block = 0; block < outer; block++) from.Slice(block * width, width).CopyTo(to[(block * row + start)..]);
            start += width;
        }
        Tensor[] parts = tensors.ToArray();
        return Record(result, parts, () =>
        {
            int begin = 0;
            foreach (Tensor part in parts)
            {
                int width = outer == 0 ? 0 : part.Count / outer;
                if (part.NeedsGradient) AddColumns(result.GradientSpan()[begin..], row, part.GradientSpan(), width);
                begin += width;
            }
        });
    }

    /// <summary>Adds the first columns of a matrix, whose rows lie <paramref name="row"/> apart, to a matrix of that width.</summary>
    private static void AddColumns(ReadOnlySpan<float> source, int row, Span<float> target, int width)
    {
        for (int from = 0, to = 0; to < target.Length; from += row, to += width)
            TensorPrimitives.Add(target.Slice(to, width), source.Slice(from, width), target.Slice(to, width));
    }

    private Shape Inferred(ReadOnlySpan<int> shape)
    {
        int unknown = shape.IndexOf(-1);
        Span<int> extents = stackalloc int[shape.Length];
        shape.CopyTo(extents);
        if (unknown >= 0)
        {
            extents[unknown] = 1;
            int known = new Shape(extents).Count;
            extents[unknown] = known > 0 && Count % known == 0 ? Count / known : 0;
        }
        Shape result = new(extents);
        if (result.Count != Count || (unknown >= 0 && Count == 0))
            throw new ArgumentException($"Reshape: shape {Shape} of {Count} elements does not fill {Shape.Format(shape)}");
        return result;
    }

    private int[] Permutation(ReadOnlySpan<int> axes)
    {
        int[] order = new int[axes.Length];
        for (int i = 0; i < axes.Length; i++) order[i] = axes[i] < 0 ? axes[i] + Rank : axes[i];
        if (order.Length != Rank || !order.Order().SequenceEqual(AllAxes()))
            throw new ArgumentException($"Permute: {Shape.Format(axes)} must name each axis of shape {Shape} once");
        return order;
    }

    private (int Start, int Length) InRange(string operation, int axis, Range range)
    {
        int extent = Shape[axis], start = range.Start.GetOffset(extent), end = range.End.GetOffset(extent);
        if (start < 0 || end < start || end > extent)
            throw new ArgumentOutOfRangeException(nameof(range), $"{operation}: range {range} leaves axis {axis} of shape {Shape}");
        return (start, end - start);
    }

    private Shape WithExtent(int axis, int extent)
    {
        int[] extents = Shape.Extents.ToArray();
        extents[axis] = extent;
        return new Shape(extents);
    }
}
