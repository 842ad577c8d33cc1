namespace Elman.Formats;

/// <summary>
/// What flows along an edge of a graph: floating-point numbers of any width, computed in single precision; or whole numbers of any width, and
/// booleans as 0 and 1, computed as int64. Floating-point numbers whose axes change places stay where they are until somebody reads them: what a graph transposes
/// back and forth is never copied.
/// </summary>
internal sealed class OnnxValue
{
    /// <summary>More axes than any model has; what walks over axes keeps an index of each on the stack.</summary>
    public const int MaxRank = 16;

    private readonly long[]? _integers;
    private readonly Tensor? _source;
    private readonly int[]? _strides;
    private Tensor? _floats;

    public OnnxValue(Tensor floats) => (_floats, Shape) = (floats, floats.Shape);

    /// <summary>The elements of a tensor in another order: element (i, j, …) is its element <c>i·strides[0] + j·strides[1] + …</c>.</summary>
    private OnnxValue(Tensor source, int[] strides, Shape shape) => (_source, _strides, Shape) = (source, strides, shape);

    public OnnxValue(long[] integers, Shape shape)
    {
        AllocationLimit.Count(shape);
        (_integers, Shape) = (integers, shape);
    }

    public Shape Shape { get; }

    public bool IsFloat => _integers is null;

    /// <exception cref="ArgumentException">The value is of whole numbers.</exception>
    public Tensor Floats => _integers is null ? _floats ??= Arranged() : throw new ArgumentException($"expects floating-point numbers, got whole numbers of shape {Shape}");

    /// <exception cref="ArgumentException">The value is of floating-point numbers.</exception>
    public long[] Integers => _integers ?? throw new ArgumentException($"expects whole numbers, got floating-point numbers of shape {Shape}");

    public static OnnxValue Of(params long[] integers) => new(integers, new Shape(integers.Length));

    /// <summary>A shape from whole numbers as a graph computes them.</summary>
    /// <exception cref="ArgumentException">There are too many, or one is negative or too large.</exception>
    public static Shape ShapeOf(ReadOnlySpan<long> extents)
    {
        if (extents.Length > MaxRank) throw new ArgumentException($"a shape has {extents.Length} axes, {MaxRank} are the limit");
        int[] result = new int[extents.Length];
        for (int axis = 0; axis < result.Length; axis++)
            result[axis] = extents[axis] is >= 0 and <= int.MaxValue ? (int)extents[axis] : throw new ArgumentException($"the extent {extents[axis]} of axis {axis} is out of range");
        return new Shape(result);
    }

    /// <summary>An axis counted from either end, as one counted from the start.</summary>
    public int Axis(long axis) => Axis(axis, Shape.Rank);

