using Elman.Tests.Reference;
using Elman.Tests.Tensors;

namespace Elman.Tests.Layers;

public class Conv1dTests
{
    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(3, 1, true)]
    [InlineData(3, 2, false)]
    [InlineData(2, 9, true)]
    public void It_is_the_sum_over_the_steps_before(int kernel, int dilation, bool bias)
    {
        Conv1d layer = new(5, 7, kernel, new RandomStream(1), dilation, bias);
        Tensor x = Some.Tensor(2, 8, 5), y = layer.Forward(x);
        Assert.Equal(new Shape(2, 8, 7), y.Shape);
        double[] expected = new double[y.Count];
        for (int at = 0; at < expected.Length; at++)
        {
            (int row, int time, int o) = (at / 56, at / 7 % 8, at % 7);
            expected[at] = bias ? layer.Bias![o] : 0;
            for (int k = 0; k < kernel; k++)
            {
                int then = time - ((kernel - 1 - k) * dilation);
                for (int i = 0; i < 5 && then >= 0; i++) expected[at] += (double)layer.Weight[o, i, k] * x[row, then, i];
            }
        }
        Near.Equal(expected, y.Span);
    }

    [Fact]
    public void Gradients_are_those_of_finite_differences()
    {
        Conv1d layer = new(2, 3, 3, new RandomStream(1), dilation: 2);
        FiniteDifferences.Check(inputs => layer.Forward(inputs[0]), Some.Tensor(2, 6, 2), layer.Weight, layer.Bias!);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        Assert.Equal("Conv1d: expects input [N, L, 5], got [2, 5]", Assert.Throws<ArgumentException>(() => new Conv1d(5, 7, 3, new RandomStream(1)).Forward(Tensor.Zeros(2, 5))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv1d(5, 7, 3, new RandomStream(1), dilation: 1 << 30));
        Assert.Equal("conv 5 → 7, kernel 3, dilation 2", new Conv1d(5, 7, 3, new RandomStream(1), dilation: 2).Description);
    }
}
