namespace Elman.Formats.Tests.Onnx;

/// <summary>Comparison of numbers.</summary>
internal static class Near
{
    /// <summary>Every element within the tolerance, or, where values exceed 1, within that share of them.</summary>
    public static void Equal(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            float bound = tolerance * Math.Max(1, Math.Abs(expected[i]));
            if (!(Math.Abs(expected[i] - actual[i]) <= bound)) Assert.Fail(FormattableString.Invariant($"element {i}: expected {expected[i]}, got {actual[i]}"));
        }
    }
}
