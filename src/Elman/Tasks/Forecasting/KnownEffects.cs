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

    /// <summary>How many times the variance of its rows a series must show to be believed half: effects of half or one and a half of the shared one are usual.</summary>
    private const double Prior = 4;

    private readonly double[] _effects;
    private readonly int _around;

    private KnownEffects(double[] effects, int around) => (_effects, _around) = (effects, around);

    /// <summary>Fits the effects; null where they explain nothing worth having.</summary>
    /// <param name="targets">The target of each series, up to the row that may be learned from.</param>
    /// <param name="known">The known features of each series.</param>
    /// <param name="seasons">The rows of each season, the shortest first; they say what the surroundings of a row are.</param>
    public static KnownEffects? Fit(IReadOnlyList<double[]> targets, IReadOnlyList<float[][]> known, int[] seasons)
    {
        int count = known.Count == 0 ? 0 : known[0].Length, around = AroundOf(seasons);
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
        return explained > Math.Max(0.02, 6.0 * count / rows) ? new KnownEffects(effects, around) : null;
    }

    /// <summary>Rows on either side that make the surroundings.</summary>
    private static int AroundOf(int[] seasons) => seasons.Length > 0 ? Math.Max(3, seasons[0] / 2) : 3;

    /// <summary>
    /// The unit in which a series takes the shared effects: its scale, times the multiple of them that its own rows show, drawn towards 1 where they show
    /// little. A series that never changes takes none.
    /// </summary>
    /// <param name="target">The target, up to the row that may be learned from.</param>
    /// <param name="known">The known features, at least as many rows.</param>
    public double UnitOf(double[] target, float[][] known)
    {
        double scale = ScaleOf(target);
        double[] y = Left(target, _around), x = Left(Of(known, target.Length, scale), _around);
        (double products, double squares, double total, int rows) = (0, 0, 0, 0);
        for (int row = 0; row < y.Length; row++)
        {
            if (double.IsNaN(y[row])) continue;
            (products, squares, total, rows) = (products + x[row] * y[row], squares + x[row] * x[row], total + y[row] * y[row], rows + 1);
        }
        double left = squares > 0 ? Math.Max(0, total - products * products / squares) : total;
        double prior = Prior * left / Math.Max(1, rows), least = 1e-12 * scale * scale * rows;
        return rows == 0 ? scale : total <= least ? 0 : scale * (products + prior) / (squares + prior);
    }

    /// <summary>The scale of a series: the mean of its absolute values, or 1.</summary>
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

    /// <summary>Known features that have an effect.</summary>
    public int Count => _effects.Length;

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static KnownEffects Read(JsonElement json, int[] seasons) => new([.. json.EnumerateArray().Select(effect => effect.GetDouble())
        .Select(effect => double.IsFinite(effect) ? effect : throw JsonFields.Damaged("effects: one is not finite"))], AroundOf(seasons));

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
