namespace Elman.Peers;

/// <summary>Elman is batch-first, the peers work time-major; each library gets its own layout, so that none has to turn its input.</summary>
internal static class Axes
{
    /// <summary>[a, b, inner] → [b, a, inner]</summary>
    public static T[] Swap<T>(ReadOnlySpan<T> values, int a, int b, int inner)
    {
        T[] swapped = new T[values.Length];
        for (int i = 0; i < a; i++)
            for (int k = 0; k < b; k++)
                values.Slice((i * b + k) * inner, inner).CopyTo(swapped.AsSpan((k * a + i) * inner));
        return swapped;
    }
}
