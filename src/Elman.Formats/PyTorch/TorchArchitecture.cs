using System.Globalization;
using System.Text.RegularExpressions;

namespace Elman.Formats.PyTorch;

/// <summary>
/// The modules that a state dict's names and shapes tell of. What has no weights (activation functions, dropout, which step is looked at) is not in a state dict, and
/// neither is the order of the modules: <see cref="TorchOrder"/> finds it, or asks.
/// </summary>
internal static partial class TorchArchitecture
{
    /// <summary>Finds the modules and their order, and makes sure that each takes what the one before it gives.</summary>
    /// <param name="state">The tensors.</param>
    /// <param name="order">The modules as they are applied, see <see cref="ReadOptions.Order"/>; empty to find it.</param>
    /// <exception cref="ElmanException">A tensor belongs to no module that Elman knows, the sizes do not fit, or several readings do.</exception>
    public static TorchReading Of(StateDict state, IReadOnlyList<string> order)
    {
        IReadOnlyList<TorchModule> modules = Modules(state);
        try
        {
            return order.Count > 0 ? TorchOrder.Given(modules, order) : TorchOrder.Find(modules);
        }
        catch (FormatException failure)
        {
            throw new ElmanException($"{state.Source}: {failure.Message}", failure);
        }
    }

    /// <summary>The modules in the order of their tensors, which means nothing.</summary>
    /// <exception cref="ElmanException">A tensor belongs to no module that Elman knows.</exception>
    public static IReadOnlyList<TorchModule> Modules(StateDict state)
    {
        OrderedDictionary<string, Dictionary<string, Shape>> groups = [];
        foreach ((string name, TorchTensor tensor) in state.Tensors)
        {
            int dot = name.LastIndexOf('.');
            string prefix = dot < 0 ? "" : name[..dot];
            if (!groups.TryGetValue(prefix, out Dictionary<string, Shape>? group)) groups.Add(prefix, group = []);
            group.Add(name[(dot + 1)..], tensor.Shape);
        }
        try
        {
            return [.. groups.Select(group => Module(group.Key, group.Value))];
        }
        catch (FormatException failure)
        {
            throw new ElmanException($"{state.Source}: {failure.Message}", failure);
        }
    }

    /// <summary>What a module may be, by its tensors.</summary>
    private static TorchModule Module(string name, Dictionary<string, Shape> tensors)
    {
        if (tensors.Keys.Any(own => own.StartsWith("weight_ih_l", StringComparison.Ordinal))) return new(name, [Recurrent(name, tensors)]);
        if (tensors.ContainsKey("running_mean"))
            throw new FormatException($"module {SafeTensorsHeader.Quote(name)} is a BatchNorm, for it keeps a running mean, which Elman has not; fold it into the module before it");
        bool bias = tensors.ContainsKey("bias");
        string? unknown = tensors.Keys.FirstOrDefault(own => own is not ("weight" or "bias"));
        if (unknown is not null || !tensors.TryGetValue("weight", out Shape weight) || weight.Count == 0 || weight.Rank > 2)
        {
            string own = unknown ?? tensors.Keys.First();
            throw new FormatException($"tensor {SafeTensorsHeader.Quote(name.Length == 0 ? own : $"{name}.{own}")} of shape {tensors[own]} belongs to no module that is told by its tensors (recurrent, Linear, Embedding, LayerNorm); rename it with --map, or fill a network of your own (PyTorchFile.ReadInto)");
        }
        if (weight.Rank == 1) return new(name, [new TorchLayerNorm(name, weight[0], bias)]) { Doubt = LayerNormName().IsMatch(name) ? null : Doubt(bias) };
        TorchLinear linear = new(name, weight[1], weight[0], bias);
        return bias ? new(name, [linear]) : new(name, [new TorchEmbedding(name, weight[0], weight[1]), linear]);
    }

    /// <summary>What has a weight of one axis and keeps nothing else.</summary>
    private static string Doubt(bool bias) => bias ? "LayerNorm, GroupNorm, InstanceNorm and BatchNorm" : "LayerNorm, RMSNorm, GroupNorm and PReLU";

    [GeneratedRegex(@"(^|[._])(ln|layer_?norm)(\d|[._]|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LayerNormName();

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

/// <summary>A module of a state dict, before it is known what it is and where it stands.</summary>
/// <param name="Name">What its tensors' names begin with, without the dot.</param>
/// <param name="Kinds">What it may be, the likeliest first.</param>
internal sealed record TorchModule(string Name, IReadOnlyList<TorchLayer> Kinds)
{
    /// <summary>The modules that have such tensors, where its name does not tell it either; null for no doubt.</summary>
    public string? Doubt { get; init; }

    /// <summary>What it may be, in PyTorch's words.</summary>
    public override string ToString() => string.Join(" or ", Kinds) + (Doubt is null ? "" : $", if it is one: {Doubt} look alike");
}

/// <summary>What a state dict was taken for.</summary>
/// <param name="Layers">The modules in the order in which they are applied.</param>
/// <param name="Assumed">What the file does not tell, and was taken for granted: a line each.</param>
internal sealed record TorchReading(IReadOnlyList<TorchLayer> Layers, IReadOnlyList<string> Assumed);
