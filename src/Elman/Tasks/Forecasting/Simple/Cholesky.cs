namespace Elman;

/// <summary>Solves symmetric positive definite systems: A = L Lᵀ.</summary>
internal static class Cholesky
{
    /// <summary>Replaces the lower triangle of A by L.</summary>
    /// <param name="matrix">A [n, n]; only its lower triangle is read.</param>
    /// <param name="size">n.</param>
    public static void Factor(Span<double> matrix, int size)
    {
        for (int i = 0; i < size; i++)
        {
            Span<double> row = matrix.Slice(i * size, size);
            for (int j = 0; j <= i; j++)
            {
                ReadOnlySpan<double> other = matrix.Slice(j * size, size);
                double value = row[j] - FixedOrder.Dot(row[..j], other[..j]);
                if (j < i) row[j] = value / other[j];
                // A pivot that rounding took below zero belongs to a row that says nothing new.
                else row[j] = Math.Sqrt(Math.Max(value, 1e-300));
            }
        }
    }

    /// <summary>Replaces b by the x of L Lᵀ x = b.</summary>
    public static void Solve(ReadOnlySpan<double> factor, int size, Span<double> b)
    {
        for (int i = 0; i < size; i++)
            b[i] = (b[i] - FixedOrder.Dot(factor.Slice(i * size, i), b[..i])) / factor[i * size + i];
        for (int i = size - 1; i >= 0; i--)
        {
            double value = b[i] /= factor[i * size + i];
            for (int j = 0; j < i; j++) b[j] -= factor[i * size + j] * value;
        }
    }
}
