using System.Runtime.InteropServices;

namespace Elman.Tests.Kernels;

/// <summary>Equality to the bit: −0 differs from 0, and a NaN equals itself only.</summary>
internal static class Bits
{
    public static void Equal(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what = "")
    {
        if (MemoryMarshal.AsBytes(expected).SequenceEqual(MemoryMarshal.AsBytes(actual))) return;
        if (expected.Length != actual.Length) Assert.Fail($"{what}: expected {expected.Length} numbers, got {actual.Length}");
        int at = 0;
        while (BitConverter.SingleToInt32Bits(expected[at]) == BitConverter.SingleToInt32Bits(actual[at])) at++;
        Assert.Fail($"{what}[{at}]: expected {expected[at]:R}, got {actual[at]:R} ({expected.Length} numbers)");
    }
}
