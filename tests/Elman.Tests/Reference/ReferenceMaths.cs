namespace Elman.Tests.Reference;

/// <summary>Layers and functions in double precision, over rows of a row-major matrix.</summary>
public static class ReferenceMaths
{
    /// <summary>y = x Wᵀ + b.</summary>
    /// <param name="x">[rows, I].</param>
    /// <param name="weight">W, [O, I].</param>
    /// <param name="bias">b, [O], or null.</param>
    /// <param name="inputs">I.</param>
    /// <returns>[rows, O].</returns>
    public static double[] Linear(double[] x, double[] weight, double[]? bias, int inputs)
    {
        int rows = x.Length / inputs, outputs = weight.Length / inputs;
        double[] y = new double[rows * outputs];
        for (int n = 0; n < rows; n++)
            for (int o = 0; o < outputs; o++)
            {
                double sum = bias?[o] ?? 0;
                for (int i = 0; i < inputs; i++)
                    sum += x[n * inputs + i] * weight[o * inputs + i];
                y[n * outputs + o] = sum;
            }
        return y;
    }

    /// <summary>a b of a [M, K] and b [K, N].</summary>
    /// <param name="a">[M, K].</param>
    /// <param name="b">[K, N].</param>
    /// <param name="inner">K.</param>
    /// <returns>[M, N].</returns>
    public static double[] MatMul(double[] a, double[] b, int inner) => Linear(a, Transpose(b, inner), null, inner);

    /// <summary>[rows, columns] → [columns, rows].</summary>
    public static double[] Transpose(double[] matrix, int rows)
    {
        int columns = matrix.Length / rows;
        double[] result = new double[matrix.Length];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                result[j * rows + i] = matrix[i * columns + j];
        return result;
    }

    /// <summary>Ba et al. 2016: (x − mean) / √(variance + ε) ⊙ weight + bias over each row, with the biased variance.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="width">The normalised width.</param>
    /// <param name="weight">[width], or null for ones.</param>
    /// <param name="bias">[width], or null for zeros.</param>
    /// <param name="epsilon">ε.</param>
    public static double[] LayerNorm(double[] x, int width, double[]? weight = null, double[]? bias = null, double epsilon = 1e-5) =>
        ByRow(x, width, row =>
        {
            double mean = row.Average(), variance = row.Average(v => (v - mean) * (v - mean));
            return [.. row.Select((v, i) => (v - mean) / Math.Sqrt(variance + epsilon) * (weight?[i] ?? 1) + (bias?[i] ?? 0))];
        });

    /// <summary>log softmax of each row of width C.</summary>
    public static double[] LogSoftmax(double[] x, int width) => ByRow(x, width, row =>
    {
        double largest = row.Max(), log = largest + Math.Log(row.Sum(v => Math.Exp(v - largest)));
        return [.. row.Select(v => v - log)];
    });

    /// <summary>Softmax of each row of width C.</summary>
    public static double[] Softmax(double[] x, int width) => Array.ConvertAll(LogSoftmax(x, width), Math.Exp);

    /// <summary>ln Γ(x), x > 0, by Stirling's series (Abramowitz and Stegun 6.1.41) after moving x above 20.</summary>
    public static double LogGamma(double x)
    {
        double shift = 0;
        for (; x < 20; x++)
            shift -= Math.Log(x);
        double square = x * x;
        double series = (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / 1680 / square) / square) / square) / x;
        return shift + (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series;
    }

    private static double[] ByRow(double[] x, int width, Func<double[], double[]> function) =>
        [.. x.Chunk(width).SelectMany(function)];
}
