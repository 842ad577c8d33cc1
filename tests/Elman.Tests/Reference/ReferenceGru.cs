namespace Elman.Tests.Reference;

/// <summary>
/// The GRU as PyTorch and cuDNN have it, the reset gate after the product; gates in the order r, z, n:
/// n = tanh(W_n x + b_n + r ⊙ (U_n h + a_n)), h' = (1 − z) ⊙ n + z ⊙ h.
/// </summary>
public sealed class ReferenceGru : ReferenceCell
{
    /// <inheritdoc/>
    public override int Gates => 3;

    /// <inheritdoc/>
    public override double[][] Forward(CellWeights weights, double[] x, double[][] state)
    {
        double[] h = state[0], next = new double[h.Length];
        for (int j = 0; j < h.Length; j++)
        {
            (double r, double z) = ResetAndUpdate(weights, x, h, j);
            double n = Math.Tanh(weights.FromInput(2, j, x) + r * weights.FromHidden(2, j, h));
            next[j] = (1 - z) * n + z * h[j];
        }
        return [next];
    }

    /// <inheritdoc/>
    public override (double[] X, double[][] State) Backward(
        CellWeights weights, double[] x, double[][] state, double[][] dNext, CellWeights gradient)
    {
        double[] h = state[0], dx = new double[x.Length], dh = new double[h.Length];
        for (int j = 0; j < h.Length; j++)
        {
            (double r, double z) = ResetAndUpdate(weights, x, h, j);
            double candidate = weights.FromHidden(2, j, h);
            double n = Math.Tanh(weights.FromInput(2, j, x) + r * candidate);
            double d = dNext[0][j];
            double dn = d * (1 - z) * (1 - n * n);
            double dz = d * (h[j] - n) * z * (1 - z);
            double dr = dn * candidate * r * (1 - r);
            dh[j] += d * z;
            weights.FromInputBackward(0, j, dr, x, gradient, dx);
            weights.FromInputBackward(1, j, dz, x, gradient, dx);
            weights.FromInputBackward(2, j, dn, x, gradient, dx);
            weights.FromHiddenBackward(0, j, dr, h, gradient, dh);
            weights.FromHiddenBackward(1, j, dz, h, gradient, dh);
            weights.FromHiddenBackward(2, j, dn * r, h, gradient, dh);
        }
        return (dx, [dh]);
    }

    private static (double R, double Z) ResetAndUpdate(CellWeights weights, double[] x, double[] h, int j) =>
        (Sigmoid(weights.FromInput(0, j, x) + weights.FromHidden(0, j, h)),
            Sigmoid(weights.FromInput(1, j, x) + weights.FromHidden(1, j, h)));
}
