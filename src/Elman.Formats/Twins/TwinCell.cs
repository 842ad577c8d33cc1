namespace Elman.Formats;

/// <summary>A recurrent layer of a <see cref="TwinNetwork"/>, in one direction.</summary>
/// <param name="Kind">rnn, lstm or gru.</param>
/// <param name="Kernel">[inputs, G·H]</param>
/// <param name="Recurrent">[H, G·H], or [P, G·H] with a projection.</param>
/// <param name="Bias">[G·H], of the inputs' product; null for none.</param>
/// <param name="RecurrentBias">[G·H], of the recurrent product; null for none.</param>
internal sealed record TwinCell(string Kind, TwinMatrix Kernel, TwinMatrix Recurrent, double[]? Bias, double[]? RecurrentBias)
{
    /// <summary>Of the candidate and of an LSTM's cell on its way out.</summary>
    public Func<double, double> Activation { get; init; } = Math.Tanh;

    /// <summary>Of the gates.</summary>
    public Func<double, double> Gate { get; init; } = x => 1 / (1 + Math.Exp(-x));

    /// <summary>The places of z and r among a GRU's gates; the candidate is the third. An LSTM's gates are i, f, c, o.</summary>
    public (int Z, int R) Order { get; init; } = (0, 1);

    /// <summary>Whether a GRU resets after the recurrent product, h̃ = f(W x + r (U h + b)), rather than before it, h̃ = f(W x + U (r h)).</summary>
    public bool ResetAfter { get; init; } = true;

    /// <summary>What an LSTM's units put out becomes h by it, [H, P]; null if it is h.</summary>
    public TwinMatrix? Projection { get; init; }

    /// <summary>H.</summary>
    private int Size => Recurrent.Outputs / (Kind == "lstm" ? 4 : Kind == "gru" ? 3 : 1);

    /// <summary>The outputs in the order in which they are made; a masked step keeps the state and makes the output before it once more.</summary>
    public double[][] Run(TwinSequence sequence, bool backwards) => RunToEnd(sequence, backwards).Made;

    /// <summary>The same, and the final states.</summary>
    public (double[][] Made, double[] H, double[] C) RunToEnd(TwinSequence sequence, bool backwards)
    {
        int length = sequence.Steps.Length;
        double[] h = new double[Recurrent.Inputs], c = new double[Size];
        double[][] made = new double[length][];
        for (int i = 0; i < length; i++)
        {
            int t = backwards ? length - 1 - i : i;
            if (sequence.Valid?[t] != false) (h, c) = Step(sequence.Steps[t], h, c);
            made[i] = h;
        }
        return (made, h, c);
    }

    private (double[] H, double[] C) Step(double[] x, double[] h, double[] c)
    {
        double[] a = Kernel.Product(x, Bias), u = Recurrent.Product(h, RecurrentBias), next = new double[Size], cell = new double[Size];
        int size = Size;
        double Of(Func<double, double> function, int gate, int unit) => function(a[(gate * size) + unit] + u[(gate * size) + unit]);
        double[]? late = null;
        if (Kind == "gru" && !ResetAfter)
        {
            double[] reset = [.. h.Select((value, j) => Of(Gate, Order.R, j) * value)];
            late = Recurrent.Product(reset, RecurrentBias);
        }
        for (int j = 0; j < size; j++)
        {
            switch (Kind)
            {
                case "lstm":
                    cell[j] = Of(Gate, 1, j) * c[j] + Of(Gate, 0, j) * Of(Activation, 2, j);
                    next[j] = Of(Gate, 3, j) * Activation(cell[j]);
                    break;
                case "gru":
                    int own = (2 * size) + j;
                    double candidate = Activation(a[own] + (late is null ? Of(Gate, Order.R, j) * u[own] : late[own])), z = Of(Gate, Order.Z, j);
                    next[j] = z * h[j] + (1 - z) * candidate;
                    break;
                default:
                    next[j] = Of(Activation, 0, j);
                    break;
            }
        }
        return (Projection?.Product(next, null) ?? next, cell);
    }
}
