namespace Elman.Formats;

/// <summary>
/// What a system computes with a model, by the equations of its documentation, in double precision, with the file's own numbers, one sequence and one step after the other. It shares no
/// arithmetic and no weights with the network that the file is converted to, and is there to be compared with it.
/// </summary>
internal sealed class TwinNetwork(IReadOnlyList<Func<TwinSequence, TwinSequence>> layers)
{
    /// <summary>Runs a probe through all layers.</summary>
    /// <returns>The last output: [N, L, F], zero in padding; [N, F]; or [N, steps, F].</returns>
    public IReadOnlyList<ProbeOutput> Run(Probe probe)
    {
        TwinSequence[] rows = Array.ConvertAll(probe.Rows(), row => layers.Aggregate(new TwinSequence(row), (sequence, layer) => layer(sequence)));
        double[][][] outputs = Array.ConvertAll(rows, Visible);
        return [new ProbeOutput("", rows[0].KeepsSteps ? probe.Padded(outputs, outputs[0][0].Length) : [.. outputs.SelectMany(row => row).SelectMany(step => step)])];
    }

    /// <summary>x W + b.</summary>
    public static Func<TwinSequence, TwinSequence> Dense(TwinMatrix weights, double[]? bias) => sequence => sequence.Each(step => weights.Product(step, bias));

    /// <summary>A function of every value alone.</summary>
    public static Func<TwinSequence, TwinSequence> Pointwise(Func<double, double> function) => sequence => sequence.Each(step => Array.ConvertAll(step, value => function(value)));

    public static TwinSequence Softmax(TwinSequence sequence) => sequence.Each(step =>
    {
        double[] powers = Array.ConvertAll(step, value => Math.Exp(value - step.Max()));
        return Array.ConvertAll(powers, power => power / powers.Sum());
    });

    /// <summary>A masked step shows the output of the step before it, here as in <see cref="Masking"/>.</summary>
    private static double[][] Visible(TwinSequence sequence)
    {
        double[][] steps = [.. sequence.Steps];
        for (int t = 0; t < sequence.Valid?.Length; t++)
            if (!sequence.Valid[t]) steps[t] = t == 0 ? new double[steps[t].Length] : steps[t - 1];
        return steps;
    }
}

/// <summary>A matrix [inputs, outputs], stored as it is or transposed.</summary>
internal sealed class TwinMatrix(double[] values, int inputs, bool transposed = false)
{
    public TwinMatrix(Tensor values, bool transposed = false)
        : this(Array.ConvertAll(values.Span.ToArray(), value => (double)value), values.Shape[transposed ? 1 : 0], transposed)
    {
    }

    public int Inputs => inputs;

    public int Outputs { get; } = values.Length / inputs;

    /// <summary>x M + b.</summary>
    public double[] Product(double[] x, double[]? bias)
    {
        double[] y = new double[Outputs];
        for (int o = 0; o < y.Length; o++)
        {
            y[o] = bias?[o] ?? 0;
            for (int i = 0; i < Inputs; i++) y[o] += x[i] * values[transposed ? (o * Inputs) + i : (i * Outputs) + o];
        }
        return y;
    }
}
