namespace Elman.Formats.PyTorch;

/// <summary>
/// What PyTorch computes with a state dict, by the formulas of its documentation (torch.nn.RNN, LSTM, GRU, Linear, Embedding, LayerNorm), in double
/// precision, with the file's own numbers, one sequence and one step after the other. It shares no arithmetic and no weights with the
/// network that a file is converted to, and is there to be compared with it.
/// </summary>
internal sealed class TorchTwin(StateDict state, IReadOnlyList<TorchLayer> layers)
{
    private readonly Dictionary<string, double[]> _weights = state.Tensors.ToDictionary(pair => pair.Name, pair => pair.Tensor.ToDoubles());

    /// <summary>Runs a probe through all layers.</summary>
    /// <returns>The outputs of every layer [N, L, ..], zero in padding, and the final states of recurrent ones [K·D, N, H].</returns>
    public IReadOnlyList<ProbeOutput> Run(Probe probe)
    {
        List<ProbeOutput> outputs = [];
        double[][][] rows = probe.Rows();
        foreach (TorchLayer layer in layers)
        {
            string name = layer.Name;
            if (layer is TorchRecurrent recurrent)
            {
                TorchTwinRun run = new(recurrent, own => _weights.GetValueOrDefault(layer.Tensor(own)));
                rows = Array.ConvertAll(rows, run.Row);
                outputs.Add(new(name, probe.Padded(rows, layer.Outputs)));
                outputs.AddRange(run.States().Select((values, part) => new ProbeOutput(Probe.StateName(name, part), values, IsState: true)));
            }
            else
            {
                rows = Array.ConvertAll(rows, row => Array.ConvertAll(row, step => Step(layer, step)));
                outputs.Add(new(name, probe.Padded(rows, layer.Outputs)));
            }
        }
        return outputs;
    }

    private double[] Step(TorchLayer layer, double[] x)
    {
        double[] weight = _weights[layer.Tensor("weight")], bias = _weights.GetValueOrDefault(layer.Tensor("bias"), []);
        switch (layer)
        {
            case TorchEmbedding: return weight[((int)x[0] * layer.Outputs)..(((int)x[0] + 1) * layer.Outputs)];
            case TorchLinear: return Product(weight, bias, x);
            default:
                double mean = x.Average(), deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + TorchLayerNorm.Epsilon);
                return [.. x.Select((value, i) => (value - mean) / deviation * weight[i] + (bias.Length > 0 ? bias[i] : 0))];
        }
    }

    /// <summary>W x + b, the rows of W one after the other; no bias if <paramref name="b"/> is empty.</summary>
    public static double[] Product(double[] w, double[] b, double[] x)
    {
        double[] y = new double[w.Length / x.Length];
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = b.Length > 0 ? b[i] : 0;
            for (int j = 0; j < x.Length; j++) y[i] += w[i * x.Length + j] * x[j];
        }
        return y;
    }
}

/// <summary>One recurrent module of the twin over all rows of a probe.</summary>
internal sealed class TorchTwinRun(TorchRecurrent layer, Func<string, double[]?> weight)
{
    private readonly int _directions = layer.Bidirectional ? 2 : 1;
    private readonly List<double[][]> _final = [];

    /// <summary>All layers and directions over one sequence: steps [L][I] → [L][D·H].</summary>
    public double[][] Row(double[][] steps)
    {
        List<double[]> states = [];
        for (int k = 0; k < layer.Layers; k++)
        {
            double[][] forward = Pass(steps, $"_l{k}", states);
            // The second direction sees the sequence from its end; its outputs are turned round again.
            steps = _directions == 1 ? forward : [.. forward.Zip(Pass([.. steps.Reverse()], $"_l{k}_reverse", states).Reverse(), (a, b) => (double[])[.. a, .. b])];
        }
        _final.Add([.. states]);
        return steps;
    }

    /// <summary>Final h, and c of an LSTM, each [K·D, N, H].</summary>
    public IEnumerable<double[]> States()
    {
        int parts = layer.Cell == "lstm" ? 2 : 1;
        for (int part = 0; part < parts; part++)
            yield return [.. Enumerable.Range(0, layer.Layers * _directions).SelectMany(place => _final.SelectMany(states => states[(place * parts) + part]))];
    }

    private double[][] Pass(double[][] steps, string suffix, List<double[]> states)
    {
        double[] Weight(string own) => weight(own + suffix) ?? [];
        double[] wi = Weight("weight_ih"), wh = Weight("weight_hh"), bi = Weight("bias_ih"), bh = Weight("bias_hh"), wr = Weight("weight_hr");
        int size = layer.Hidden;
        double[] h = new double[layer.Projection > 0 ? layer.Projection : size], c = new double[size];
        double[][] outputs = new double[steps.Length][];
        for (int t = 0; t < steps.Length; t++)
        {
            double[] a = TorchTwin.Product(wi, bi, steps[t]), u = TorchTwin.Product(wh, bh, h), next = new double[size];
            for (int j = 0; j < size; j++)
            {
                double Sum(int gate) => a[(gate * size) + j] + u[(gate * size) + j];
                switch (layer.Cell)
                {
                    case "lstm": // i, f, g, o
                        c[j] = Sigmoid(Sum(1)) * c[j] + Sigmoid(Sum(0)) * Math.Tanh(Sum(2));
                        next[j] = Sigmoid(Sum(3)) * Math.Tanh(c[j]);
                        break;
                    case "gru": // r, z, n
                        double n = Math.Tanh(a[(2 * size) + j] + Sigmoid(Sum(0)) * u[(2 * size) + j]), z = Sigmoid(Sum(1));
                        next[j] = (1 - z) * n + z * h[j];
                        break;
                    default:
                        next[j] = Math.Tanh(Sum(0));
                        break;
                }
            }
            outputs[t] = h = layer.Projection > 0 ? TorchTwin.Product(wr, [], next) : next;
        }
        states.Add(h);
        if (layer.Cell == "lstm") states.Add(c);
        return outputs;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
