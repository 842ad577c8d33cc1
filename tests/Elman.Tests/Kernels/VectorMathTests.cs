using System.Numerics;
using Elman.Kernels;

namespace Elman.Tests.Kernels;

public class VectorMathTests
{
    [Fact]
    public void Exp_of_every_length() => Kernel.CheckElementwise(VectorMath.Exp, Math.Exp, 2);

    [Fact]
    public void Sigmoid_of_every_length() => Kernel.CheckElementwise(VectorMath.Sigmoid, Logistic, 3);

    [Fact]
    public void Tanh_of_every_length() => Kernel.CheckElementwise(VectorMath.Tanh, Math.Tanh, 5);

    [Fact]
    public void Exp_keeps_its_precision_over_its_whole_range() => CheckRange(VectorMath.Exp, Math.Exp, -150, 150, 2);

    [Fact]
    public void Sigmoid_keeps_its_precision_down_to_minus_87() => CheckRange(VectorMath.Sigmoid, Logistic, -87, 150, 3);

    [Fact]
    public void Tanh_keeps_its_precision_over_its_whole_range() => CheckRange(VectorMath.Tanh, Math.Tanh, -7.9f, 7.9f, 5);

    [Theory]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(float.MaxValue, float.PositiveInfinity)]
    [InlineData(float.MinValue, 0)]
    [InlineData(89, float.PositiveInfinity)]
    [InlineData(-104, 0)]
    [InlineData(-103.5f, float.Epsilon)]
    [InlineData(0, 1)]
    [InlineData(1e-30f, 1)]
    [InlineData(float.Epsilon, 1)]
    [InlineData(float.NaN, float.NaN)]
    public void Exp_at_the_extremes(float x, float expected) => Bits.Equal([Canonical(expected)], [Canonical(Of(VectorMath.Exp, x))], $"exp {x}");

    [Theory]
    [InlineData(float.PositiveInfinity, 1)]
    [InlineData(float.MaxValue, 1)]
    [InlineData(89, 1)]
    [InlineData(0, 0.5f)]
    [InlineData(1e-30f, 0.5f)]
    [InlineData(float.Epsilon, 0.5f)]
    [InlineData(float.NaN, float.NaN)]
    public void Sigmoid_at_the_extremes(float x, float expected) => Bits.Equal([Canonical(expected)], [Canonical(Of(VectorMath.Sigmoid, x))], $"sigmoid {x}");

    [Theory]
    [InlineData(-87.5f)]
    [InlineData(-104)]
    [InlineData(float.MinValue)]
    [InlineData(float.NegativeInfinity)]
    public void Sigmoid_stays_at_its_smallest_value_below_minus_87(float x) => Assert.Equal(Of(VectorMath.Sigmoid, -87), Of(VectorMath.Sigmoid, x));

    [Theory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.MaxValue)]
    [InlineData(89)]
    [InlineData(9.1f)]
    [InlineData(7.92f)]
    public void Tanh_stays_just_below_1_for_large_numbers(float x)
    {
        Assert.Equal(0.99999982f, Of(VectorMath.Tanh, x));
        Assert.Equal(-0.99999982f, Of(VectorMath.Tanh, -x));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(float.Epsilon, float.Epsilon)]
    [InlineData(-1e-40f, -1e-40f)]
    [InlineData(float.NaN, float.NaN)]
    public void Tanh_at_the_extremes(float x, float expected) => Bits.Equal([Canonical(expected)], [Canonical(Of(VectorMath.Tanh, x))], $"tanh {x}");

    [Fact]
    public void Minus_zero_is_a_zero_to_exp_and_sigmoid_and_keeps_its_sign_in_tanh() =>
        Bits.Equal([1, 0.5f, -0f], [Of(VectorMath.Exp, -0f), Of(VectorMath.Sigmoid, -0f), Of(VectorMath.Tanh, -0f)]);

    [Fact]
    public void Sigmoid_and_tanh_stay_within_their_bounds_and_tanh_is_odd()
    {
        foreach (float x in Dense(0, 200))
        {
            Assert.InRange(Of(VectorMath.Sigmoid, x), 0.5f, 1);
            Assert.InRange(Of(VectorMath.Tanh, x), 0, MathF.BitDecrement(1));
            Assert.Equal(-Of(VectorMath.Tanh, x), Of(VectorMath.Tanh, -x));
        }
    }

    [Fact]
    public void A_span_too_short_for_the_results_is_refused() =>
        Assert.Throws<ArgumentException>(() => VectorMath.Tanh(new float[3], new float[2]));

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    private static float Of(ElementwiseKernel kernel, float x)
    {
        float[] y = [x];
        kernel(y, y);
        return y[0];
    }

    /// <summary>All NaN are one.</summary>
    private static float Canonical(float value) => float.IsNaN(value) ? float.NaN : value;

    /// <summary>Every 1021st float of a range, of all exponents down to the denormals.</summary>
    private static IEnumerable<float> Dense(float low, float high)
    {
        if (low < 0)
        {
            for (int bits = 0; bits <= BitConverter.SingleToInt32Bits(-low); bits += 1021) yield return -BitConverter.Int32BitsToSingle(bits);
            low = 0;
        }
        for (int bits = BitConverter.SingleToInt32Bits(low); bits <= BitConverter.SingleToInt32Bits(high); bits += 1021) yield return BitConverter.Int32BitsToSingle(bits);
    }

    private static void CheckRange(ElementwiseKernel kernel, Func<double, double> twin, float low, float high, double ulps)
    {
        double worst = 0;
        float at = 0, got = 0;
        foreach (float[] x in Dense(low, high).Chunk(1 << 16))
        {
            float[] y = new float[x.Length];
            kernel(x, y);
            for (int i = 0; i < x.Length; i++)
            {
                double error = Kernel.UlpError(twin(x[i]), y[i]);
                if (error > worst) (worst, at, got) = (error, x[i], y[i]);
            }
        }
        Assert.True(worst <= ulps, $"f({at:R}) is {twin(at):R}, got {got:R}: {worst:F2} units in the last place, {ulps} are allowed");
    }
}
