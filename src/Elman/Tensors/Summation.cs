using System.Numerics;

namespace Elman;

/// <summary>
/// Long sums: added up in double precision, in an order that depends on nothing but the number of terms, and rounded once.
/// <c>TensorPrimitives.Sum</c> will not do, its order depends on where in memory the values lie.
/// </summary>
internal static class Summation
{
    /// <summary>The sum of all values.</summary>
    public static double Of(ReadOnlySpan<float> values)
    {
        // Four chains, because one waits four cycles for each addition.
        double a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i <= values.Length - 4; i += 4)
        {
            a += values[i];
            b += values[i + 1];
            c += values[i + 2];
            d += values[i + 3];
        }
        for (; i < values.Length; i++) a += values[i];
        return a + b + (c + d);
    }

    /// <summary>The sum of the products of values at the same place; finite exactly when all of them are, as no product of floats overflows.</summary>
    public static double OfProducts(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i <= left.Length - 4; i += 4)
        {
            a += (double)left[i] * right[i];
            b += (double)left[i + 1] * right[i + 1];
            c += (double)left[i + 2] * right[i + 2];
            d += (double)left[i + 3] * right[i + 3];
        }
        for (; i < left.Length; i++) a += (double)left[i] * right[i];
        return a + b + (c + d);
    }

    /// <summary>The sum of all rows.</summary>
    /// <param name="rows">Rows of <paramref name="width"/> values each.</param>
    /// <param name="width">Values of a row.</param>
    /// <param name="sums">Receives the sum of each column [width].</param>
    public static void OfRows(ReadOnlySpan<float> rows, int width, Span<float> sums)
    {
        if (width == 1)
        {
            sums[0] = (float)Of(rows);
            return;
        }
        int column = 0;
        for (; column <= width - Vector<float>.Count; column += Vector<float>.Count)
        {
            Vector<double> low = Vector<double>.Zero, high = Vector<double>.Zero;
            for (int at = column; at < rows.Length; at += width)
            {
                Vector.Widen(new Vector<float>(rows[at..]), out Vector<double> left, out Vector<double> right);
                low += left;
                high += right;
            }
            Vector.Narrow(low, high).CopyTo(sums[column..]);
        }
        for (; column < width; column++)
        {
            double sum = 0;
            for (int at = column; at < rows.Length; at += width) sum += rows[at];
            sums[column] = (float)sum;
        }
    }
}
