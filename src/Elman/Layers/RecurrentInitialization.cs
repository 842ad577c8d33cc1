namespace Elman;

/// <summary>First values of recurrent parameters.</summary>
internal static class RecurrentInitialization
{
    /// <summary>PyTorch's rule for all recurrent parameters: uniform in ±1/√H.</summary>
    public static Tensor Uniform(int hidden, RandomStream random, params ReadOnlySpan<int> shape)
    {
        Tensor result = Tensor.Zeros(shape);
        float bound = 1 / MathF.Sqrt(hidden);
        foreach (ref float value in result.WritableSpan()) value = random.NextUniform(-bound, bound);
        return result;
    }

    /// <summary>
    /// Replaces each [H, H] block of a weight [G·H, H] by a random orthogonal matrix: Gram-Schmidt, twice for accuracy, on normal rows;
    /// a row that lies almost in the others' plane is drawn anew.
    /// </summary>
    public static void Orthogonalize(Tensor weight, int hidden, RandomStream random)
    {
        Span<float> values = weight.WritableSpan();
        for (int first = 0; first < values.Length; first += hidden * hidden)
        {
            double[][] rows = new double[hidden][];
            for (int i = 0; i < hidden; i++)
            {
                double[] row = new double[hidden];
                double norm;
                do
                {
                    for (int j = 0; j < hidden; j++) row[j] = random.NextNormal();
                    for (int pass = 0; pass < 2; pass++)
                        for (int other = 0; other < i; other++) Subtract(row, rows[other], Dot(row, rows[other]));
                    norm = Math.Sqrt(Dot(row, row));
                }
                while (norm < 1e-3);
                for (int j = 0; j < hidden; j++) values[first + (i * hidden) + j] = (float)(row[j] /= norm);
                rows[i] = row;
            }
        }
    }

    private static double Dot(double[] a, double[] b) => System.Numerics.Tensors.TensorPrimitives.Dot<double>(a, b);

    private static void Subtract(double[] row, double[] other, double factor) =>
        System.Numerics.Tensors.TensorPrimitives.MultiplyAdd<double>(other, -factor, row, row);
}
