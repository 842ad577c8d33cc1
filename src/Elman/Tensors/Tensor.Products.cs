using Elman.Kernels;

namespace Elman;

public sealed partial class Tensor
{
    /// <summary>
    /// The matrix product: [.., K] × [K, N] → [.., N] with one right matrix for all rows; or [.., M, K] × [.., K, N] → [.., M, N] batch by batch, where the axes
    /// before the last two broadcast as those of a sum do, so that one matrix may serve many: [M, K] × [A, B, K, N], [A, 1, M, K] × [B, K, N].
    /// </summary>
    /// <remarks>Every element is one chain of fused multiply-adds over k in ascending order, whatever else is in the batch.</remarks>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor MatMul(Tensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        ProductSizes sizes = ProductSizes.Of(Shape, other.Shape);
        Tensor result = Allocate(sizes.Result);
        sizes.ForEach(sizes.Batches, batch =>
        {
            RowProduct.Scratch.Pack(other.Span[sizes.Right(batch)..], sizes.Steps, sizes.Columns, sizes.Columns, 1);
            new RowProduct(sizes.Rows, Values[sizes.Left(batch)..], sizes.Steps, 1, RowProduct.Scratch, default, 0, sizes.Output(result.Values, batch)).Run();
        });
        return Record(result, [this, other], () =>
        {
            if (NeedsGradient) AddLeftProductGradient(GradientTensor(), other, result.GradientTensor(), sizes);
            if (other.NeedsGradient) AddRightProductGradient(this, other.GradientTensor(), result.GradientTensor(), sizes);
        });
    }

    /// <summary>dA += dC · Bᵀ</summary>
    private static void AddLeftProductGradient(Tensor gradient, Tensor right, Tensor slope, ProductSizes sizes)
    {
        sizes.ForEach(sizes.LeftCount, batch =>
        {
            RowProduct.Scratch.Pack(right.Span[sizes.Right(batch)..], sizes.Columns, sizes.Steps, 1, sizes.Columns);
            Memory<float> target = gradient.Values.Slice(sizes.Left(batch), sizes.Rows * sizes.Steps);
            new RowProduct(sizes.Rows, sizes.Output(slope.Values, batch), sizes.Columns, 1, RowProduct.Scratch, target, sizes.Steps, target).Run();
        });
    }

    /// <summary>dB += Aᵀ · dC</summary>
    private static void AddRightProductGradient(Tensor left, Tensor gradient, Tensor slope, ProductSizes sizes)
    {
        sizes.ForEach(sizes.RightCount, batch =>
        {
            RowProduct.Scratch.Pack(sizes.Output(slope.Values, batch).Span, sizes.Rows, sizes.Columns, sizes.Columns, 1);
            Memory<float> target = gradient.Values.Slice(sizes.Right(batch), sizes.Steps * sizes.Columns);
            new RowProduct(sizes.Steps, left.Values[sizes.Left(batch)..], 1, sizes.Steps, RowProduct.Scratch, target, sizes.Columns, target).Run();
        });
    }

    /// <summary>
    /// Sizes of each batch's product, [Rows, Steps] × [Steps, Columns], and where its operands begin: the axes before the last two broadcast, so that an operand may serve
    /// several batches.
    /// </summary>
    /// <param name="LeftCount">Left matrices; fewer than batches if some serve several.</param>
    /// <param name="RightCount">Right matrices.</param>
    /// <param name="LeftPlaces">Which of the left matrices each batch takes; null if one serves all.</param>
    /// <param name="RightPlaces">Which of the right ones.</param>
    private readonly record struct ProductSizes(
        Shape Result, int Batches, int Rows, int Steps, int Columns, int LeftCount, int RightCount, int[]? LeftPlaces, int[]? RightPlaces)
    {
        /// <summary>Below about this many multiply-adds, a few microseconds, another thread costs more than it saves.</summary>
        private const long WorthAThread = 1 << 18;

        public static ProductSizes Of(Shape a, Shape b)
        {
            if (a.Rank < 1 || b.Rank < 2 || a[^1] != b[^2])
                throw new ArgumentException($"MatMul: shapes {a} and {b} do not fit: the last axis of the left must equal the last but one of the right");
            int steps = b[^2], columns = b[^1];
            // One right matrix: all rows of the left are those of one product.
            if (b.Rank == 2) return new(new Shape([.. a.Extents[..^1], columns]), 1, a.Product(0, a.Rank - 1), steps, columns, 1, 1, null, null);
            if (a.Rank == 1) throw new ArgumentException($"MatMul: shapes {a} and {b} do not fit: a single row, [1, K], broadcasts over matrices, [K] does not");
            Shape left = new(a.Extents[..^2]), right = new(b.Extents[..^2]), batches;
            try
            {
                batches = Broadcast.Common("MatMul", left, right);
            }
            catch (ArgumentException)
            {
                throw new ArgumentException($"MatMul: shapes {a} and {b} do not fit: the axes before the last two must be equal, or 1, or missing");
            }
            return new(new Shape([.. batches.Extents, a[^2], columns]), batches.Count, a[^2], steps, columns, left.Count, right.Count, Places(left, batches), Places(right, batches));
        }

        /// <summary>Does something for each batch, on several threads where each writes to a place of its own and it is worth it.</summary>
        /// <param name="places">How many places are written to.</param>
        /// <param name="product">Given a batch.</param>
        public void ForEach(int places, Action<int> product)
        {
            int count = Batches;
            long worth = places == count ? (long)count * Rows * Steps * Columns / WorthAThread : 1;
            int parts = (int)Math.Clamp(worth, 1, Math.Max(1, Math.Min(Compute.Threads, count)));
            Workers.Run(parts, (Product: product, Parts: parts, Count: count), static (job, part) =>
            {
                for (int batch = (int)((long)job.Count * part / job.Parts), end = (int)((long)job.Count * (part + 1) / job.Parts); batch < end; batch++) job.Product(batch);
            });
        }

        /// <summary>Where a batch's left matrix begins.</summary>
        public int Left(int batch) => LeftPlaces is null ? 0 : LeftPlaces[batch] * Rows * Steps;

        /// <summary>Where a batch's right matrix begins.</summary>
        public int Right(int batch) => RightPlaces is null ? 0 : RightPlaces[batch] * Steps * Columns;

        public Memory<float> Output(Memory<float> values, int batch) => values.Slice(batch * Rows * Columns, Rows * Columns);

        private static int[]? Places(Shape from, Shape to)
        {
            if (from.Count == 1) return null;
            Span<int> strides = stackalloc int[to.Rank];
            StridedRuns.BroadcastStrides(from, to, strides);
            int[] places = new int[to.Count];
            for (int batch = 0; batch < places.Length; batch++)
                for (int axis = to.Rank - 1, rest = batch; axis >= 0; rest /= to[axis--]) places[batch] += rest % to[axis] * strides[axis];
            return places;
        }
    }
}
