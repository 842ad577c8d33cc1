using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Elman;

/// <summary>Sums in an order that does not follow the width of the processor's vectors, so that a forecast has the same digits on all of them.</summary>
internal static class FixedOrder
{
    private const int Lanes = 4;

    /// <summary>The scalar product of two lists of the same length.</summary>
    public static double Dot(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        ReadOnlySpan<Vector256<double>> a = MemoryMarshal.Cast<double, Vector256<double>>(one), b = MemoryMarshal.Cast<double, Vector256<double>>(other[..one.Length]);
        // Two chains, for a product waits for none but its own. Products are rounded: not every path has a fused multiply-add.
        Vector256<double> even = default, odd = default;
        int i = 0;
        for (; i + 1 < a.Length; i += 2)
        {
            even += a[i] * b[i];
            odd += a[i + 1] * b[i + 1];
        }
        if (i < a.Length) even += a[i] * b[i];
        double sum = Of(even + odd);
        for (int rest = a.Length * Lanes; rest < one.Length; rest++) sum += one[rest] * other[rest];
        return sum;
    }

    /// <summary>The sum of a list.</summary>
    public static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return sum;
    }

    private static double Of(Vector256<double> lanes) => (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}
