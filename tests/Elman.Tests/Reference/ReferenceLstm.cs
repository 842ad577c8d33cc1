namespace Elman.Tests.Reference;

/// <summary>
/// Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000; gates in PyTorch's order i, f, g, o:
/// c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c').
/// </summary>
public sealed class ReferenceLstm : ReferenceCell
{
    /// <inheritdoc/>
    public override int Gates => 4;

    /// <inheritdoc/>
    public override int States => 2;

    /// <inheritdoc/>
    public override double[][] Forward(CellWeights weights, double[] x, double[][] state)
    {
        double[] h = new double[weights.Hidden], c = new double[weights.Hidden];
        for (int j = 0; j < h.Length; j++)
        {
            (double i, double f, double g, double o) = GatesOf(weights, x, state[0], j);
            c[j] = f * state[1][j] + i * g;
            h[j] = o * Math.Tanh(c[j]);
        }
        return [h, c];
    }

    /// <inheritdoc/>
    public override (double[] X, double[][] State) Backward(
        CellWeights weights, double[] x, double[][] state, double[][] dNext, CellWeights gradient)
    {
        double[] dx = new double[x.Length], dh = new double[weights.Hidden], dc = new double[weights.Hidden];
        for (int j = 0; j < dh.Length; j++)
        {
            (double i, double f, double g, double o) = GatesOf(weights, x, state[0], j);
            double tanhC = Math.Tanh(f * state[1][j] + i * g);
            double dNextC = dNext[1][j] + dNext[0][j] * o * (1 - tanhC * tanhC);
            double dO = dNext[0][j] * tanhC;
            dc[j] = dNextC * f;
            double[] dv =
            [
                dNextC * g * i * (1 - i), dNextC * state[1][j] * f * (1 - f), dNextC * i * (1 - g * g), dO * o * (1 - o),
            ];
            for (int gate = 0; gate < Gates; gate++)
            {
                weights.FromInputBackward(gate, j, dv[gate], x, gradient, dx);
                weights.FromHiddenBackward(gate, j, dv[gate], state[0], gradient, dh);
            }
        }
        return (dx, [dh, dc]);
    }

    private static (double I, double F, double G, double O) GatesOf(CellWeights weights, double[] x, double[] h, int j)
    {
        double Sum(int gate) => weights.FromInput(gate, j, x) + weights.FromHidden(gate, j, h);
        return (Sigmoid(Sum(0)), Sigmoid(Sum(1)), Math.Tanh(Sum(2)), Sigmoid(Sum(3)));
    }
}
