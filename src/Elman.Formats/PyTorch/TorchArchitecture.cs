using System.Globalization;
using System.Text.RegularExpressions;

namespace Elman.Formats.PyTorch;

/// <summary>
/// The modules that a state dict's names and shapes tell of, in the order of its tensors, which is that of their making. What has no
/// weights (activation functions, dropout, which step is looked at) is not in a state dict.
/// </summary>
internal static partial class TorchArchitecture
{
    /// <summary>Finds the modules, and makes sure that each takes what the one before it gives.</summary>
    /// <exception cref="ElmanException">A tensor belongs to no module that Elman knows, or the sizes do not fit.</exception>
    public static IReadOnlyList<TorchLayer> Of(StateDict state)
    {
        OrderedDictionary<string, Dictionary<string, Shape>> groups = [];
        foreach ((string name, TorchTensor tensor) in state.Tensors)
        {
            int dot = name.LastIndexOf('.');
            string prefix = dot < 0 ? "" : name[..dot];
            if (!groups.TryGetValue(prefix, out Dictionary<string, Shape>? group)) groups.Add(prefix, group = []);
            group.Add(name[(dot + 1)..], tensor.Shape);
        }
        TorchLayer[] layers = new TorchLayer[groups.Count];
        for (int i = groups.Count - 1; i >= 0; i--)
        {
            try
            {
                layers[i] = Layer(groups.GetAt(i).Key, groups.GetAt(i).Value, next: i + 1 < layers.Length ? layers[i + 1] : null);
            }
            catch (FormatException failure)
            {
                throw new ElmanException($"{state.Source}: {failure.Message}", failure);
            }
        }
        for (int i = 1; i < layers.Length; i++)
        {
            if (layers[i].Inputs != layers[i - 1].Outputs)
                throw new ElmanException($"{state.Source}: module {SafeTensorsHeader.Quote(layers[i].Name)} takes {layers[i].Inputs} values, {SafeTensorsHeader.Quote(layers[i - 1].Name)} before it gives {layers[i - 1].Outputs}: this is no chain of modules; fill a network of your own (PyTorchFile.ReadInto)");
        }
        return layers;
    }

    private static TorchLayer Layer(string name, Dictionary<string, Shape> tensors, TorchLayer? next)
    {
        if (tensors.Keys.Any(own => own.StartsWith("weight_ih_l", StringComparison.Ordinal))) return Recurrent(name, tensors);
        Shape? bias = tensors.TryGetValue("bias", out Shape given) ? given : default(Shape?);
        string? unknown = tensors.Keys.FirstOrDefault(own => own is not ("weight" or "bias"));
        if (unknown is not null || !tensors.TryGetValue("weight", out Shape weight) || weight.Count == 0 || weight.Rank > 2)
        {
            string own = unknown ?? tensors.Keys.First();
            throw new FormatException($"tensor {SafeTensorsHeader.Quote(name.Length == 0 ? own : $"{name}.{own}")} of shape {tensors[own]} belongs to no module that is told by its tensors (recurrent, Linear, Embedding, LayerNorm); rename it with --map, or fill a network of your own (PyTorchFile.ReadInto)");
        }
        if (weight.Rank == 1) return new TorchLayerNorm(name, weight[0]);
        return bias is null && IsEmbedding(name, weight, next) ? new TorchEmbedding(name, weight[0], weight[1]) : new TorchLinear(name, weight[1], weight[0], bias is not null);
    }

    /// <summary>A matrix without a bias: by what follows it, if only one reading fits, else by its name.</summary>
    private static bool IsEmbedding(string name, Shape weight, TorchLayer? next)
    {
        bool asEmbedding = next is null || next.Inputs == weight[1], asLinear = next is null || next.Inputs == weight[0];
        return asEmbedding == asLinear ? EmbeddingName().IsMatch(name) : asEmbedding;
    }

    [GeneratedRegex("emb|lookup|vocab|wte|^encoder$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex EmbeddingName();

    private static TorchRecurrent Recurrent(string name, Dictionary<string, Shape> tensors)
    {
        Shape Matrix(string own)
        {
            string full = name.Length == 0 ? own : $"{name}.{own}";
            if (!tensors.TryGetValue(own, out Shape shape)) throw new FormatException($"tensor {SafeTensorsHeader.Quote(full)} is missing");
            return shape.Rank == 2 && shape.Count > 0 ? shape : throw new FormatException($"tensor {SafeTensorsHeader.Quote(full)} has shape {shape}, expected a matrix");
        }

        Shape input = Matrix("weight_ih_l0"), recurrent = Matrix("weight_hh_l0");
        int projection = tensors.ContainsKey("weight_hr_l0") ? Matrix("weight_hr_l0")[0] : 0, hidden = projection > 0 ? Matrix("weight_hr_l0")[1] : recurrent[1];
        string cell = (input[0] % hidden == 0 ? input[0] / hidden : 0) switch
        {
            1 => "rnn",
            3 => "gru",
            4 => "lstm",
            _ => throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{SafeTensorsHeader.Quote(name)}: weight_ih_l0 {input} and weight_hh_l0 {recurrent} are those of no cell: {hidden} units would have {(double)input[0] / hidden:0.##} gates, an RNN has 1, a GRU 3, an LSTM 4")),
        };
        int layers = 1;
        while (tensors.ContainsKey($"weight_ih_l{layers}")) layers++;
        return new TorchRecurrent(name, cell, input[1], hidden, projection, layers, tensors.ContainsKey("weight_ih_l0_reverse"), tensors.ContainsKey("bias_ih_l0"));
    }
}
