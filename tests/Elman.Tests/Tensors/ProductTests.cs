using CsCheck;
using Elman.Tests.Reference;

namespace Elman.Tests.Tensors;

public class ProductTests
{
    private static readonly Gen<(int[] Batch, int Rows, int Steps, int Columns, int Form)> Sizes = Gen.Select(
        Gen.Int[0, 3].Array[1, 2], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[0, 20], Gen.Int[0, 3], (b, r, s, c, f) => (b, r, s, c, f));

    [Fact]
    public void A_product_equals_the_naive_one_in_every_batch() => Sizes.Sample(test =>
    {
        (int[] batch, int rows, int steps, int columns, int form) = test;
        Tensor a = Some.Seeded(1, form is 0 or 2 ? [rows, steps] : [.. batch, rows, steps]);
        Tensor b = Some.Seeded(2, form is 0 or 1 ? [steps, columns] : [.. batch, steps, columns]);
        Tensor c = a.MatMul(b);
        int[] leading = form == 0 ? [] : batch;
        Assert.Equal(new Shape([.. leading, rows, columns]), c.Shape);
        double[] expected = [.. Naive.Indices([.. leading, rows, columns]).Select(index =>
            Enumerable.Range(0, steps).Sum(k => (double)At(a, [.. index[..^1], k]) * At(b, [.. index[..^2], k, index[^1]])))];
        Near.Equal(expected, c.Span, 1e-6);
    });

    [Fact]
    public void Gradients_agree_with_finite_differences()
    {
        FiniteDifferences.Check(x => x[0].MatMul(x[1]), Some.Tensor(3, 4), Some.Seeded(2, 4, 5));
        FiniteDifferences.Check(x => x[0].MatMul(x[1]), Some.Tensor(2, 3, 4), Some.Seeded(2, 4, 5));
        FiniteDifferences.Check(x => x[0].MatMul(x[1]), Some.Tensor(2, 3, 4), Some.Seeded(2, 2, 4, 5));
        FiniteDifferences.Check(x => x[0].MatMul(x[1]), Some.Tensor(3, 4), Some.Seeded(2, 2, 4, 5));
        FiniteDifferences.Check(x => x[0].MatMul(x[1]), Some.Tensor(4), Some.Seeded(2, 4, 5));
        FiniteDifferences.Check(x => x[0].MatMul(x[0]), Some.Tensor(3, 3));
    }

    [Fact]
    public void A_row_has_the_same_bits_alone_and_among_others() => Gen.Select(Gen.Int[1, 30], Gen.Int[1, 40], Gen.Int[1, 50]).Sample((rows, steps, columns) =>
    {
        Tensor a = Some.Tensor(rows, steps), b = Some.Seeded(2, steps, columns), all = a.MatMul(b);
        for (int row = 0; row < rows; row++)
            Assert.Equal(a.Select(0, row).MatMul(b).Span.ToArray(), all.Select(0, row).Span.ToArray());
    });

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        int before = Compute.Threads;
        try
        {
            float[][] runs = [.. Enumerable.Range(1, 5).Select(threads =>
            {
                Compute.Threads = threads;
                Tensor a = Some.Tensor(101, 130), b = Some.Seeded(2, 130, 201);
                (a.RequiresGradient, b.RequiresGradient) = (true, true);
                Tensor c = a.MatMul(b);
                c.Backward(Some.Seeded(3, 101, 201));
                return (float[])[.. c.Span, .. a.Gradient!.Span, .. b.Gradient!.Span];
            })];
            foreach (float[] run in runs) Assert.Equal(runs[0], run);
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        Assert.Equal("MatMul: shapes [2, 3] and [4, 5] do not fit: the last axis of the left must equal the last but one of the right",
            Assert.Throws<ArgumentException>(() => Tensor.Zeros(2, 3).MatMul(Tensor.Zeros(4, 5))).Message);
        Assert.Equal("MatMul: shapes [2, 3, 4] and [3, 4, 5] do not fit: the axes before the last two must be equal, or 1, or missing",
            Assert.Throws<ArgumentException>(() => Tensor.Zeros(2, 3, 4).MatMul(Tensor.Zeros(3, 4, 5))).Message);
    }

    private static float At(Tensor tensor, int[] index) => tensor[index.AsSpan(^tensor.Rank..)];
}
