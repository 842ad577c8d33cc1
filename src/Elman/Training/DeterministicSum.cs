using System.Numerics;

namespace Elman;

/// <summary>
/// Sums in double precision and in an order that depends on the count alone. (The order of <c>TensorPrimitives.Sum</c> also depends
/// on where the memory lies, so that two runs of one program may differ in the last bit.)
/// </summary>
internal static class DeterministicSum
{
    /// <summary>Σ x.</summary>
    public static double Of(ReadOnlySpan<float> values)
    {
        Vector<double> low = default, high = default;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(values[i..]), out Vector<double> first, out Vector<double> second);
            low += first;
            high += second;
        }
        double sum = Vector.Sum(low + high);
        for (; i < values.Length; i++) sum += values[i];
        return sum;
    }

    /// <summary>Σ x²; finite exactly when all values are.</summary>
    public static double OfSquares(ReadOnlySpan<float> values)
    {
        Vector<double> low = default, high = default;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(values[i..]), out Vector<double> first, out Vector<double> second);
            low += first * first;
            high += second * second;
        }
        double sum = Vector.Sum(low + high);
        for (; i < values.Length; i++) sum += (double)values[i] * values[i];
        return sum;
    }
}
