using System.Text.Json;

namespace Elman.Formats;

/// <summary>Writes the list of layers that <see cref="RTNeuralLayers"/> reads.</summary>
internal static class RTNeuralWriter
{
    public static void Write(Stream stream, Module network)
    {
        List<(string Name, Module Module)> modules = [.. Flat("", network)];
        int size = modules.Select(entry => (entry.Module as IStreamable)?.StepInputSize).FirstOrDefault(inputs => inputs is not null)
            ?? throw new ArgumentException($"{network.Description} does not say how many inputs it takes; RTNeural's models do", nameof(network));
        using Utf8JsonWriter json = new(stream);
        json.WriteStartObject();
        WriteShape(json, "in_shape", size);
        json.WriteStartArray("layers");
        foreach ((string name, Module module) in modules)
        {
            string where = name.Length == 0 ? module.Description : $"module {name}, {module.Description}";
            foreach ((string parameter, Tensor value) in module.Parameters())
            {
                if (value.Span.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
                    throw new ArgumentException($"{where}: '{parameter}' has a value that is not finite", nameof(network));
            }
            Write(json, module, where, ref size);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static IEnumerable<(string Name, Module Module)> Flat(string name, Module module) => module is Sequential
        ? module.Children.SelectMany(child => Flat(name.Length == 0 ? child.Name : $"{name}.{child.Name}", child.Module))
        : [(name, module)];

    private static void Write(Utf8JsonWriter json, Module module, string where, ref int size)
    {
        switch (module)
        {
            case Dropout:
                break;
            case Linear linear:
                size = linear.OutputSize;
                WriteLayer(json, "dense", "", size, linear.Bias is null ? [linear.Weight.Transpose()] : [linear.Weight.Transpose(), linear.Bias]);
                break;
            case Conv1d conv:
                size = conv.OutputSize;
                Tensor kernel = conv.Weight.Permute(2, 1, 0);
                WriteLayer(json, "conv1d", "", size, conv.Bias is null ? [kernel] : [kernel, conv.Bias], ("kernel_size", conv.KernelSize), ("dilation", conv.Dilation));
                break;
            case Lstm or Gru:
                WriteRecurrent(json, (RecurrentLayer)module, where);
                size = ((RecurrentLayer)module).HiddenSize;
                break;
            case Activate activate:
                WriteLayer(json, "activation", Name(activate.Activation) ?? throw Refusal(where), size, []);
                break;
            case Softmax { Log: false }:
                WriteLayer(json, "activation", "softmax", size, []);
                break;
            default:
                throw Refusal(where);
        }
    }

    private static void WriteRecurrent(Utf8JsonWriter json, RecurrentLayer layer, string where)
    {
        // Dropout plays no part at inference; whatever else is set changes what the layer computes.
        RecurrentOptions plain = new() { Layers = layer.Options.Layers, Bias = layer.Options.Bias };
        if (layer.Options with { Dropout = 0, InputDropout = 0, RecurrentDropout = 0, WeightDropout = 0, ForgetBias = null, Orthogonal = false } != plain)
            throw new ArgumentException($"{where}: RTNeural's recurrent layers have none of these options", nameof(layer));
        Dictionary<string, Tensor> weights = layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        int[] gates = layer is Gru ? KerasOrder.Gru : KerasOrder.Lstm;
        for (int k = 0; k < layer.Options.Layers; k++)
        {
            List<Tensor> arrays = [KerasOrder.Kernel(weights[$"weight_ih_l{k}"], gates), KerasOrder.Kernel(weights[$"weight_hh_l{k}"], gates)];
            if (layer.Options.Bias)
            {
                Tensor input = KerasOrder.Bias(weights[$"bias_ih_l{k}"], gates), recurrent = KerasOrder.Bias(weights[$"bias_hh_l{k}"], gates);
                arrays.Add(layer is Gru ? Tensor.Stack(0, input, recurrent) : input + recurrent);
            }
            WriteLayer(json, layer.Cell, "tanh", layer.HiddenSize, arrays);
        }
    }

    private static void WriteLayer(Utf8JsonWriter json, string type, string activation, int outputs, IReadOnlyList<Tensor> weights,
        params ReadOnlySpan<(string Name, int Value)> more)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("activation", activation);
        WriteShape(json, "shape", outputs);
        json.WriteStartArray("weights");
        foreach (Tensor array in weights) JsonArrays.Write(json, array);
        json.WriteEndArray();
        foreach ((string name, int value) in more)
        {
            json.WriteStartArray(name);
            json.WriteNumberValue(value);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    /// <summary>[null, null, size]: any batch, any number of steps.</summary>
    private static void WriteShape(Utf8JsonWriter json, string name, int size)
    {
        json.WriteStartArray(name);
        json.WriteNullValue();
        json.WriteNullValue();
        json.WriteNumberValue(size);
        json.WriteEndArray();
    }

    private static string? Name(Activation activation) =>
        activation == Activation.Tanh ? "tanh"
        : activation == Activation.Relu ? "relu"
        : activation == Activation.Sigmoid ? "sigmoid"
        : activation == Activation.Elu() ? "elu" : null;

    private static ArgumentException Refusal(string where) =>
        new($"{where}: RTNeural's format has no such layer; it has dense, conv1d, lstm, gru and the activations tanh, ReLU, sigmoid, ELU and softmax");
}
