namespace Elman.Tests.Reference;

/// <summary>
/// Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder": the reset gate before the product;
/// gates in the order r, z, n: n = tanh(W_n x + b_n + U_n (r ⊙ h) + a_n), h' = (1 − z) ⊙ n + z ⊙ h.
/// </summary>
public sealed class ReferenceGruResetBefore : ReferenceCell
{
    /// <inheritdoc/>
    public override int Gates => 3;

    /// <inheritdoc/>
    public override double[][] Forward(CellWeights weights, double[] x, double[][] state)
    {
        double[] h = state[0], next = new double[h.Length];
        double[] z = Gate(weights, 1, x, h), kept = Product(Gate(weights, 0, x, h), h);
        for (int j = 0; j < h.Length; j++)
        {
            double n = Math.Tanh(weights.FromInput(2, j, x) + weights.FromHidden(2, j, kept));
            next[j] = (1 - z[j]) * n + z[j] * h[j];
        }
        return [next];
    }

    /// <inheritdoc/>
    public override (double[] X, double[][] State) Backward(
        CellWeights weights, double[] x, double[][] state, double[][] dNext, CellWeights gradient)
    {
        double[] h = state[0], dx = new double[x.Length], dh = new double[h.Length], dKept = new double[h.Length];
        double[] r = Gate(weights, 0, x, h), z = Gate(weights, 1, x, h), kept = Product(r, h);
        for (int j = 0; j < h.Length; j++)
        {
            double n = Math.Tanh(weights.FromInput(2, j, x) + weights.FromHidden(2, j, kept));
            double d = dNext[0][j];
            double dn = d * (1 - z[j]) * (1 - n * n);
            double dz = d * (h[j] - n) * z[j] * (1 - z[j]);
            dh[j] += d * z[j];
            weights.FromInputBackward(2, j, dn, x, gradient, dx);
            weights.FromHiddenBackward(2, j, dn, kept, gradient, dKept);
            weights.FromInputBackward(1, j, dz, x, gradient, dx);
            weights.FromHiddenBackward(1, j, dz, h, gradient, dh);
        }
        for (int j = 0; j < h.Length; j++)
        {
            double dr = dKept[j] * h[j] * r[j] * (1 - r[j]);
            dh[j] += dKept[j] * r[j];
            weights.FromInputBackward(0, j, dr, x, gradient, dx);
            weights.FromHiddenBackward(0, j, dr, h, gradient, dh);
        }
        return (dx, [dh]);
    }

    private static double[] Gate(CellWeights weights, int gate, double[] x, double[] h) =>
        [.. h.Select((_, j) => Sigmoid(weights.FromInput(gate, j, x) + weights.FromHidden(gate, j, h)))];

    private static double[] Product(double[] a, double[] b) => [.. a.Zip(b, (left, right) => left * right)];
}
