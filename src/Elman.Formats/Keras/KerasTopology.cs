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
        return new KerasLayer(kind, config.RequiredString($"{where} ({SafeTensorsHeader.Quote(kind)})", "name"), config);
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
        Dictionary<string, KerasLayer> next = [];
        KerasLayer? first = null;
        int count = 0;
        foreach (JsonElement json in config.Required("the architecture", "layers", JsonValueKind.Array).EnumerateArray())
        {
            KerasLayer layer = KerasLayer.Of(json, $"layer {count++}");
            List<string> sources = [];
            JsonElement nodes = json.Required(layer.ToString(), "inbound_nodes", JsonValueKind.Array);
            if (nodes.GetArrayLength() > 1) throw new ElmanException($"{layer} is used {nodes.GetArrayLength()} times; models that are no chain of layers are not read");
            CollectSources(nodes, sources);
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
