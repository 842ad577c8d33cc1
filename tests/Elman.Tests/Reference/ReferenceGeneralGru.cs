namespace Elman.Tests.Reference;

/// <summary>The GRU of <see cref="ReferenceGru"/>, or of <see cref="ReferenceGruResetBefore"/>, with every option of its equations; see docs/cells.md.</summary>
public sealed class ReferenceGeneralGru(ReferenceOptions options, bool resetBefore) : DifferencedCell
{
    /// <inheritdoc/>
    public override int Gates => 3;

    /// <inheritdoc/>
    public override double[][] Forward(CellWeights weights, double[] x, double[][] state)
    {
        double[] h = state[0], next = new double[h.Length];
        double[] both = [.. weights.GatesFromInput(0, 2, x).Zip(weights.GatesFromHidden(0, 2, h), (a, b) => a + b)];
        double[] r = Array.ConvertAll(both[..h.Length], v => options.Gate(0, ReferenceOptions.Sigmoid)(v));
        double[] z = Array.ConvertAll(both[h.Length..], v => options.Gate(1, ReferenceOptions.Sigmoid)(v));
        double[] fromInput = weights.GatesFromInput(2, 1, x);
        double[] fromHidden = weights.GatesFromHidden(2, 1, resetBefore ? [.. h.Zip(r, (value, factor) => value * factor)] : h);
        for (int j = 0; j < h.Length; j++)
        {
            double n = options.Gate(2, Math.Tanh)(fromInput[j] + (resetBefore ? fromHidden[j] : r[j] * fromHidden[j]));
            next[j] = (1 - z[j]) * n + z[j] * h[j];
        }
        return [next];
    }
}
