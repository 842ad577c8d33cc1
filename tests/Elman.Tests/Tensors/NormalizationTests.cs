using CsCheck;

namespace Elman.Tests.Tensors;

public class NormalizationTests
{
    [Fact]
    public void Gradients_agree_with_finite_differences()
    {
        FiniteDifferences.Check(x => x[0].Softmax(), Some.Tensor(3, 5));
        FiniteDifferences.Check(x => x[0].Softmax(0), Some.Tensor(3, 5));
        FiniteDifferences.Check(x => x[0].LogSoftmax(), Some.Tensor(3, 5));
        FiniteDifferences.Check(x => x[0].LogSoftmax(1), Some.Tensor(2, 3, 2));
        FiniteDifferences.Check(x => x[0].LayerNorm(), Some.Tensor(3, 5));
        FiniteDifferences.Check(x => x[0].LayerNorm(0.5f), Some.Tensor(2, 2, 4));
    }

    [Fact]
    public void Softmax_stands_large_numbers_and_LogSoftmax_small_shares()
    {
        Assert.Equal([0f, 0.5f, 0.5f], Tensor.From([-3e38f, 1000, 1000], 3).Softmax().Span.ToArray());
        Assert.Equal([-2000f, 0f], Tensor.From([-1000, 1000], 2).LogSoftmax().Span.ToArray());
    }

    [Fact]
    public void A_constant_row_normalises_to_zeros() =>
        Assert.All(Tensor.Full(7, 2, 5).LayerNorm().Span.ToArray(), value => Assert.Equal(0, value));

    [Fact]
    public void A_row_has_the_same_bits_alone_and_among_others() => Gen.Int[1, 70].Sample(width =>
    {
        Tensor x = Some.Tensor(5, width);
        foreach (Func<Tensor, Tensor> function in new Func<Tensor, Tensor>[] { t => t.Softmax(), t => t.LogSoftmax(), t => t.LayerNorm() })
            for (int row = 0; row < 5; row++)
                Assert.Equal(function(x.Select(0, row)).Span.ToArray(), function(x).Select(0, row).Span.ToArray());
    });
}