    /// <inheritdoc cref="Axis(long)"/>
    public static int Axis(long axis, int rank) => axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis)
        : throw new ArgumentException($"there is no axis {axis} among {rank}");

    /// <summary>The only element of a value of whole numbers.</summary>
    public long ToInteger() => Integers is [long only] ? only : throw new ArgumentException($"expects one whole number, got shape {Shape}");

    /// <summary>The only element, whatever its type.</summary>
    public float ToFloat() => Shape.Count != 1 ? throw new ArgumentException($"expects one number, got shape {Shape}") : IsFloat ? Floats.Span[0] : Integers[0];

    /// <summary>The same elements under another shape. No copy, unless axes wait to change places and more than axes of extent 1 come or go.</summary>
    public OnnxValue Reshape(Shape shape)
    {
        if (shape.Count != Shape.Count) throw new ArgumentException($"shape {Shape} of {Shape.Count} elements does not fill {shape} of {shape.Count}");
        if (!IsFloat) return new OnnxValue(Integers, shape);
        if (_floats is not null || !SameButForOnes(shape, Shape)) return new OnnxValue(Floats.View(shape));
        int[] strides = new int[shape.Rank];
        for (int axis = 0, from = 0; axis < strides.Length; axis++)
        {
            if (shape[axis] == 1) continue;
            while (Shape[from] == 1) from++;
            strides[axis] = _strides![from++];
        }
        return new OnnxValue(_source!, strides, shape);
    }

    /// <summary>Element (i, j, …) of the result is the element at <c>offset + i·strides[0] + j·strides[1] + …</c>.</summary>
    public OnnxValue Strided(Shape shape, int offset, ReadOnlySpan<int> strides)
    {
        if (IsFloat)
        {
            Tensor result = Tensor.Allocate(shape);
            Copy<float>(Floats.Span, offset, strides, result.Writable(), shape);
            return new OnnxValue(result);
        }
        AllocationLimit.Require(shape);
        long[] integers = new long[shape.Count];
        Copy<long>(Integers, offset, strides, integers, shape);
        return new OnnxValue(integers, shape);
    }

    /// <summary>Repeated along axes of extent 1 and missing outer axes, as arithmetic broadcasts.</summary>
    /// <param name="shape">A shape to which this one broadcasts.</param>
    public OnnxValue Expand(Shape shape)
    {
        if (shape == Shape) return this;
        Span<int> strides = stackalloc int[shape.Rank];
        StridedRuns.BroadcastStrides(Shape, shape, strides);
        return Strided(shape, 0, strides);
    }

    /// <summary>The axes in another order: axis i of the result is axis <c>order[i]</c> of this value. Floating-point numbers are not copied before they are read.</summary>
    public OnnxValue Permute(ReadOnlySpan<int> order)
    {
        int rank = Shape.Rank;
        int[] extents = new int[rank], strides = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            extents[axis] = Shape[order[axis]];
            strides[axis] = _strides is null ? Shape.Product(order[axis] + 1, rank) : _strides[order[axis]];
        }
        return IsFloat ? new OnnxValue(_source ?? Floats, strides, extents) : Strided(extents, 0, strides);
    }

    /// <summary>Whole slices of an axis in the order of <paramref name="places"/>; where a place is −1, <paramref name="fill"/>.</summary>
    public OnnxValue Take(int axis, ReadOnlySpan<int> places, float fill = 0)
    {
        int[] extents = Shape.Extents.ToArray();
        extents[axis] = places.Length;
        Shape shape = new(extents);
        int outer = Shape.Product(0, axis), inner = Shape.Product(axis + 1, Shape.Rank);
        if (IsFloat)
        {
            Tensor result = Tensor.Allocate(shape);
            Take(Floats.Span, Shape[axis], outer, inner, places, fill, result.Writable());
            return new OnnxValue(result);
        }
        AllocationLimit.Require(shape);
        long[] integers = new long[shape.Count];
        Take(Integers, Shape[axis], outer, inner, places, (long)fill, integers);
        return new OnnxValue(integers, shape);
    }

    /// <summary>Values laid one behind the other along an axis; all of one kind, and of one shape but for that axis.</summary>
    public static OnnxValue Concat(ReadOnlySpan<OnnxValue> parts, int axis, Shape shape)
    {
        AllocationLimit.Require(shape);
        Tensor? floats = parts[0].IsFloat ? Tensor.Allocate(shape) : null;
        long[]? integers = floats is null ? new long[shape.Count] : null;
        int outer = shape.Product(0, axis), row = shape.Product(axis, shape.Rank), start = 0;
        foreach (OnnxValue part in parts)
        {
            int width = part.Shape.Product(axis, shape.Rank);
            for (int block = 0; block < outer; block++)
            {
                if (floats is not null) part.Floats.Span.Slice(block * width, width).CopyTo(floats.Writable()[(block * row + start)..]);
                else part.Integers.AsSpan(block * width, width).CopyTo(integers.AsSpan(block * row + start));
            }
            start += width;
        }
        return floats is not null ? new OnnxValue(floats) : new OnnxValue(integers!, shape);
    }

    /// <summary>The elements in row-major order: the source itself if they lie in it so.</summary>
    private Tensor Arranged()
    {
        int next = 1;
        bool dense = true;
        for (int axis = Shape.Rank - 1; axis >= 0; axis--)
        {
            dense &= Shape[axis] == 1 || _strides![axis] == next;
            next *= Shape[axis];
        }
        if (dense) return _source!.View(Shape);
        Tensor result = Tensor.Allocate(Shape);
        Copy(_source!.Span, 0, _strides!, result.Writable(), Shape);
        return result;
    }

    /// <summary>Whether the extents are the same in order, those of 1 left out.</summary>
    private static bool SameButForOnes(Shape a, Shape b)
    {
        int i = 0, k = 0;
        while (true)
        {
            while (i < a.Rank && a[i] == 1) i++;
            while (k < b.Rank && b[k] == 1) k++;
            if (i == a.Rank || k == b.Rank) return i == a.Rank && k == b.Rank;
            if (a[i++] != b[k++]) return false;
        }
    }

    private static void Take<T>(ReadOnlySpan<T> from, int extent, int outer, int inner, ReadOnlySpan<int> places, T fill, Span<T> to)
    {
        for (int block = 0; block < outer; block++)
        {
            foreach (int place in places)
            {
                if (place < 0) to[..inner].Fill(fill);
                else from.Slice((block * extent + place) * inner, inner).CopyTo(to);
                to = to[inner..];
            }
        }
    }

    private static void Copy<T>(ReadOnlySpan<T> from, int offset, ReadOnlySpan<int> strides, Span<T> to, Shape shape)
    {
        if (to.IsEmpty) return;
        int rank = shape.Rank;
        Span<int> own = stackalloc int[rank];
        for (int axis = 0; axis < rank; axis++) own[axis] = shape.Product(axis + 1, rank);
        StridedRuns runs = new(shape, strides, own, stackalloc int[StridedRuns.WorkspaceSize(rank)]);
        int length = runs.Length, step = runs.LeftStep;
        for (int run = 0; run < runs.Runs; run++)
        {
            (int read, int write) = runs.Next();
            read += offset;
            if (step == 1) from.Slice(read, length).CopyTo(to[write..]);
            else if (step == 0) to.Slice(write, length).Fill(from[read]);
            else for (int i = 0; i < length; i++, read += step) to[write + i] = from[read];
        }
    }
}
