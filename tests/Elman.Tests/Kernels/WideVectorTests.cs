using Elman.Kernels;

namespace Elman.Tests.Kernels;

public class WideVectorTests
{
    private const string NotHere = "the processor has no vectors of 512 bits, or the runtime does not use them beside those of 256";

    private static readonly Activation[] Activations =
    [
        Activation.Sigmoid, Activation.Tanh, Activation.Relu, Activation.Softsign, Activation.Softplus, Activation.Identity, Activation.Affine(0.5f, 2), Activation.LeakyRelu(), Activation.ThresholdedRelu(0.3f),
        Activation.ScaledTanh(1.5f, 0.7f), Activation.HardSigmoid(), Activation.Elu(),
    ];

    [Fact]
    public void Every_function_has_the_bits_that_it_has_in_usual_vectors()
    {
        Assert.SkipUnless(WideVector.IsSupported, NotHere);
        float[] x = [.. Kernel.Values(1008), -200, -88, -0f, 0, 1e-40f, 88, 200, float.PositiveInfinity, float.NegativeInfinity, 1, -1, 0.3f, 2.5f, -2.5f, 1e30f, -1e30f];
        for (int i = 0; i < 500; i++) x[i] *= 20;
        foreach (Activation activation in Activations)
        {
            Bits.Equal(Values<UsualVector>(activation, x), Values<WideVector>(activation, x), $"{activation}");
            Bits.Equal(Slopes<UsualVector>(activation, x), Slopes<WideVector>(activation, x), $"the derivative of {activation}");
        }
    }

    private static float[] Values<V>(Activation activation, float[] x)
        where V : struct, IVector<V>
    {
        float[] y = new float[x.Length];
        for (int i = 0; i < x.Length; i += V.Count) V.Store(activation.Of(V.Load(ref x[0], i)), ref y[0], i);
        return y;
    }

    private static float[] Slopes<V>(Activation activation, float[] x)
        where V : struct, IVector<V>
    {
        float[] y = Values<V>(activation, x), slopes = new float[x.Length];
        for (int i = 0; i < x.Length; i += V.Count) V.Store(activation.Derivative(V.Load(ref x[0], i), V.Load(ref y[0], i)), ref slopes[0], i);
        return slopes;
    }
}
