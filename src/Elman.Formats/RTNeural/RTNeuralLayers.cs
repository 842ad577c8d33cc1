using System.Text.Json;

namespace Elman.Formats;

/// <summary>
/// The list of layers, in the layout of Keras's <c>get_weights</c>: kernels [inputs, G·H], LSTM i, f, c, o with one bias, GRU z, r, h with a bias for each of the two
/// products. Recurrent layers have tanh and σ, whatever their <c>activation</c> says.
/// </summary>
internal static class RTNeuralLayers
{
    private const int LargestSize = 1 << 24;

    /// <summary>What training scripts note at the top and the outputs do not depend on.</summary>
    private static readonly string[] Notes =
    [
        "samplerate", "sample_rate", "author", "name", "esr", "license", "date", "metadata", "input_batch", "output_batch", "model_name", "model_version", "version", "description", "in_type", "out_type",
    ];

    public static Sequential Read(JsonElement root)
    {
        StrictFields fields = new(root, "the model");
        foreach (string note in Notes) fields.Has(note);
        int size = LastExtent(root, "the model", "in_shape");
        fields.Has("in_shape");
        int inputs = size;
        List<Module> modules = [];
        fields.List("layers", (json, index) => size = Add(modules, json, index, size));
        AmplifierGains gains = AmplifierGains.Of(fields);
        fields.Finish();
        return gains.Around(new Sequential([.. modules]), inputs, size);
    }

    /// <summary>Adds the modules of one layer and returns how many values leave it.</summary>
    private static int Add(List<Module> modules, JsonElement json, int index, int inputs)
    {
        string type = json.RequiredString($"layer {index}", "type"), where = $"layer {index} ({type})";
        StrictFields fields = new(json, where);
        foreach (string known in (ReadOnlySpan<string>)["type", "name", "shape"]) fields.Has(known);
        string activation = fields.Has("activation") ? fields.Text("activation") : "";
        int outputs = LastExtent(json, where, "shape");
        Tensor[] weights = fields.Has("weights") ? fields.List("weights", (array, number) => JsonArrays.Read(array, $"{where}, weights {number}")) : [];
        Layer layer = new(where, weights, inputs, outputs);
        switch (type)
        {
            case "dense" or "time-distributed-dense":
                modules.Add(layer.Dense());
                break;
            case "conv1d":
                if (Only(fields, json, where, "groups", 1) != 1) throw new ElmanException($"{where}: 'groups' is not 1; every output sees all inputs here");
                modules.Add(layer.Conv(Only(fields, json, where, "kernel_size"), Only(fields, json, where, "dilation", 1)));
                break;
            case "lstm":
                modules.Add(layer.Lstm(activation));
                break;
            case "gru":
                modules.Add(layer.Gru(activation));
                break;
            case "activation":
                layer.CheckNoWeights();
                break;
            default:
                throw new ElmanException($"{where}: there is no such type here; known are dense, time-distributed-dense, conv1d, lstm, gru, activation");
        }
        fields.Finish();
        if (type is not ("lstm" or "gru") && Activation(activation, where) is { } function) modules.Add(function);
        return outputs;
    }

    private static Module? Activation(string name, string where) => name switch
    {
        "" => null,
        "tanh" => new Activate(Elman.Activation.Tanh),
        "relu" => new Activate(Elman.Activation.Relu),
        "sigmoid" => new Activate(Elman.Activation.Sigmoid),
        "elu" => new Activate(Elman.Activation.Elu()),
        "softmax" => new Softmax(),
        _ => throw new ElmanException($"{where}: the activation {SafeTensorsHeader.Quote(name)} is unknown; known are tanh, relu, sigmoid, elu, softmax"),
    };

    /// <summary>A whole number, or a list that ends with it.</summary>
    private static int Only(StrictFields fields, JsonElement json, string where, string name, int? byDefault = null)
    {
        if (!fields.Has(name) && byDefault is { } value) return value;
        if (!json.TryGetProperty(name, out JsonElement number) || number.ValueKind == JsonValueKind.Array) return LastExtent(json, where, name);
        return (int)json.RequiredInteger(where, name, 1, LargestSize);
    }

    /// <summary>The innermost extent of a shape such as [null, null, 8].</summary>
    private static int LastExtent(JsonElement json, string where, string name)
    {
        JsonElement shape = json.Required(where, name, JsonValueKind.Array);
        int rank = shape.GetArrayLength();
        return rank > 0 && shape[rank - 1] is { ValueKind: JsonValueKind.Number } last && last.TryGetInt32(out int extent) && extent is > 0 and <= LargestSize ? extent
            : throw new ElmanException($"{where}: '{name}' must end with a size between 1 and {LargestSize}, it is {json.GetProperty(name).GetRawText().ReplaceLineEndings("")}");
    }

