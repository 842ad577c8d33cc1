namespace Elman.Tests.Tensors;

/// <summary>Values to compute with, different and of both signs, the same in every run.</summary>
internal static class Some
{
    public static float[] Values(int count, ulong seed = 1)
    {
        RandomStream random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextUniform(-2, 2))];
    }

    public static Tensor Tensor(params ReadOnlySpan<int> shape) => Seeded(1, shape);

    public static Tensor Seeded(ulong seed, params ReadOnlySpan<int> shape) => Elman.Tensor.From(Values(new Shape(shape).Count, seed), shape);

    /// <summary>Values between 0.5 and 2.5, for logarithms, roots and divisors.</summary>
    public static Tensor Positive(params ReadOnlySpan<int> shape) =>
        Elman.Tensor.From([.. Values(new Shape(shape).Count, 7).Select(value => 0.5f + value * value / 2)], shape);
}
