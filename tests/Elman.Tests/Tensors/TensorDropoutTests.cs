namespace Elman.Tests.Tensors;

public class TensorDropoutTests
{
    [Fact]
    public void The_probability_is_met_and_the_mean_stays()
    {
        float[] kept = Tensor.Ones(100, 1000).Dropout(0.3f, seed: 5).Span.ToArray();
        Assert.All(kept, value => Assert.True(value == 0 || value == 1 / 0.7f));
        Assert.Equal(0.3, kept.Count(value => value == 0) / 1e5, 0.005);
    }

    [Fact]
    public void Masks_are_a_function_of_seed_step_and_layer()
    {
        Tensor x = Tensor.Ones(4, 9);
        float[] first = x.Dropout(0.5f, 1, 2, 3).Span.ToArray();
        Assert.Equal(first, x.Dropout(0.5f, 1, 2, 3).Span.ToArray());
        Assert.NotEqual(first, x.Dropout(0.5f, 9, 2, 3).Span.ToArray());
        Assert.NotEqual(first, x.Dropout(0.5f, 1, 9, 3).Span.ToArray());
        Assert.NotEqual(first, x.Dropout(0.5f, 1, 2, 9).Span.ToArray());
        Assert.NotEqual(first[..9], first[9..18]);
    }

    [Fact]
    public void Padding_and_batch_mates_change_no_mask()
    {
        Tensor small = Tensor.Ones(2, 3, 8).Dropout(0.5f, 1), large = Tensor.Ones(5, 7, 8).Dropout(0.5f, 1);
        Assert.Equal(large.Slice(0, ..2).Slice(1, ..3).Span.ToArray(), small.Span.ToArray());
    }

    [Fact]
    public void The_gradient_passes_the_same_mask() => FiniteDifferences.Check(x => x[0].Dropout(0.4f, 3), Some.Tensor(2, 3, 5));

    [Theory]
    [InlineData(-0.1f)]
    [InlineData(1f)]
    [InlineData(float.NaN)]
    public void A_probability_outside_its_range_is_refused(float probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Ones(2).Dropout(probability, 1));
}