    /// <summary>One layer's arrays, with the sizes that they must fit.</summary>
    private sealed record Layer(string Where, Tensor[] Weights, int Inputs, int Outputs)
    {
        public Linear Dense()
        {
            CheckCount(1, 2, "a kernel and a bias");
            Check(0, Inputs, Outputs);
            if (Weights.Length > 1) Check(1, Outputs);
            Linear layer = new(Inputs, Outputs, new RandomStream(0), Weights.Length > 1);
            Dictionary<string, Tensor> parameters = new() { ["weight"] = Weights[0].Transpose() };
            if (Weights.Length > 1) parameters["bias"] = Weights[1];
            layer.Load(parameters);
            return layer;
        }

        /// <summary>Kernel [K, I, O], the last of K being that of the step itself.</summary>
        public Conv1d Conv(int kernelSize, int dilation)
        {
            CheckCount(1, 2, "a kernel and a bias");
            Check(0, kernelSize, Inputs, Outputs);
            if (Weights.Length > 1) Check(1, Outputs);
            if ((kernelSize - 1L) * dilation * Inputs > LargestSize) throw new ElmanException($"{Where}: a kernel of {kernelSize} steps and the dilation {dilation} reach too far back");
            Conv1d layer = new(Inputs, Outputs, kernelSize, new RandomStream(0), dilation, Weights.Length > 1);
            Dictionary<string, Tensor> parameters = new() { ["weight"] = Weights[0].Permute(2, 1, 0) };
            if (Weights.Length > 1) parameters["bias"] = Weights[1];
            layer.Load(parameters);
            return layer;
        }

        public Lstm Lstm(string activation)
        {
            CheckRecurrent(activation, 4);
            if (Weights.Length > 2) Check(2, 4 * Outputs);
            Tensor zero = Tensor.Zeros(4 * Outputs);
            return Filled(new Lstm(Inputs, Outputs, new RandomStream(0), Options()), KerasOrder.Lstm, both => (both, zero));
        }

        public Gru Gru(string activation)
        {
            CheckRecurrent(activation, 3);
            if (Weights.Length > 2) Check(2, 2, 3 * Outputs);
            return Filled(new Gru(Inputs, Outputs, new RandomStream(0), Options()), KerasOrder.Gru, both => (both.Select(0, 0), both.Select(0, 1)));
        }

        public void CheckNoWeights()
        {
            if (Weights.Length > 0) throw new ElmanException($"{Where}: has {Weights.Length} arrays of weights, an activation has none");
            if (Inputs != Outputs) throw new ElmanException($"{Where}: its 'shape' says {Outputs} values, the layer before it makes {Inputs}");
        }

        private RecurrentOptions Options() => new() { Bias = Weights.Length > 2 };

        private void CheckRecurrent(string activation, int gates)
        {
            if (activation is not ("" or "tanh"))
                throw new ElmanException($"{Where}: the activation is {SafeTensorsHeader.Quote(activation)}; RTNeural's recurrent layers have tanh only");
            CheckCount(2, 3, "a kernel, a recurrent kernel and a bias");
            Check(0, Inputs, gates * Outputs);
            Check(1, Outputs, gates * Outputs);
        }

        private void CheckCount(int fewest, int most, string what)
        {
            if (Weights.Length < fewest || Weights.Length > most) throw new ElmanException($"{Where}: has {Weights.Length} arrays of weights, expected {what}");
        }

        private void Check(int number, params int[] expected)
        {
            if (Weights[number].Shape != expected)
            {
                throw new ElmanException(
                    $"{Where}: weights {number} have shape {Weights[number].Shape}, expected {new Shape(expected)}, for {Inputs} inputs and the {Outputs} outputs that its 'shape' says");
            }
        }

        private T Filled<T>(T layer, int[] gates, Func<Tensor, (Tensor Input, Tensor Recurrent)> split)
            where T : RecurrentLayer
        {
            Dictionary<string, Tensor> parameters = new()
            {
                ["weight_ih_l0"] = KerasOrder.Weight(Weights[0], gates),
                ["weight_hh_l0"] = KerasOrder.Weight(Weights[1], gates),
            };
            if (Weights.Length > 2)
            {
                (Tensor input, Tensor recurrent) = split(Weights[2]);
                parameters["bias_ih_l0"] = KerasOrder.Bias(input, gates);
                parameters["bias_hh_l0"] = KerasOrder.Bias(recurrent, gates);
            }
            layer.Load(parameters);
            return layer;
        }
    }
}
