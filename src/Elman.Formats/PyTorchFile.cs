using System.Text.Json;
using Elman.Formats.PyTorch;

namespace Elman.Formats;

/// <summary>
/// Weights from PyTorch: files of <c>torch.save</c> (<c>.pt</c>, <c>.pth</c>) and safetensors. They are read by rules, nothing in them is executed, and
/// every tensor must find its place. Networks go back to PyTorch as safetensors with the same names.
/// </summary>
/// <example><code>
/// Module model = PyTorchFile.Read("tagger.pt");
/// PyTorchFile.Write("tagger.safetensors", model); // in Python: model.load_state_dict(safetensors.torch.load_file("tagger.safetensors"))
/// </code></example>
public static class PyTorchFile
{
    /// <summary>
    /// Reads a state dict and builds the network that its names and shapes tell of: a chain of recurrent layers, Linear, Embedding and LayerNorm,
    /// each under its PyTorch name. A state dict does not tell all: what was taken for granted is said, and where several networks fit, none is taken.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Names, and where remarks go.</param>
    /// <exception cref="ElmanException">The file is damaged, asks for anything but tensors, holds a tensor that has no place, or fits several networks.</exception>
    public static Module Read(string path, ReadOptions? options = null)
    {
        Action<string>? remark = options?.Remark;
        StateDict state = Load(path, options);
        if (options?.As is { } same)
        {
            Fill(state, same, remark);
            return same;
        }
        (IReadOnlyList<TorchLayer> layers, IReadOnlyList<string> assumed) = TorchArchitecture.Of(state, options?.Order ?? []);
        Action<string> tell = options?.Assumed ?? (line => remark?.Invoke($"assumed, for the file does not tell: {line}"));
        foreach (string line in assumed) tell(line);
        // PyTorch's norms may lack what Elman's have always: a bias that is not there is zero.
        (string Name, int Size)[] zeros = [.. layers.OfType<TorchLayerNorm>().Where(layer => !layer.Bias).Select(layer => (layer.Tensor("bias"), layer.Inputs))];
        Module network;
        try
        {
            using (AllocationLimit.Of(state.Count + zeros.Sum(zero => (long)zero.Size)))
                network = layers is [{ Name: "" } only] ? only.Make() : Sequential.Named([.. layers.Select(layer => (layer.Name, layer.Make()))]);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            throw new ElmanException($"{path}: its shapes do not belong together: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
        Fill(state, network, remark, zeros);
        return network;
    }

    /// <summary>Reads a state dict into a network that one has made: every tensor into the parameter of its name.</summary>
    /// <inheritdoc cref="Read(string, ReadOptions?)"/>
    /// <param name="path">The file.</param>
    /// <param name="network">The network; it is unchanged if the tensors do not fit.</param>
    /// <param name="options">Names, and where remarks go.</param>
    public static void ReadInto(string path, Module network, ReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Fill(Load(path, options), network, options?.Remark);
    }

    /// <summary>
    /// Writes the parameters under their names as a safetensors file, in one piece. A parameter of several names is one tensor, under the first of them, and the metadata tells
    /// the others, as <c>safetensors.torch.save_model</c> does it: <c>load_model</c> of that package reads it.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="network">The network.</param>
    /// <exception cref="ElmanException">The place cannot be written; the old file, if any, is unchanged.</exception>
    public static void Write(string path, Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        SafeTensorsFile.Write(path, [KeyValuePair.Create("format", "pt"), .. network.Aliases().Select(shared => KeyValuePair.Create(shared.Alias, shared.Name))],
            [.. network.Parameters().Select(parameter => SafeTensor.From(parameter.Name, parameter.Value.Span, parameter.Value.Shape.Extents))]);
    }

    /// <summary>The original semantics of a file: PyTorch's formulas on the file's own numbers, in double precision.</summary>
    internal static Func<Probe, IReadOnlyList<ProbeOutput>> Original(string path, ReadOptions options)
    {
        StateDict state = Load(path, options with { Remark = null });
        return new TorchTwin(state, TorchArchitecture.Of(state, options.Order).Layers).Run;
    }

    /// <summary>What a file holds, whether a network can be told from it or not.</summary>
    internal static FileDescription Describe(string path, ReadOptions options)
    {
        StateDict state = Load(path, options with { Remark = null });
        List<(string, string)> facts = [];
        if (state.Entry.Length > 0) facts.Add(("entry", SafeTensorsHeader.Quote(state.Entry)));
        if (state.Prefix.Length > 0) facts.Add(("prefix", state.Prefix));
        if (state.Rest.Count > 0) facts.Add(("beside it", string.Join(", ", state.Rest)));
        IReadOnlyList<TorchModule> modules = [];
        try
        {
            modules = TorchArchitecture.Modules(state);
            foreach (TorchLayer layer in TorchArchitecture.Of(state, options.Order).Layers) facts.Add((layer.Name.Length == 0 ? "network" : layer.Name, layer.ToString()));
        }
        catch (ElmanException failure)
        {
            facts.AddRange(modules.Select(module => (module.Name, module.ToString())));
            facts.Add(("network", failure.Message[(path.Length + 2)..]));
        }
        return new(facts, [.. state.Tensors.Select(pair => new TensorDescription(pair.Name, pair.Tensor.Type.Name + (pair.Tensor.IsContiguous ? "" : ", a view"), pair.Tensor.Shape))]);
    }

    /// <summary>Runs a file's weights in a network of the same architecture, which a state dict does not tell in full.</summary>
    internal static Func<Probe, IReadOnlyList<ProbeOutput>> Rerun(string path, Module network)
    {
        using JsonDocument architecture = JsonDocument.Parse(JsonText.Of(json => NetworkJson.Write(json, network)));
        Module copy = NetworkJson.Read(architecture.RootElement);
        ReadInto(path, copy);
        return probe => probe.Run(copy);
    }

    private static StateDict Load(string path, ReadOptions? options)
    {
        StateDict state = StateDict.Read(path, options?.Entry);
        if (options?.Remark is { } remark)
        {
            if (state.Entry.Length > 0 && state.Entry != options.Entry) remark($"taking the state dict under {SafeTensorsHeader.Quote(state.Entry)}");
            if (state.Prefix.Length > 0) remark($"leaving the prefix '{state.Prefix}' out of every name");
            if (state.Rest.Count > 0) remark($"not part of the network: {string.Join(", ", state.Rest.Take(8))}{(state.Rest.Count > 8 ? ", …" : "")}");
        }
        return options is { Map.Count: > 0 } ? state.Renamed(new NameRules(options.Map)) : state;
    }

    private static void Fill(StateDict state, Module network, Action<string>? remark, params ReadOnlySpan<(string Name, int Size)> zeros)
    {
        try
        {
            Dictionary<string, Tensor> tensors = state.For(network).ToTensors(remark);
            foreach ((string name, int size) in zeros) tensors.Add(name, Tensor.Zeros(size));
            network.Load(tensors);
        }
        catch (ElmanException failure) when (!failure.Message.StartsWith(state.Source, StringComparison.Ordinal))
        {
            throw new ElmanException($"{state.Source}: {failure.Message}", failure);
        }
    }
}
