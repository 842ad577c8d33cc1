namespace Elman;

public sealed partial class Tensor
{
    /// <summary>
    /// The matrix product: [.., K] × [K, N] → [.., N] with one right matrix for all rows; [.., M, K] × [.., K, N] → [.., M, N] batch by
    /// batch; or [M, K] × [.., K, N] → [.., M, N] with one left matrix.
    /// </summary>
    /// <remarks>Every element is one chain of fused multiply-adds over k in ascending order, whatever else is in the batch.</remarks>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor MatMul(Tensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        ProductSizes sizes = ProductSizes.Of(Shape, other.Shape);
        Tensor result = Allocate(sizes.Result);
        for (int batch = 0; batch < sizes.Batches; batch++)
        {
            RowProduct.Scratch.Pack(other.Span[(batch * sizes.RightStride)..], sizes.Steps, sizes.Columns, sizes.Columns, 1);
            new RowProduct(sizes.Rows, Values[(batch * sizes.LeftStride)..], sizes.Steps, 1, RowProduct.Scratch, default, 0, sizes.Output(result.Values, batch)).Run();
        }
        return Record(result, [this, other], () =>
        {
            if (NeedsGradient) AddLeftProductGradient(GradientTensor(), other, result.GradientTensor(), sizes);
            if (other.NeedsGradient) AddRightProductGradient(this, other.GradientTensor(), result.GradientTensor(), sizes);
        });
    }

    /// <summary>dA += dC · Bᵀ</summary>
    private static void AddLeftProductGradient(Tensor gradient, Tensor right, Tensor slope, ProductSizes sizes)
    {
        for (int batch = 0; batch < sizes.Batches; batch++)
        {
            RowProduct.Scratch.Pack(right.Span[(batch * sizes.RightStride)..], sizes.Columns, sizes.Steps, 1, sizes.Columns);
            Memory<float> target = gradient.Values.Slice(batch * sizes.LeftStride, sizes.Rows * sizes.Steps);
            new RowProduct(sizes.Rows, sizes.Output(slope.Values, batch), sizes.Columns, 1, RowProduct.Scratch, target, sizes.Steps, target).Run();
        }
    }

    /// <summary>dB += Aᵀ · dC</summary>
    private static void AddRightProductGradient(Tensor left, Tensor gradient, Tensor slope, ProductSizes sizes)
    {
        for (int batch = 0; batch < sizes.Batches; batch++)
        {
            RowProduct.Scratch.Pack(sizes.Output(slope.Values, batch).Span, sizes.Rows, sizes.Columns, sizes.Columns, 1);
            Memory<float> target = gradient.Values.Slice(batch * sizes.RightStride, sizes.Steps * sizes.Columns);
            new RowProduct(sizes.Steps, left.Values[(batch * sizes.LeftStride)..], 1, sizes.Steps, RowProduct.Scratch, target, sizes.Columns, target).Run();
        }
    }

    /// <summary>Sizes of each batch's product, [Rows, Steps] × [Steps, Columns]; an operand with stride 0 serves all batches.</summary>
    private readonly record struct ProductSizes(
        Shape Result, int Batches, int Rows, int Steps, int Columns, int LeftStride, int RightStride)
    {
        public static ProductSizes Of(Shape a, Shape b)
        {
            if (a.Rank < 1 || b.Rank < 2 || a[^1] != b[^2])
                throw new ArgumentException($"MatMul: shapes {a} and {b} do not fit: the last axis of the left must equal the last but one of the right");
            int steps = b[^2], columns = b[^1];
            if (b.Rank == 2)
                return new(new Shape([.. a.Extents[..^1], columns]), 1, a.Product(0, a.Rank - 1), steps, columns, 0, 0);
            if (a.Rank != 2 && (a.Rank != b.Rank || !a.Extents[..^2].SequenceEqual(b.Extents[..^2])))
                throw new ArgumentException($"MatMul: shapes {a} and {b} do not fit: all axes before the last two must be equal, or one operand a matrix");
            int rows = a[^2], batches = b.Product(0, b.Rank - 2);
            return new(new Shape([.. b.Extents[..^2], rows, columns]), batches, rows, steps, columns, a.Rank == 2 ? 0 : rows * steps, steps * columns);
        }

        public Memory<float> Output(Memory<float> values, int batch) => values.Slice(batch * Rows * Columns, Rows * Columns);
    }
}
