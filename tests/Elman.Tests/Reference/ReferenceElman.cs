namespace Elman.Tests.Reference;

/// <summary>Elman 1990, "Finding structure in time": h' = tanh(W x + b + U h + a), or relu in place of tanh.</summary>
public sealed class ReferenceElman(bool relu = false) : ReferenceCell
{
    /// <inheritdoc/>
    public override int Gates => 1;

    /// <inheritdoc/>
    public override double[][] Forward(CellWeights weights, double[] x, double[][] state)
    {
        double[] next = new double[weights.Hidden];
        for (int j = 0; j < next.Length; j++)
        {
            double v = weights.FromInput(0, j, x) + weights.FromHidden(0, j, state[0]);
            next[j] = relu ? Math.Max(v, 0) : Math.Tanh(v);
        }
        return [next];
    }

    /// <inheritdoc/>
    public override (double[] X, double[][] State) Backward(
        CellWeights weights, double[] x, double[][] state, double[][] dNext, CellWeights gradient)
    {
        double[] h = Forward(weights, x, state)[0], dx = new double[x.Length], dh = new double[h.Length];
        for (int j = 0; j < h.Length; j++)
        {
            double slope = relu ? (h[j] > 0 ? 1 : 0) : 1 - h[j] * h[j];
            double dv = dNext[0][j] * slope;
            weights.FromInputBackward(0, j, dv, x, gradient, dx);
            weights.FromHiddenBackward(0, j, dv, state[0], gradient, dh);
        }
        return (dx, [dh]);
    }
}
