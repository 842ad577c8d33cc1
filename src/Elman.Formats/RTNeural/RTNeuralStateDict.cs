using System.Text.Json;

namespace Elman.Formats;

/// <summary>
/// A PyTorch state dict as one JSON object of nested arrays: <c>lstm.weight_ih_l0</c>, …, <c>dense.bias</c>. What stands before the last dot names a layer. The layers'
/// kinds follow from their weights and their order is the file's.
/// </summary>
internal static class RTNeuralStateDict
{
    public static bool Fits(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.EnumerateObject().Any() && root.EnumerateObject().All(field => field.Value.ValueKind == JsonValueKind.Array);

    public static Sequential Read(JsonElement root)
    {
        OrderedDictionary<string, Dictionary<string, Tensor>> groups = [];
        long values = 0;
        foreach (JsonProperty field in root.EnumerateObject())
        {
            int dot = field.Name.LastIndexOf('.');
            string quoted = SafeTensorsHeader.Quote(field.Name);
            if (dot < 0) throw new ElmanException($"the array {quoted} names no layer; expected names such as 'lstm.weight_ih_l0'");
            Tensor tensor = JsonArrays.Read(field.Value, quoted);
            values += tensor.Count;
            string layer = field.Name[..dot];
            if (!groups.TryGetValue(layer, out Dictionary<string, Tensor>? group)) groups.Add(layer, group = []);
            if (!group.TryAdd(field.Name[(dot + 1)..], tensor)) throw new ElmanException($"the array {quoted} appears twice");
        }
        List<Module> modules = [];
        int? size = null;
        using (AllocationLimit.Of(values))
        {
            foreach ((string name, Dictionary<string, Tensor> weights) in groups) modules.Add(Layer(name, weights, ref size));
        }
        return new Sequential([.. modules]);
    }

    private static Module Layer(string name, Dictionary<string, Tensor> weights, ref int? size)
    {
        string where = $"layer {SafeTensorsHeader.Quote(name)}";
        try
        {
            Module layer = weights.TryGetValue("weight_hh_l0", out Tensor? recurrent) ? Recurrent(weights, recurrent) : Linear(weights);
            layer.Load(weights);
            IStreamable steps = (IStreamable)layer;
            if (size is { } before && before != steps.StepInputSize)
                throw new ElmanException($"takes {steps.StepInputSize} inputs, the layer before it makes {before} outputs");
            size = steps.StepOutputSize(steps.StepInputSize!.Value);
            return layer;
        }
        catch (Exception failure) when (failure is ElmanException or InvalidOperationException)
        {
            throw new ElmanException($"{where}: {failure.Message}", failure);
        }
    }

    private static RecurrentLayer Recurrent(Dictionary<string, Tensor> weights, Tensor recurrent)
    {
        if (recurrent.Rank != 2 || recurrent.Count == 0 || !weights.TryGetValue("weight_ih_l0", out Tensor? input) || input.Rank != 2 || input.Count == 0)
            throw new ElmanException("needs weight_ih_l0 [G·H, I] and weight_hh_l0 [G·H, H]");
        int hidden = recurrent.Shape[1], layers = 1;
        while (weights.ContainsKey($"weight_hh_l{layers}")) layers++;
        RecurrentOptions options = new() { Layers = layers, Bias = weights.ContainsKey("bias_ih_l0") };
        return (recurrent.Shape[0] / (double)hidden) switch
        {
            3 => new Gru(input.Shape[1], hidden, new RandomStream(0), options),
            4 => new Lstm(input.Shape[1], hidden, new RandomStream(0), options),
            _ => throw new ElmanException($"weight_hh_l0 of shape {recurrent.Shape} is neither an LSTM's [4·H, H] nor a GRU's [3·H, H]"),
        };
    }

    private static Linear Linear(Dictionary<string, Tensor> weights)
    {
        if (!weights.TryGetValue("weight", out Tensor? weight) || weight.Rank != 2 || weight.Count == 0)
            throw new ElmanException($"has {string.Join(", ", weights.Select(pair => $"{pair.Key} {pair.Value.Shape}"))}; known are LSTM, GRU and dense layers (weight [outputs, inputs])");
        return new Linear(weight.Shape[1], weight.Shape[0], new RandomStream(0), weights.ContainsKey("bias"));
    }
}
