using Elman.Tests.Reference;

namespace Elman.Tests.Recurrent;

/// <summary>Che et al. 2018 in double precision, forward only, one row: inputs and state that decay before a cell.</summary>
internal sealed class ReferenceDecay(ReferenceCell cell, int inputs, int hidden, IReadOnlyDictionary<string, double[]> parameters)
{
    /// <param name="x">[L][I]; what was not observed is not read.</param>
    /// <param name="observed">[L][I]</param>
    /// <param name="elapsed">[L]</param>
    /// <param name="state">The cell's states, x', and δ so far; replaced by the last ones.</param>
    /// <returns>h at every step [L][H].</returns>
    public double[][] Forward(double[][] x, bool[][] observed, double[] elapsed, double[][] state)
    {
        CellWeights weights = CellWeights.From(parameters, 2 * inputs, hidden, "_l0");
        double[] last = state[cell.States], gaps = state[cell.States + 1], w = parameters["input_decay_weight"], b = parameters["input_decay_bias"], mean = parameters["mean"];
        double[] u = parameters["state_decay.weight"], c = parameters["state_decay.bias"];
        double[][] outputs = new double[x.Length][];
        for (int t = 0; t < x.Length; t++)
        {
            double[] seen = new double[2 * inputs];
            for (int i = 0; i < inputs; i++) gaps[i] += elapsed[t];
            for (int i = 0; i < inputs; i++)
            {
                double decay = Math.Exp(-Math.Max(0, w[i] * gaps[i] + b[i]));
                seen[i] = observed[t][i] ? x[t][i] : decay * last[i] + (1 - decay) * mean[i];
                seen[inputs + i] = observed[t][i] ? 1 : 0;
            }
            double[][] decayed = [.. state[..cell.States].Select(part => part.Select((value, unit) =>
                value * Math.Exp(-Math.Max(0, c[unit] + gaps.Select((gap, i) => u[unit * inputs + i] * gap).Sum()))).ToArray())];
            cell.Forward(weights, seen, decayed).CopyTo(state, 0);
            outputs[t] = state[0];
            for (int i = 0; i < inputs; i++)
                if (observed[t][i]) (last[i], gaps[i]) = (x[t][i], 0);
        }
        return outputs;
    }
}
