namespace Elman.Tests.Reference;

/// <summary>The GRU of <see cref="ReferenceGru"/>, or of <see cref="ReferenceGruResetBefore"/>, with every option of its equations; see docs/cells.md.</summary>
public sealed class ReferenceGeneralGru(ReferenceOptions options, bool resetBefore) : DifferencedCell
{
    /// <inheritdoc/>
    public override int Gates => 3;

    /// <inheritdoc/>
    public override double[][] Forward(CellWeights weights, double[] x, double[][] state)
    {
        double[] h = state[0], r = new double[h.Length], z = new double[h.Length], next = new double[h.Length];
        for (int j = 0; j < h.Length; j++)
        {
            r[j] = options.Gate(0, ReferenceOptions.Sigmoid)(weights.FromInput(0, j, x) + weights.FromHidden(0, j, h));
            z[j] = options.Gate(1, ReferenceOptions.Sigmoid)(weights.FromInput(1, j, x) + weights.FromHidden(1, j, h));
        }
        double[] reset = [.. h.Zip(r, (value, factor) => value * factor)];
        for (int j = 0; j < h.Length; j++)
        {
            double fromHidden = resetBefore ? weights.FromHidden(2, j, reset) : r[j] * weights.FromHidden(2, j, h);
            double n = options.Gate(2, Math.Tanh)(weights.FromInput(2, j, x) + fromHidden);
            next[j] = (1 - z[j]) * n + z[j] * h[j];
        }
        return [next];
    }
}
