using Elman.Tests.Reference;

namespace Elman.Tests.Recurrent;

/// <summary>minGRU in double precision, forward only: its gradients are finite differences.</summary>
internal sealed class ReferenceMinGru : ReferenceCell
{
    public override int Gates => 2;

    public override double[][] Forward(CellWeights weights, double[] x, double[][] state)
    {
        double[] next = new double[weights.Hidden];
        for (int j = 0; j < next.Length; j++)
        {
            double z = Sigmoid(weights.FromInput(0, j, x)), candidate = weights.FromInput(1, j, x);
            next[j] = (1 - z) * state[0][j] + z * candidate;
        }
        return [next];
    }

    public override (double[] X, double[][] State) Backward(CellWeights weights, double[] x, double[][] state, double[][] dNext, CellWeights gradient) =>
        throw new NotSupportedException();
}
