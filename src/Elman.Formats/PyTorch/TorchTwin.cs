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
        bool single = false;
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
                single |= layer is TorchLast;
                rows = layer is TorchLast last ? Array.ConvertAll(rows, row => (double[][])[[.. row[^1][..^last.Reversed], .. row[0][^last.Reversed..]]])
                    : Array.ConvertAll(rows, row => Array.ConvertAll(row, step => Step(layer, step)));
                outputs.Add(new(name, single ? [.. rows.SelectMany(row => row[0])] : probe.Padded(rows, layer.Outputs)));
            }
        }
        return outputs;
    }

    private double[] Step(TorchLayer layer, double[] x)
    {
        if (layer is TorchActivation activation) return Array.ConvertAll(x, activation.Of);
        double[] weight = _weights[layer.Tensor("weight")], bias = _weights.GetValueOrDefault(layer.Tensor("bias"), []);
        switch (layer)
        {
            case TorchEmbedding: return weight[((int)x[0] * layer.Outputs)..(((int)x[0] + 1) * layer.Outputs)];
            case TorchLinear: return new TwinMatrix(weight, x.Length, transposed: true).Product(x, bias.Length > 0 ? bias : null);
            default:
                double mean = x.Average(), deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + TorchLayerNorm.Epsilon);
                return [.. x.Select((value, i) => (value - mean) / deviation * weight[i] + (bias.Length > 0 ? bias[i] : 0))];
        }
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
        TwinMatrix Matrix(string own, int inputs) => new(weight(own + suffix)!, inputs, transposed: true);
        int output = layer.Projection > 0 ? layer.Projection : layer.Hidden;
        TwinCell cell = new(layer.Cell, Matrix("weight_ih", steps.Length > 0 ? steps[0].Length : layer.Inputs), Matrix("weight_hh", output), weight("bias_ih" + suffix), weight("bias_hh" + suffix))
        {
            Activation = layer.Relu ? x => Math.Max(x, 0) : Math.Tanh,
            Order = (Z: 1, R: 0),
            Projection = layer.Projection > 0 ? Matrix("weight_hr", layer.Hidden) : null,
        };
        (double[][] outputs, double[] h, double[] c) = cell.RunToEnd(new TwinSequence(steps), backwards: false);
        states.Add(h);
        if (layer.Cell == "lstm") states.Add(c);
        return outputs;
    }
}
