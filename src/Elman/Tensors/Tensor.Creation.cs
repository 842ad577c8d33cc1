using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Elman;

public sealed partial class Tensor
{
    /// <summary>A tensor with a copy of a two-dimensional array.</summary>
    public static Tensor From(float[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(Flat(values), values.GetLength(0), values.GetLength(1));
    }

    /// <summary>A tensor with a copy of a three-dimensional array.</summary>
    public static Tensor From(float[,,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(Flat(values), values.GetLength(0), values.GetLength(1), values.GetLength(2));
    }

    /// <summary>Random values, uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public static Tensor Uniform(RandomStream random, float low, float high, params ReadOnlySpan<int> shape)
    {
        ArgumentNullException.ThrowIfNull(random);
        Tensor result = Allocate(new Shape(shape));
        foreach (ref float value in result.Writable()) value = random.NextUniform(low, high);
        return result;
    }

    /// <summary>Random values from the standard normal distribution.</summary>
    public static Tensor Normal(RandomStream random, params ReadOnlySpan<int> shape)
    {
        ArgumentNullException.ThrowIfNull(random);
        Tensor result = Allocate(new Shape(shape));
        foreach (ref float value in result.Writable()) value = random.NextNormal();
        return result;
    }

    private static ReadOnlySpan<float> Flat(Array values) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, float>(ref MemoryMarshal.GetArrayDataReference(values)), values.Length);
}
