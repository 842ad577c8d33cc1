namespace Elman.Tests.Reference;

/// <summary>A recurrent cell in double precision, one row at a time, written to be compared with the paper, not to be fast.</summary>
public abstract class ReferenceCell
{
    /// <summary>G, the gates: W is [G·H, I].</summary>
    public abstract int Gates { get; }

    /// <summary>1 when the state is h, 2 when it is h and c.</summary>
    public virtual int States => 1;

    /// <summary>The width of a state of H units.</summary>
    public virtual int Size(int state, int hidden) => hidden;

    /// <summary>
    /// The cell of that name in the fixtures: <c>rnn_tanh</c>, <c>rnn_relu</c>, <c>lstm</c>, <c>gru</c>,
    /// <c>gru_reset_before</c>.
    /// </summary>
    public static ReferenceCell Named(string name) => name switch
    {
        "rnn_tanh" => new ReferenceElman(),
        "rnn_relu" => new ReferenceElman(relu: true),
        "lstm" => new ReferenceLstm(),
        "gru" => new ReferenceGru(),
        "gru_reset_before" => new ReferenceGruResetBefore(),
        _ => throw new ArgumentException($"There is no reference cell '{name}'.", nameof(name)),
    };

    /// <summary>One step.</summary>
    /// <param name="weights">W, U and the biases.</param>
    /// <param name="x">Input, [I].</param>
    /// <param name="state">The states before the step, each [H].</param>
    /// <returns>The states after the step, each [H]; the first is the output.</returns>
    public abstract double[][] Forward(CellWeights weights, double[] x, double[][] state);

    /// <summary>The backward of one step. The forward values are computed anew.</summary>
    /// <param name="weights">W, U and the biases.</param>
    /// <param name="x">Input of the step, [I].</param>
    /// <param name="state">The states before the step, each [H].</param>
    /// <param name="dNext">The gradients of the states after the step, each [H].</param>
    /// <param name="gradient">The weights' gradients, added to.</param>
    /// <returns>The gradients of the input and of the states before the step.</returns>
    public abstract (double[] X, double[][] State) Backward(
        CellWeights weights, double[] x, double[][] state, double[][] dNext, CellWeights gradient);

    /// <summary>σ(v) = 1 / (1 + e⁻ᵛ).</summary>
    protected static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));
}
