namespace Elman.Tests.Reference;

/// <summary>A cell that says only how it goes forward: its gradients are finite differences. For small sizes.</summary>
public abstract class DifferencedCell : ReferenceCell
{
    /// <inheritdoc/>
    public override (double[] X, double[][] State) Backward(
        CellWeights weights, double[] x, double[][] state, double[][] dNext, CellWeights gradient)
    {
        double Loss() => Forward(weights, x, state).Zip(dNext, (next, slope) => next.Zip(slope, (value, d) => value * d).Sum()).Sum();
        foreach ((double[] values, double[] slopes) in weights.Arrays.Zip(gradient.Arrays))
        {
            double[] differences = FiniteDifference.Gradient(values, Loss);
            for (int i = 0; i < differences.Length; i++) slopes[i] += differences[i];
        }
        return (FiniteDifference.Gradient(x, Loss), Array.ConvertAll(state, part => FiniteDifference.Gradient(part, Loss)));
    }
}
