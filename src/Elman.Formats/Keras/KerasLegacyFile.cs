using System.Text.Json;

namespace Elman.Formats;

/// <summary>
/// An HDF5 file with the whole model: the architecture as the attribute <c>model_config</c>, and under <c>model_weights</c> a group for each layer by its name, whose attribute
/// <c>weight_names</c> lists the arrays in the layer's order, such as <c>lstm/lstm_cell/kernel:0</c>.
/// </summary>
internal static class KerasLegacyFile
{
    private const string Weights = "model_weights";

    /// <summary>Gives what a file holds to <paramref name="use"/>.</summary>
    public static T Read<T>(byte[] bytes, KerasUse<T> use)
    {
        Hdf5File file = new(bytes);
        using AllocationLimit limit = KerasModel.Limit(bytes);
        string config = file.Text("", "model_config")
            ?? throw new ElmanException("the file has no 'model_config': it holds weights only, or nothing of Keras's; save the whole model");
        using JsonDocument json = JsonDocument.Parse(config);
        string? version = file.Text("", "keras_version") ?? file.Text(Weights, "keras_version");
        KerasVersion saved = KerasVersion.Parse(version ?? "1");
        KerasLayer[] layers = KerasTopology.Layers(json.RootElement);
        return use(saved.Major == 1 ? [.. layers.Select(KerasOldLayers.Modern)] : layers, new Arrays(file), saved);
    }

    /// <summary>The arrays by the layers' names.</summary>
    private sealed class Arrays : IKerasArrays
    {
        private readonly Hdf5File _file;
        private readonly Dictionary<string, IReadOnlyList<string>> _unused = [];

        public Arrays(Hdf5File file)
        {
            _file = file;
            foreach (string layer in file.Texts(Weights, "layer_names") ?? throw new ElmanException($"'{Weights}' has no attribute 'layer_names'"))
            {
                IReadOnlyList<string> arrays = file.Texts($"{Weights}/{layer}", "weight_names")
                    ?? throw new ElmanException($"the group {SafeTensorsHeader.Quote(layer)} of '{Weights}' has no attribute 'weight_names'");
                if (arrays.Count > 0) _unused.Add(layer, arrays);
            }
        }

        public Tensor[] Take(KerasLayer layer, IReadOnlyList<KerasArray> wanted)
        {
            if (wanted.Count == 0) return [];
            if (!_unused.Remove(layer.Name, out IReadOnlyList<string>? names)) throw new ElmanException($"{layer}: its arrays are missing in '{Weights}'");
            if (KerasOldLayers.GatesOf(layer, names) is { } gates && gates.Length == wanted.Count)
                return [.. gates.Select(group => Joined(layer, [.. group.Select(name => _file.Read($"{Weights}/{layer.Name}/{name}"))]))];
            if (names.Count != wanted.Count) throw new ElmanException($"{layer}: has {names.Count} arrays, expected {wanted.Count}: {string.Join(", ", wanted.Select(array => array.Name))}");
            Tensor[] arrays = new Tensor[names.Count];
            for (int i = 0; i < arrays.Length; i++)
            {
                if (!wanted[i].Fits(names[i])) throw new ElmanException($"{layer}: array {i} is {SafeTensorsHeader.Quote(names[i])}, expected {wanted[i].Name}");
                arrays[i] = _file.Read($"{Weights}/{layer.Name}/{names[i]}");
            }
            return arrays;
        }

        private static Tensor Joined(KerasLayer layer, Tensor[] gates) =>
            gates.Length == 1 ? gates[0]
            : gates.All(gate => gate.Rank is 1 or 2 && gate.Shape == gates[0].Shape) ? Tensor.Concat(gates[0].Rank - 1, gates)
            : throw new ElmanException($"{layer}: the arrays of its gates have the shapes {string.Join(", ", gates.Select(gate => gate.Shape))}");

        public void Finish()
        {
            if (_unused.Keys.Min() is { } layer) throw new ElmanException($"'{Weights}' has arrays of {SafeTensorsHeader.Quote(layer)}, but the model has no such layer, or one without arrays");
        }
    }
}
