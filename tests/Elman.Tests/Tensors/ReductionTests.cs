using CsCheck;

namespace Elman.Tests.Tensors;

public class ReductionTests
{
    private static readonly Gen<(int[] Shape, bool[] Summed)> Cases =
        from shape in Gen.Int[0, 5].Array[0, 5]
        from summed in Gen.Bool.Array[shape.Length]
        select (shape, summed);

    [Fact]
    public void A_sum_over_axes_equals_the_naive_one() => Cases.Sample(test =>
    {
        int[] axes = [.. Enumerable.Range(0, test.Shape.Length).Where(axis => test.Summed[axis])];
        int[] kept = [.. test.Shape.Select((extent, axis) => test.Summed[axis] ? 1 : extent)];
        Tensor x = Some.Tensor(test.Shape), sum = x.Sum(axes, keepAxes: true);
        Assert.Equal(new Shape(kept), sum.Shape);
        Dictionary<string, double> expected = [];
        foreach (int[] index in Naive.Indices(test.Shape))
        {
            string place = string.Join(",", index.Select((i, axis) => test.Summed[axis] ? 0 : i));
            expected[place] = expected.GetValueOrDefault(place) + x[index];
        }
        foreach (int[] index in Naive.Indices(kept))
            Assert.Equal(expected.GetValueOrDefault(string.Join(",", index)), sum[index], 1e-5);
        Tensor without = x.Sum(axes);
        Assert.Equal(new Shape([.. test.Shape.Where((_, axis) => !test.Summed[axis])]), without.Shape);
        Assert.Equal(sum.Span.ToArray(), without.Span.ToArray());
    });

    [Fact]
    public void Gradients_of_sums_and_means_agree_with_finite_differences()
    {
        FiniteDifferences.Check(x => x[0].Sum(), Some.Tensor(2, 3, 4));
        FiniteDifferences.Check(x => x[0].Mean(), Some.Tensor(2, 3, 4));
        FiniteDifferences.Check(x => x[0].Sum(1), Some.Tensor(2, 3, 4));
        FiniteDifferences.Check(x => x[0].Mean(-1, keepAxes: true), Some.Tensor(2, 3, 4));
        FiniteDifferences.Check(x => x[0].Sum([0, 2]), Some.Tensor(2, 3, 4));
        FiniteDifferences.Check(x => x[0].Mean([-3, 1], keepAxes: true), Some.Tensor(2, 3, 4));
        FiniteDifferences.Check(x => x[0].Sum([]), Some.Tensor(2, 3));
        FiniteDifferences.Check(x => x[0] - x[0].Mean(0, keepAxes: true), Some.Tensor(4, 3));
    }

    [Fact]
    public void A_long_sum_loses_nothing()
    {
        // In float32 the ones would vanish beside 2²⁵.
        Tensor x = Tensor.Ones(100_001, 1);
        x.WritableSpan()[0] = 1 << 25;
        Assert.Equal((1 << 25) + 100_000, x.Sum().ToScalar());
        Tensor wide = Tensor.Ones(1001, 37);
        wide.WritableSpan()[..37].Fill(1 << 25);
        Assert.All(wide.Sum(0).Span.ToArray(), sum => Assert.Equal((1 << 25) + 1000, sum));
    }

    [Fact]
    public void A_row_has_the_same_sum_alone_and_among_others() => Gen.Int[1, 70].Sample(width =>
    {
        Tensor rows = Some.Tensor(9, width);
        for (int row = 0; row < 9; row++) Assert.Equal(rows.Select(0, row).Sum().ToScalar(), rows.Sum(1)[row]);
        Tensor turned = rows.Transpose();
        for (int row = 0; row < 9; row++) Assert.Equal(turned.Slice(1, row..(row + 1)).Sum(0)[0], turned.Sum(0)[row]);
    });

    [Fact]
    public void Axes_must_exist_and_be_named_once()
    {
        Tensor x = Tensor.Zeros(2, 3);
        Assert.Contains("axis 2 does not exist in shape [2, 3]", Assert.Throws<ArgumentOutOfRangeException>(() => x.Sum(2)).Message, StringComparison.Ordinal);
        Assert.Equal("Mean: axis 1 of shape [2, 3] is named twice", Assert.Throws<ArgumentException>(() => x.Mean([1, -1])).Message);
    }
}
