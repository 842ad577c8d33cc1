using System.Text.Json;
using System.Text.Json.Nodes;

namespace Elman.Formats;

/// <summary>
/// Layers as earlier Keras saved them, brought into today's form: Keras 1 had other names for the settings, and an array for each gate.
/// </summary>
internal static class KerasOldLayers
{
    /// <summary>What Keras 1 called the settings.</summary>
    private static readonly (string Old, string New)[] Renamed =
    [
        ("output_dim", "units"), ("inner_activation", "recurrent_activation"), ("bias", "use_bias"), ("dropout_W", "dropout"), ("dropout_U", "recurrent_dropout"), ("p", "rate"),
    ];

    /// <summary>The gates of Keras 1 in today's order.</summary>
    private static readonly string[] Lstm = ["i", "f", "c", "o"], Gru = ["z", "r", "h"];

    /// <summary>A layer of Keras 1 with its settings under their names of today; what an embedding calls output_dim has kept its name.</summary>
    public static KerasLayer Modern(KerasLayer layer)
    {
        if (layer.Class == "Embedding") return layer;
        JsonObject config = JsonObject.Create(layer.Config)!;
        Rename(config);
        if (config["layer"] is JsonObject wrapper && wrapper["config"] is JsonObject inner) Rename(inner);
        using JsonDocument document = JsonDocument.Parse(config.ToJsonString());
        return layer with { Config = document.RootElement.Clone() };
    }

    private static void Rename(JsonObject config)
    {
        foreach ((string old, string now) in Renamed)
        {
            if (!config.ContainsKey(old) || config.ContainsKey(now)) continue;
            JsonNode? value = config[old];
            config.Remove(old);
            config[now] = value;
        }
    }

    /// <summary>The names of a layer's arrays in Keras 1, in the order kernel, recurrent kernel, bias: all gates of each.</summary>
    public static string[][]? GatesOf(KerasLayer layer, IReadOnlyList<string> names)
    {
        string[] gates = layer.Class switch
        {
            "LSTM" => Lstm,
            "GRU" => Gru,
            _ => [""],
        };
        string[] parts = layer.Class switch
        {
            "LSTM" or "GRU" or "SimpleRNN" => ["W", "U", "b"],
            "Dense" or "TimeDistributed" or "Embedding" => ["W", "b"],
            _ => [],
        };
        string[][] found = [.. parts.Select(part => gates.Select(gate => names.FirstOrDefault(name => IsOf(name, gate.Length == 0 ? part : $"{part}_{gate}"))).OfType<string>().ToArray()).Where(group => group.Length > 0)];
        return found.Length > 0 && found.Sum(group => group.Length) == names.Count && found.All(group => group.Length == gates.Length) ? found : null;
    }

    private static bool IsOf(string name, string part) => (name.EndsWith(":0", StringComparison.Ordinal) ? name[..^2] : name).EndsWith("_" + part, StringComparison.Ordinal);
}
