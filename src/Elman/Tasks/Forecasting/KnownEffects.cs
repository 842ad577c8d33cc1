using System.Text.Json;

namespace Elman;

/// <summary>
/// What the columns that are known ahead, such as promotions and holidays, add to the target: a linear regression of what is left of the target on
/// what is left of the columns after the mean of their surroundings was taken from both (Frisch and Waugh 1933). Without it, smoothing
/// methods would take a promotion for a new level. One effect is shared by all series, in units of each series' scale.
/// </summary>
internal sealed class KnownEffects
{
    private const double Ridge = 1e-3;

    private readonly double[] _effects;

    private KnownEffects(double[] effects) => _effects = effects;

    /// <summary>Fits the effects; null where they explain nothing worth having.</summary>
    /// <param name="targets">The target of each series, up to the row that may be learned from.</param>
    /// <param name="known">The known features of each series.</param>
    /// <param name="around">Rows on either side that make the surroundings.</param>
    public static KnownEffects? Fit(IReadOnlyList<double[]> targets, IReadOnlyList<float[][]> known, int around)
    {
        int count = known.Count == 0 ? 0 : known[0].Length;
        if (count == 0) return null;
        double[] products = new double[count * count], response = new double[count];
        (double total, int rows) = (0, 0);
        for (int i = 0; i < targets.Count; i++)
        {
            double[] y = Left(targets[i], around);
            double scale = ScaleOf(targets[i]);
            double[][] x = [.. known[i].Select(feature => Left([.. feature.Take(targets[i].Length).Select(value => (double)value)], around))];
            for (int row = 0; row < y.Length; row++)
            {
                if (double.IsNaN(y[row])) continue;
                double value = y[row] / scale;
                (total, rows) = (total + value * value, rows + 1);
                for (int a = 0; a < count; a++)
                {
                    response[a] += x[a][row] * value;
                    for (int b = 0; b <= a; b++) products[a * count + b] += x[a][row] * x[b][row];
                }
            }
        }
        double[] effects = [.. response];
        double trace = Enumerable.Range(0, count).Sum(a => products[a * count + a]);
        if (!(trace > 0) || rows < 10 * count) return null;
        for (int a = 0; a < count; a++) products[a * count + a] += Ridge * trace / count + 1e-12;
        Cholesky.Factor(products, count);
        Cholesky.Solve(products, count, effects);
        double explained = effects.Zip(response, (effect, of) => effect * of).Sum() / total;
        // Below this, the columns are as good as noise.
        return explained > Math.Max(0.02, 6.0 * count / rows) ? new KnownEffects(effects) : null;
    }

    /// <summary>The unit in which a series takes the effects: the mean of its absolute values, or 1.</summary>
    public static double ScaleOf(ReadOnlySpan<double> values)
    {
        (double sum, int count) = (0, 0);
        foreach (double value in values)
            if (!double.IsNaN(value)) (sum, count) = (sum + Math.Abs(value), count + 1);
        return sum > 0 ? sum / count : 1;
    }

    /// <summary>The effect on each row, from the known features [each rows] and the unit of the series.</summary>
    public double[] Of(float[][] known, int rows, double scale)
    {
        double[] effect = new double[rows];
        for (int i = 0; i < known.Length; i++)
            for (int row = 0; row < rows; row++) effect[row] += _effects[i] * scale * known[i][row];
        return effect;
    }

    /// <summary>Writes the effects as a JSON array.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (double effect in _effects) json.WriteNumberValue(effect);
        json.WriteEndArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static KnownEffects Read(JsonElement json) => new([.. json.EnumerateArray().Select(effect => effect.GetDouble())]);

    /// <summary>Each value less the mean of its surroundings.</summary>
    private static double[] Left(double[] values, int around)
    {
        double[] sums = new double[values.Length + 1];
        int[] counts = new int[values.Length + 1];
        for (int i = 0; i < values.Length; i++)
            (sums[i + 1], counts[i + 1]) = double.IsNaN(values[i]) ? (sums[i], counts[i]) : (sums[i] + values[i], counts[i] + 1);
        double[] left = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int from = Math.Max(0, i - around), to = Math.Min(values.Length, i + around + 1);
            left[i] = values[i] - (sums[to] - sums[from]) / Math.Max(1, counts[to] - counts[from]);
        }
        return left;
    }
}
