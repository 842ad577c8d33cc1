namespace Elman;

/// <summary>
/// While it is open, no other run trains the same parameters: two at once would take turns at the same gradients, and neither would be a function of its seed.
/// </summary>
internal sealed class ExclusiveTraining : IDisposable
{
    private static readonly HashSet<Tensor> InTraining = [];

    private readonly List<Tensor> _parameters = [];

    /// <summary>Takes a module's parameters.</summary>
    /// <exception cref="InvalidOperationException">A run that still goes on has one of them.</exception>
    public static ExclusiveTraining Begin(Module module)
    {
        ExclusiveTraining result = new();
        lock (InTraining)
        {
            foreach ((string name, Tensor value) in module.Parameters())
            {
                if (InTraining.Contains(value))
                    throw new InvalidOperationException($"parameter '{name}' of {module.Description} is being trained by another run: wait until it is over, or train a copy");
                result._parameters.Add(value);
            }
            InTraining.UnionWith(result._parameters);
        }
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (InTraining) InTraining.ExceptWith(_parameters);
        _parameters.Clear();
    }
}
