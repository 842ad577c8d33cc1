namespace Elman;

/// <summary>Modules applied one after the other. They are named "0", "1", …, as in PyTorch, and each is given the lengths.</summary>
/// <example><code>Sequential model = new(new Lstm(8, 64, random), new Linear(64, 1, random));</code></example>
public sealed class Sequential : Module
{
    /// <summary>A module that applies <paramref name="modules"/> in order.</summary>
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        foreach (Module module in modules)
        {
            ArgumentNullException.ThrowIfNull(module);
            AddChild($"{Children.Count}", module);
        }
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach ((_, Module module) in Children) input = module.Forward(input, lengths);
        return input;
    }
}
