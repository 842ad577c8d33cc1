namespace Elman.Peers;

/// <summary>Data that is the same in every run and library.</summary>
internal static class RandomNumbers
{
    /// <summary>Uniform in ±<paramref name="bound"/>.</summary>
    public static float[] Uniform(ulong seed, int count, float bound = 1)
    {
        RandomStream random = new(seed);
        float[] values = new float[count];
        foreach (ref float value in values.AsSpan()) value = random.NextUniform(-bound, bound);
        return values;
    }

    /// <summary>Classes 0 … <paramref name="classes"/> − 1.</summary>
    public static int[] Classes(ulong seed, int count, int classes) => Array.ConvertAll(Uniform(seed, count, 0.5f), value => Math.Min((int)((value + 0.5f) * classes), classes - 1));
}
