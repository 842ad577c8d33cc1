namespace Elman.Formats;

/// <summary>What a file holds, for people.</summary>
/// <param name="Facts">Names and values, in the order in which they are to be read.</param>
/// <param name="Tensors">Its tensors.</param>
public sealed record FileDescription(IReadOnlyList<(string Name, string Value)> Facts, IReadOnlyList<TensorDescription> Tensors)
{
    /// <summary>Describes a network: its modules and its parameters, and a fingerprint of both (<see cref="Module.Fingerprint"/>).</summary>
    public static FileDescription Of(Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new([.. Modules(network, "network"), ("fingerprint", Convert.ToHexStringLower(network.Fingerprint()))], [.. network.Parameters().Select(parameter => new TensorDescription(parameter.Name, "float32", parameter.Value.Shape))]);
    }

    private static IEnumerable<(string, string)> Modules(Module module, string name)
    {
        if (module is not Sequential) return [(name, module.Description)];
        return module.Children.SelectMany(child => Modules(child.Module, name == "network" ? child.Name : $"{name}.{child.Name}"));
    }
}

/// <summary>A tensor of a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its shape.</param>
public sealed record TensorDescription(string Name, string Type, Shape Shape);
