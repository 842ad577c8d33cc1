using Elman.Tests.Tensors;

namespace Elman.Tests.Layers;

public class MergeHalvesTests
{
    [Theory]
    [InlineData(Merge.Sum, new[] { 4f, 6, 12, 14 })]
    [InlineData(Merge.Mean, new[] { 2f, 3, 6, 7 })]
    [InlineData(Merge.Product, new[] { 3f, 8, 35, 48 })]
    public void The_halves_of_every_row_are_merged(Merge merge, float[] expected)
    {
        Tensor y = new MergeHalves(merge).Forward(Tensor.From([1f, 2, 3, 4, 5, 6, 7, 8], 2, 4));
        Assert.Equal(new Shape(2, 2), y.Shape);
        Assert.Equal(expected, y.Span.ToArray());
        FiniteDifferences.Check(inputs => new MergeHalves(merge).Forward(inputs[0]), Some.Tensor(2, 3, 4));
    }

    [Fact]
    public void What_cannot_be_merged_is_named()
    {
        Assert.StartsWith("halves are merged by sum, mean or product, not by Concat", Assert.Throws<ArgumentOutOfRangeException>(() => new MergeHalves(Merge.Concat)).Message, StringComparison.Ordinal);
        Assert.Equal("MergeHalves: expects input [.., 2·H], got [2, 3]", Assert.Throws<ArgumentException>(() => new MergeHalves(Merge.Sum).Forward(Tensor.Zeros(2, 3))).Message);
    }
}
