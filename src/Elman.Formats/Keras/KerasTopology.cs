using System.Text.Json;

namespace Elman.Formats;

/// <summary>A layer as the architecture describes it.</summary>
/// <param name="Class">The class, such as <c>LSTM</c>.</param>
/// <param name="Name">Its name in the model.</param>
/// <param name="Config">Its settings.</param>
internal sealed record KerasLayer(string Class, string Name, JsonElement Config)
{
    /// <summary>The class as names of groups in .keras archives have it: <c>LayerNormalization</c> → <c>layer_normalization</c>.</summary>
    public string Group => string.Concat(Class.Select((letter, i) =>
        char.IsUpper(letter) && i > 0 && (char.IsLower(Class[i - 1]) || (i + 1 < Class.Length && char.IsLower(Class[i + 1]))) ? $"_{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));

    /// <summary>A layer from the JSON object that holds its class and config; <paramref name="where"/> names it until its own name is known.</summary>
    public static KerasLayer Of(JsonElement json, string where)
    {
        string kind = json.RequiredString(where, "class_name");
        JsonElement config = json.Required(where, "config", JsonValueKind.Object);
        string name = config.RequiredString($"{where} ({SafeTensorsHeader.Quote(kind)})", "name");
        return new KerasLayer(kind, name, config);
    }

    /// <inheritdoc/>
    public override string ToString() => $"layer {SafeTensorsHeader.Quote(Name)} ({Class})";
}

/// <summary>The layers of an architecture, in the order in which they are applied.</summary>
internal static class KerasTopology
{
    public static KerasLayer[] Layers(JsonElement model)
    {
        string kind = model.RequiredString("the architecture", "class_name");
        JsonElement config = model.Required("the architecture", "config", JsonValueKind.Object, JsonValueKind.Array);
        return kind switch
        {
            "Sequential" => Sequence(config.ValueKind == JsonValueKind.Array ? config : config.Required("the architecture", "layers", JsonValueKind.Array)),
            "Functional" or "Model" => Chain(config),
            _ => throw new ElmanException($"the architecture is of class {SafeTensorsHeader.Quote(kind)}; read are Sequential and Functional"),
        };
    }

    private static KerasLayer[] Sequence(JsonElement layers) => [.. layers.EnumerateArray().Select((layer, index) => KerasLayer.Of(layer, $"layer {index}"))];

    /// <summary>A functional model in which every layer follows one other.</summary>
    private static KerasLayer[] Chain(JsonElement config)
    {
        List<Node> nodes = [.. config.Required("the architecture", "layers", JsonValueKind.Array).EnumerateArray().Select(Node.Of)];
        HashSet<string> masks = [.. nodes.Where(node => node.IsMask).Select(node => node.Layer.Name)];
        foreach (Node node in nodes.Where(node => node.IsMask)) node.CheckMask(nodes, masks);
        Dictionary<string, KerasLayer> next = [];
        KerasLayer? first = null;
        int count = 0;
        foreach ((KerasLayer layer, List<string> all, _) in nodes.Where(node => !node.IsMask))
        {
            count++;
            List<string> sources = [.. all.Where(source => !masks.Contains(source))];
            if (sources.Count > 1) throw new ElmanException($"{layer} has {sources.Count} inputs ({string.Join(", ", sources)}); models that are no chain of layers are not read");
            if (sources.Count == 0 && (first is not null || layer.Class != "InputLayer")) throw new ElmanException($"{layer} has no input, or is a second one; models that are no chain of layers are not read");
            if (sources.Count == 0) first = layer;
            else if (!next.TryAdd(sources[0], layer)) throw new ElmanException($"{layer} and {next[sources[0]]} follow one layer; models that are no chain of layers are not read");
        }
        List<KerasLayer> chain = [];
        for (KerasLayer? layer = first; layer is not null; layer = next.GetValueOrDefault(layer.Name))
        {
            chain.Add(layer);
            if (chain.Count > count) throw new ElmanException("the layers follow each other in a circle");
        }
        if (chain.Count < count || chain.Count == 0) throw new ElmanException("not all layers follow from the input; models that are no chain of layers are not read");
        List<string> outputs = [];
        CollectHistory(config.Required("the architecture", "output_layers", JsonValueKind.Array), outputs);
        if (outputs is not [var last] || last != chain[^1].Name)
            throw new ElmanException($"the outputs are those of {string.Join(", ", outputs)}, the last layer is {SafeTensorsHeader.Quote(chain[^1].Name)}; models of one output, the last, are read");
        return [.. chain];
    }

    /// <summary>A layer of a functional model.</summary>
    /// <param name="Layer">The layer.</param>
    /// <param name="Sources">The layers whose outputs it takes.</param>
    /// <param name="Inbound">How it takes them.</param>
    private sealed record Node(KerasLayer Layer, List<string> Sources, JsonElement Inbound)
    {
        /// <summary>Keras 3 writes the masks of <c>Embedding</c> and <c>Masking</c> down as operations, x ≠ value and, for vectors, whether any is.</summary>
        public bool IsMask => Layer.Class is "NotEqual" or "Any";

        public static Node Of(JsonElement json, int index)
        {
            string where = $"layer {index}", kind = json.RequiredString(where, "class_name");
            KerasLayer layer = kind is "NotEqual" or "Any" ? new(kind, json.RequiredString(where, "name"), json.Required(where, "config", JsonValueKind.Object)) : KerasLayer.Of(json, where);
            JsonElement inbound = json.Required(layer.ToString(), "inbound_nodes", JsonValueKind.Array);
            if (inbound.GetArrayLength() > 1) throw new ElmanException($"{layer} is used {inbound.GetArrayLength()} times; models that are no chain of layers are not read");
            List<string> sources = [];
            CollectSources(inbound, sources);
            return new(layer, sources, inbound);
        }

        /// <summary>Refuses an operation that is not the mask of a layer.</summary>
        public void CheckMask(List<Node> nodes, HashSet<string> masks)
        {
            bool fits = Layer.Class == "Any"
                ? Sources is [var mask] && masks.Contains(mask)
                : Sources is [var source] && nodes.Exists(node => !node.IsMask && node.Sources.Contains(source) && node.MaskValue is { } value && value == Constant());
            if (!fits) throw new ElmanException($"{Layer} is not the mask of an embedding or a Masking layer; other operations are not read");
        }

        /// <summary>What the layer masks, if it does.</summary>
        private double? MaskValue => Layer.Class switch
        {
            "Embedding" when Layer.Config.TryGetProperty("mask_zero", out JsonElement flag) && flag.ValueKind == JsonValueKind.True => 0,
            "Masking" => Layer.Config.TryGetProperty("mask_value", out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0,
            _ => null,
        };

        /// <summary>The second argument, a number.</summary>
        private double? Constant() =>
            Inbound[0].ValueKind == JsonValueKind.Object && Inbound[0].TryGetProperty("args", out JsonElement arguments) && arguments.ValueKind == JsonValueKind.Array && arguments.GetArrayLength() == 2
                && arguments[1].ValueKind == JsonValueKind.Number ? arguments[1].GetDouble() : null;
    }

    /// <summary>
    /// The layers whose outputs a node takes: lists ["name", node, tensor, …] of Keras 2, and of Keras 3 the <c>keras_history</c> of tensors among the arguments.
    /// </summary>
    private static void CollectSources(JsonElement json, List<string> sources)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            CollectHistory(json, sources);
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty field in json.EnumerateObject())
            {
                if (field.Name == "keras_history") CollectHistory(field.Value, sources);
                else CollectSources(field.Value, sources);
            }
        }
    }

    private static void CollectHistory(JsonElement json, List<string> sources)
    {
        if (json.ValueKind == JsonValueKind.Array && json.GetArrayLength() >= 3 && json[0].ValueKind == JsonValueKind.String && json[1].ValueKind == JsonValueKind.Number)
        {
            sources.Add(json[0].GetString()!);
            foreach (JsonElement rest in json.EnumerateArray().Skip(3)) CollectSources(rest, sources);
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement part in json.EnumerateArray()) CollectSources(part, sources);
        }
    }
}
