using System.Numerics;
using Elman.Kernels;

namespace Elman.Tests.Kernels;

/// <summary>A function from floats to floats of the same number.</summary>
internal delegate void ElementwiseKernel(ReadOnlySpan<float> x, Span<float> y);

/// <summary>
/// Checks kernels against their naive twins in double precision, at every awkward length, in guarded memory. Kernels whose order of operations is
/// a contract are checked against a scalar twin to the bit as well.
/// </summary>
internal static class Kernel
{
    /// <summary>0 to a little more than four vectors: every length of a tail, with and without whole vectors before it.</summary>
    public static IEnumerable<int> Lengths => Enumerable.Range(0, 4 * Vector<float>.Count + 2);

    /// <summary>Numbers of both signs in ±2, the same in every run.</summary>
    public static float[] Values(int count, ulong seed = 1)
    {
        RandomStream random = new(seed);
        float[] values = new float[count];
        foreach (ref float value in values.AsSpan()) value = random.NextUniform(-2, 2);
        return values;
    }

    /// <summary>Checks an elementwise kernel, into other memory and in place.</summary>
    /// <param name="ulps">The error allowed, in units in the last place of the exact result.</param>
    public static void CheckElementwise(ElementwiseKernel kernel, Func<double, double> twin, double ulps)
    {
        using GuardedMemory inputs = new(Lengths.Max()), outputs = new(Lengths.Max());
        float[] alone = new float[1];
        foreach (int length in Lengths)
        {
            float[] values = Values(length, (ulong)length);
            foreach (bool end in (bool[])[false, true])
            {
                Span<float> x = inputs.At(end, length), y = outputs.At(end, length);
                values.CopyTo(x);
                kernel(x, y);
                Bits.Equal(values, x, "the input");
                for (int i = 0; i < length; i++)
                {
                    Assert.True(UlpError(twin(x[i]), y[i]) <= ulps, $"f({x[i]:R}) is {twin(x[i]):R}, got {y[i]:R}");
                    kernel(x.Slice(i, 1), alone);
                    Bits.Equal(alone, y.Slice(i, 1), $"element {i} of {length} alone");
                }
                kernel(x, x);
                Bits.Equal(y, x, "in place");
            }
        }
    }

    /// <summary>|actual − expected| in units in the last place of a float of the expected magnitude, down to the denormals' unit.</summary>
    public static double UlpError(double expected, float actual)
    {
        float nearest = (float)expected;
        if (!float.IsFinite(nearest) || !float.IsFinite(actual)) return nearest.Equals(actual) ? 0 : double.PositiveInfinity;
        double magnitude = Math.Max(Math.Abs(expected), (double)MinNormal);
        double unit = Math.ScaleB(1, Math.ILogB(magnitude) - 23);
        return Math.Abs(actual - expected) / unit;
    }

    private static float MinNormal => BitConverter.Int32BitsToSingle(0x00800000);
}
