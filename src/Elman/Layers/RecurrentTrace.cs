using System.Diagnostics.CodeAnalysis;

namespace Elman;

/// <summary>
/// All states and gates of all layers at all steps of a call, [N, L, H] each, zero in padding: <c>h_l0</c>, <c>c_l0</c> are the states after each step,
/// <c>i_l0</c>, <c>f_l0</c>, … the gates that led to them, with the suffix <c>_reverse</c> for the second of two directions. Both are aligned in time with the input.
/// </summary>
public sealed class RecurrentTrace
{
    private readonly OrderedDictionary<string, Tensor> _tensors = [];

    internal RecurrentTrace()
    {
    }

    /// <summary>The names, layer by layer, states first.</summary>
    public IReadOnlyList<string> Names => _tensors.Keys;

    /// <summary>The tensor of a name, [N, L, H].</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public Tensor this[string name] => TryGet(name, out Tensor? found) ? found
        : throw new ArgumentException($"the trace has no '{name}'; it has {string.Join(", ", Names)}");

    /// <summary>The tensor of a name, if there is one.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Tensor? tensor) => _tensors.TryGetValue(name, out tensor);

    internal Tensor Add(string name, int batch, int length, int size)
    {
        Tensor tensor = Tensor.Zeros(batch, length, size);
        _tensors.Add(name, tensor);
        return tensor;
    }
}
