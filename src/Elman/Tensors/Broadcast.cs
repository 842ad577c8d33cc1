using System.Numerics.Tensors;

namespace Elman;

/// <summary>
/// Elementwise operations of two tensors whose shapes need not be equal: aligned at the innermost axis, extents of 1 and missing
/// axes are repeated, as in NumPy. Nothing here is recorded.
/// </summary>
internal static class Broadcast
{
    /// <summary>The shape to which both broadcast.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Shape Common(string operation, Shape a, Shape b)
    {
        if (a == b) return a;
        int rank = Math.Max(a.Rank, b.Rank);
        int[] extents = new int[rank];
        for (int back = 1; back <= rank; back++)
        {
            int left = back <= a.Rank ? a[^back] : 1, right = back <= b.Rank ? b[^back] : 1;
            if (left != right && left != 1 && right != 1)
            {
                throw new ArgumentException(
                    $"{operation}: shapes {a} and {b} do not broadcast: extents {left} and {right} of axis -{back} must be equal, or one of them 1");
            }
            extents[^back] = left == 1 ? right : left;
        }
        return new Shape(extents);
    }

    /// <summary>Applies an operation and returns a new tensor of the common shape.</summary>
    public static Tensor Apply<TOperation>(Tensor a, Tensor b)
        where TOperation : struct, IBinaryOperation
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        Tensor result = Tensor.Allocate(Common(TOperation.Name, a.Shape, b.Shape));
        Apply<TOperation>(a, b, result);
        return result;
    }

    /// <summary>Applies an operation and writes to <paramref name="result"/>, of the common shape; it may be one of the operands.</summary>
    public static void Apply<TOperation>(Tensor a, Tensor b, Tensor result)
        where TOperation : struct, IBinaryOperation
    {
        if (result.Count == 0) return;
        int rank = result.Rank;
        Span<int> leftStrides = stackalloc int[rank], rightStrides = stackalloc int[rank];
        StridedRuns.BroadcastStrides(a.Shape, result.Shape, leftStrides);
        StridedRuns.BroadcastStrides(b.Shape, result.Shape, rightStrides);
        StridedRuns runs = new(result.Shape, leftStrides, rightStrides, stackalloc int[StridedRuns.WorkspaceSize(rank)]);
        ReadOnlySpan<float> left = a.Span, right = b.Span;
        Span<float> target = result.Writable();
        int length = runs.Length;
        for (int run = 0; run < runs.Runs; run++, target = target[length..])
        {
            (int x, int y) = runs.Next();
            if (runs.LeftStep == runs.RightStep) TOperation.Apply(left.Slice(x, length), right.Slice(y, length), target[..length]);
            else if (runs.LeftStep == 0) TOperation.Apply(left[x], right.Slice(y, length), target[..length]);
            else TOperation.Apply(left.Slice(x, length), right[y], target[..length]);
        }
    }
}

/// <summary>An elementwise operation. Each form rounds each element once, so all give the same bits.</summary>
internal interface IBinaryOperation
{
    static abstract string Name { get; }

    static abstract void Apply(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> z);

    static abstract void Apply(ReadOnlySpan<float> x, float y, Span<float> z);

    static abstract void Apply(float x, ReadOnlySpan<float> y, Span<float> z);
}

internal readonly struct Addition : IBinaryOperation
{
    public static string Name => "Add";

    public static void Apply(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> z) => TensorPrimitives.Add(x, y, z);

    public static void Apply(ReadOnlySpan<float> x, float y, Span<float> z) => TensorPrimitives.Add(x, y, z);

    public static void Apply(float x, ReadOnlySpan<float> y, Span<float> z) => TensorPrimitives.Add(y, x, z);
}

internal readonly struct Subtraction : IBinaryOperation
{
    public static string Name => "Subtract";

    public static void Apply(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> z) => TensorPrimitives.Subtract(x, y, z);

    public static void Apply(ReadOnlySpan<float> x, float y, Span<float> z) => TensorPrimitives.Subtract(x, y, z);

    public static void Apply(float x, ReadOnlySpan<float> y, Span<float> z) => TensorPrimitives.Subtract<float>(x, y, z);
}

internal readonly struct Multiplication : IBinaryOperation
{
    public static string Name => "Multiply";

    public static void Apply(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> z) => TensorPrimitives.Multiply(x, y, z);

    public static void Apply(ReadOnlySpan<float> x, float y, Span<float> z) => TensorPrimitives.Multiply(x, y, z);

    public static void Apply(float x, ReadOnlySpan<float> y, Span<float> z) => TensorPrimitives.Multiply(y, x, z);
}

internal readonly struct Division : IBinaryOperation
{
    public static string Name => "Divide";

    public static void Apply(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> z) => TensorPrimitives.Divide(x, y, z);

    public static void Apply(ReadOnlySpan<float> x, float y, Span<float> z) => TensorPrimitives.Divide(x, y, z);

    public static void Apply(float x, ReadOnlySpan<float> y, Span<float> z) => TensorPrimitives.Divide<float>(x, y, z);
}
